// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: every access to memory goes through here.
 */
#include "core.h"

#define MSI_FIRST	0xfee00000ull
#define MSI_LAST	0xfeefffffull
/* Least that one access costs of a visit's budget: many small ones are dear. */
#define ACCESS_BYTES	512

/* The range is made of whole pages, and no access crosses one. */
static bool refused(uint32_t pasid, uint64_t addr)
{
	return pasid != FACET_MODEL_RID && addr >= MSI_FIRST && addr <= MSI_LAST;
}

int facet_dma_read(struct facet_model *m, uint32_t pasid, uint64_t addr, void *buf, size_t len)
{
	if (refused(pasid, addr))
		return -1;
	return m->ops.dma_read(m->opaque, pasid, addr, buf, len);
}

int facet_dma_write(struct facet_model *m, uint32_t pasid, uint64_t addr, const void *buf,
		    size_t len)
{
	if (refused(pasid, addr))
		return -1;
	return m->ops.dma_write(m->opaque, pasid, addr, buf, len);
}

/* Bytes of the piece at the cursor that one access may move; 0: none left. */
static size_t chunk(const struct facet_xfer *x, uint64_t addr)
{
	uint32_t len = le32(x->sge[x->idx].len_bytes) - x->off;
	size_t n = FACET_MODEL_PAGE_BYTES - (addr & (FACET_MODEL_PAGE_BYTES - 1));

	if (n > len)
		n = len;
	return n > x->left ? x->left : n;
}

static int move(struct facet_model *m, uint32_t pasid, bool write, struct facet_xfer *x,
		uint64_t addr, size_t n)
{
	m->budget -= n < ACCESS_BYTES ? ACCESS_BYTES : n;
	x->fault_addr = addr;
	/* beyond the end of the address space there is nothing */
	if (addr < le64(x->sge[x->idx].addr))
		return -1;
	if (write)
		return facet_dma_write(m, pasid, addr, x->buf, n);
	return facet_dma_read(m, pasid, addr, x->buf, n);
}

enum facet_progress facet_xfer_step(struct facet_model *m, uint32_t pasid, bool write,
				    struct facet_xfer *x)
{
	while (x->left && x->idx < x->nents) {
		uint64_t addr = le64(x->sge[x->idx].addr) + x->off;
		size_t n = chunk(x, addr);

		if (!n) {
			x->idx++;
			x->off = 0;
			continue;
		}
		if (m->budget <= 0)
			return FACET_MORE;
		if (move(m, pasid, write, x, addr, n))
			return FACET_FAILED;
		x->off += n;
		x->buf += n;
		x->left -= n;
	}
	return x->left ? FACET_FAILED : FACET_DONE;
}

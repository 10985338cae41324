// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facet guest driver: memory that the device may reach.
 *
 * The pool grows by blocks of up to 4 MiB, each one DMA window, when a session
 * asks for more than is free; blocks stay granted until the driver unbinds, so
 * that sessions which come and go cause no control accesses.  Pages are handed
 * out by bitmaps.  A buffer may consist of several pieces; scatter lists hide
 * that from programs.
 *
 * The memory is mapped with the streaming interface but used by both sides at
 * any time, which is right only where no synchronisation is needed; elsewhere
 * (a guest whose memory is encrypted) the driver refuses.
 */
#include <linux/bitmap.h>
#include <linux/dma-mapping.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "facet_vf.h"

#define POOL_ORDER_MAX	min_t(unsigned int, MAX_PAGE_ORDER, get_order(4UL << 20))
#define POOL_MIB_MIN	80	/* one session and the rings */
#define POOL_ATTEMPTS	5	/* a reset by the host refuses and cancels posts */

static unsigned int pool_mib;
module_param(pool_mib, uint, 0444);
MODULE_PARM_DESC(pool_mib,
		 "most memory for one instance in MiB (default: 0, half of the guest's)");

/**
 * facet_vf_pool_init - an empty pool, bounded by the parameter
 * @vf: instance
 */
void facet_vf_pool_init(struct facet_vf *vf)
{
	struct facet_vf_pool *pool = &vf->pool;
	u64 half = (u64)totalram_pages() << (PAGE_SHIFT - 1);

	mutex_init(&pool->lock);
	INIT_LIST_HEAD(&pool->blocks);
	pool->max_bytes = pool_mib ? (u64)pool_mib << 20 : max_t(u64, half, POOL_MIB_MIN << 20);
	pool->frag_pages = 1;
}

static bool block_take(struct facet_vf_block *block, unsigned int nr, unsigned int *first)
{
	unsigned long pages = 1UL << block->order;
	unsigned long at = bitmap_find_next_zero_area(block->used, pages, 0, nr, 0);

	if (at >= pages)
		return false;
	bitmap_set(block->used, at, nr);
	*first = at;
	return true;
}

static struct facet_vf_block *pool_take(struct facet_vf_pool *pool, unsigned int nr,
					unsigned int *first)
{
	struct facet_vf_block *block;

	lockdep_assert_held(&pool->lock);
	list_for_each_entry(block, &pool->blocks, node)
		if (block_take(block, nr, first))
			return block;
	return NULL;
}

static void block_unmap(struct facet_vf *vf, struct facet_vf_block *block)
{
	if (block->mapped)
		dma_unmap_page(&vf->pdev->dev, block->iova, facet_vf_block_bytes(block),
			       DMA_BIDIRECTIONAL);
	block->mapped = false;
}

static void block_free(struct facet_vf_block *block)
{
	__free_pages(block->page, block->order);
	kfree(block);
}

static struct facet_vf_block *block_alloc(unsigned int order, gfp_t how)
{
	struct facet_vf_block *block;

	block = kzalloc(struct_size(block, used, BITS_TO_LONGS(1UL << order)), GFP_KERNEL);
	if (!block)
		return NULL;
	block->order = order;
	block->page = alloc_pages(GFP_KERNEL | __GFP_NOWARN | how, order);
	if (block->page)
		return block;
	kfree(block);
	return NULL;
}

static int block_map(struct facet_vf *vf, struct facet_vf_block *block)
{
	struct device *dev = &vf->pdev->dev;

	block->iova = dma_map_page(dev, block->page, 0, facet_vf_block_bytes(block),
				   DMA_BIDIRECTIONAL);
	if (dma_mapping_error(dev, block->iova))
		return -ENOMEM;
	block->mapped = true;
	if (!dma_need_sync(dev, block->iova))
		return 0;
	dev_err(dev, "memory cannot be shared with the device without copies\n");
	block_unmap(vf, block);
	return -EOPNOTSUPP;
}

static int block_grant(struct facet_vf *vf, struct facet_vf_block *block)
{
	int attempt, ret = -ECANCELED;

	for (attempt = 0; attempt < POOL_ATTEMPTS && (ret == -ECANCELED || ret == -EBUSY);
	     attempt++) {
		ret = facet_vf_ctl_settled(vf);
		if (!ret)
			ret = facet_vf_ctl_grant(vf, block->iova, facet_vf_block_bytes(block));
	}
	return ret == -EEXIST ? 0 : ret;
}

static int pool_add_locked(struct facet_vf *vf, struct facet_vf_block *block)
{
	struct facet_vf_pool *pool = &vf->pool;
	int ret;

	lockdep_assert_held(&vf->ctl_lock);
	if (vf->gone)
		return -ENODEV;
	if (vf->broken)
		return -EIO;
	ret = block_map(vf, block);
	if (ret)
		return ret;
	ret = block_grant(vf, block);
	if (ret) {
		/*
		 * The host may still carry it out: the pages can be used for
		 * something else only after a reset.
		 */
		if (ret == -ETIMEDOUT) {
			facet_vf_ctl_reset(vf);
			queue_work(facet_vf_wq, &vf->recover_work);
		}
		block_unmap(vf, block);
		return ret;
	}
	list_add_tail(&block->node, &pool->blocks);
	pool->nr_blocks++;
	pool->bytes += facet_vf_block_bytes(block);
	return 0;
}

static int pool_add(struct facet_vf *vf, struct facet_vf_block *block)
{
	int ret;

	mutex_lock(&vf->ctl_lock);
	ret = pool_add_locked(vf, block);
	mutex_unlock(&vf->ctl_lock);
	if (ret)
		block_free(block);
	return ret;
}

/* The largest block that fits the bounds and that the kernel has. */
static int pool_grow(struct facet_vf *vf, unsigned int nr)
{
	struct facet_vf_pool *pool = &vf->pool;
	unsigned int least = order_base_2(nr);
	struct facet_vf_block *block = NULL;
	gfp_t how;
	int order;

	lockdep_assert_held(&pool->lock);
	if (pool->nr_blocks >= pool->max_blocks)
		return -ENOSPC;
	for (order = POOL_ORDER_MAX; order >= (int)least; order--)
		if (pool->bytes + (PAGE_SIZE << order) <= pool->max_bytes)
			break;
	if (order < (int)least)
		return -ENOSPC;
	for (; !block && order >= (int)least; order--) {
		how = order > (int)least ? __GFP_NORETRY : __GFP_RETRY_MAYFAIL;
		block = block_alloc(order, how);
	}
	return block ? pool_add(vf, block) : -ENOMEM;
}

/* As much as there is, of what is free or can be added. */
static struct facet_vf_block *pool_find(struct facet_vf *vf, unsigned int *nr, unsigned int least,
					unsigned int *first)
{
	struct facet_vf_block *block;
	int ret;

	for (;; *nr = max(*nr / 2, least)) {
		block = pool_take(&vf->pool, *nr, first);
		if (block)
			return block;
		ret = pool_grow(vf, *nr);
		if (!ret)
			return pool_take(&vf->pool, *nr, first);
		if (*nr == least)
			return ERR_PTR(ret);
	}
}

/**
 * facet_vf_pool_get - contiguous pages that the device may reach
 * @vf: instance
 * @most: pages wanted
 * @least: pages that will do
 *
 * The memory holds what its last user left.
 *
 * Return: a piece of @least to @most pages, or an ERR_PTR: -ENOSPC for a quota.
 */
struct facet_vf_piece *facet_vf_pool_get(struct facet_vf *vf, unsigned int most,
					 unsigned int least)
{
	struct facet_vf_piece *piece = kzalloc(sizeof(*piece), GFP_KERNEL_ACCOUNT);
	struct facet_vf_block *block;

	if (!piece)
		return ERR_PTR(-ENOMEM);
	piece->nr = min_t(unsigned int, most, 1U << POOL_ORDER_MAX);
	least = min(least, piece->nr);
	mutex_lock(&vf->pool.lock);
	block = pool_find(vf, &piece->nr, least, &piece->first);
	mutex_unlock(&vf->pool.lock);
	if (IS_ERR(block)) {
		kfree(piece);
		return ERR_CAST(block);
	}
	piece->block = block;
	return piece;
}

/**
 * facet_vf_pool_put - give a piece back
 * @vf: instance
 * @piece: piece; the device is done with it
 */
void facet_vf_pool_put(struct facet_vf *vf, struct facet_vf_piece *piece)
{
	mutex_lock(&vf->pool.lock);
	bitmap_clear(piece->block->used, piece->first, piece->nr);
	mutex_unlock(&vf->pool.lock);
	kfree(piece);
}

/**
 * facet_vf_pool_regrant - grant what a reset has dropped
 * @vf: instance; ctl_lock held
 *
 * A reset by the host keeps the grants, so most often there is nothing to do.
 *
 * Return: 0 or a negative errno.
 */
int facet_vf_pool_regrant(struct facet_vf *vf)
{
	struct facet_vf_block *block;
	int ret;

	lockdep_assert_held(&vf->ctl_lock);
	if (facet_vf_ctl_windows(vf) == vf->pool.nr_blocks)
		return 0;
	list_for_each_entry(block, &vf->pool.blocks, node) {
		ret = block_grant(vf, block);
		if (ret)
			return ret;
	}
	return 0;
}

/**
 * facet_vf_pool_unmap - end the DMA mappings; the memory stays
 * @vf: instance; no DMA happens, and none will
 */
void facet_vf_pool_unmap(struct facet_vf *vf)
{
	struct facet_vf_block *block;

	list_for_each_entry(block, &vf->pool.blocks, node)
		block_unmap(vf, block);
}

/**
 * facet_vf_pool_free - free the memory
 * @vf: instance; nobody uses any of it
 */
void facet_vf_pool_free(struct facet_vf *vf)
{
	struct facet_vf_block *block, *next;

	list_for_each_entry_safe(block, next, &vf->pool.blocks, node)
		block_free(block);
	INIT_LIST_HEAD(&vf->pool.blocks);
}

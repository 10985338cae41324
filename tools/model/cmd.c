// SPDX-License-Identifier: GPL-2.0
/*
 * Facet device model: checks of a command, in the order of device-spec 5, and
 * what it reads and writes.
 */
#include <stdlib.h>
#include "core.h"

void facet_cmd_latch(const struct facet_model *m, const struct facet_ctx *c,
		     struct facet_cmd *cmd)
{
	cmd->info = facet_op_info(cmd->desc.opcode);
	if (cmd->info && !m->cfg.engines[cmd->info->class])
		cmd->info = NULL;
	cmd->class = cmd->info ? cmd->info->class : FACET_CLASS_SYM;
	if (c->cfg & FACET_CTX_CFG_HOST)
		cmd->pasid = le32(cmd->desc.pasid);
	else
		cmd->pasid = c->pasid & FACET_PASID_MASK;
}

static bool desc_sound(const struct facet_cmd *cmd)
{
	const struct facet_desc *d = &cmd->desc;

	return !d->rsvd && !d->aspace && !(d->flags & ~cmd->info->flags) &&
	       le16(d->flow) < FACET_MODEL_FLOWS;
}

static bool pasid_sound(const struct facet_model *m, const struct facet_ctx *c,
			const struct facet_cmd *cmd)
{
	if (c->cfg & FACET_CTX_CFG_HOST)
		return facet_pasid_valid(m, cmd->pasid);
	return !cmd->desc.pasid;
}

static bool within_limits(const struct facet_cmd *cmd)
{
	const struct facet_desc *d = &cmd->desc;

	return le32(d->src_len_bytes) <= cmd->info->ceil_in_bytes &&
	       le32(d->dst_len_bytes) <= cmd->info->ceil_out_bytes &&
	       le16(d->src_nents) <= FACET_MODEL_SG && le16(d->dst_nents) <= FACET_MODEL_SG;
}

static bool param_len_sound(const struct facet_cmd *cmd)
{
	uint16_t bytes = le16(cmd->desc.param_len_bytes);

	return bytes >= cmd->info->param_min_bytes && bytes <= cmd->info->param_max_bytes &&
	       bytes <= FACET_PARAM_MAX_BYTES;
}

uint16_t facet_cmd_check(const struct facet_model *m, const struct facet_ctx *c,
			 const struct facet_cmd *cmd)
{
	if (!cmd->info)
		return FACET_ST_BAD_OPCODE;
	if (!(c->ops & (1ULL << cmd->desc.opcode)))
		return FACET_ST_FORBIDDEN;
	if (!desc_sound(cmd))
		return FACET_ST_BAD_DESC;
	if (!pasid_sound(m, c, cmd))
		return FACET_ST_BAD_PASID;
	if (!within_limits(cmd))
		return FACET_ST_LIMIT;
	if (!param_len_sound(cmd))
		return FACET_ST_BAD_PARAM;
	return FACET_ST_OK;
}

uint64_t facet_cmd_floor_ns(void)
{
	return facet_op_info(FACET_OP_NOP)->cost_base_ns;
}

/* The bytes that the cost table counts: INFLATE may fill all the room that it has. */
static uint32_t cost_bytes(const struct facet_desc *d)
{
	uint32_t in = le32(d->src_len_bytes), out = le32(d->dst_len_bytes);

	return d->opcode == FACET_OP_INFLATE && out > in ? out : in;
}

/*
 * Commands are alike that agree in all that the descriptor tells of their cost:
 * the length of the parameter block gives away an RSA key's size.
 */
static struct vfs_cost_key kind_of(const struct facet_cmd *cmd)
{
	const struct facet_desc *d = &cmd->desc;

	return (struct vfs_cost_key){
		.class = cmd->class, .opcode = d->opcode,
		.variant = le16(d->param_len_bytes) / 16,
		.len_log2 = vfs_len_log2(cost_bytes(d)),
	};
}

static uint64_t table_ns(const struct facet_cmd *cmd)
{
	const struct facet_op_req req = {
		.opcode = cmd->desc.opcode,
		.flags = cmd->desc.flags,
		.src_bytes = cost_bytes(&cmd->desc),
	};

	return facet_op_cost_ns(&req, 0);
}

void facet_cmd_expect(const struct facet_model *m, const struct facet_ctx *c,
		      struct facet_cmd *cmd)
{
	const struct vfs_cost_key kind = kind_of(cmd);
	uint64_t ns;

	cmd->table_ns = 0;
	cmd->expected_ns = facet_cmd_floor_ns();
	if (facet_cmd_check(m, c, cmd) != FACET_ST_OK)
		return;
	cmd->table_ns = table_ns(cmd);
	ns = vfs_cost_predict(&c->cost, &kind, cmd->table_ns);
	ns = ns < cmd->info->cmax_ns ? ns : cmd->info->cmax_ns;
	cmd->expected_ns = ns > cmd->expected_ns ? ns : cmd->expected_ns;
}

void facet_cmd_learn(struct facet_ctx *c, const struct facet_cmd *cmd, uint64_t ns)
{
	const struct vfs_cost_key kind = kind_of(cmd);

	if (cmd->table_ns)
		vfs_cost_learn(&c->cost, &kind, cmd->table_ns, ns);
}

static void move_one(struct facet_job *job, uint64_t addr, uint32_t len, void *buf)
{
	job->one = (struct facet_sge){ .addr = le64(addr), .len_bytes = le32(len) };
	job->xfer = (struct facet_xfer){
		.sge = &job->one, .nents = 1, .buf = buf, .left = len,
	};
}

/* A list of pieces is read; without one, the buffer itself is the only piece. */
static bool begin_list(struct facet_job *job, struct facet_sge **list, uint16_t nents,
		       uint64_t addr, uint32_t len)
{
	*list = calloc(nents ? nents : 1, sizeof(**list));
	if (!*list)
		return false;
	if (nents) {
		move_one(job, addr, nents * sizeof(**list), *list);
		return true;
	}
	**list = (struct facet_sge){ .addr = le64(addr), .len_bytes = le32(len) };
	job->xfer = (struct facet_xfer){ 0 };
	return true;
}

static bool begin_dict(struct facet_job *job)
{
	uint64_t addr;
	uint32_t bytes;

	job->xfer = (struct facet_xfer){ 0 };
	if (!facet_op_dict(&job->req, &addr, &bytes))
		return true;
	job->dict = malloc(bytes ? bytes : 1);
	if (!job->dict)
		return false;
	job->req.dict = job->dict;
	job->req.dict_bytes = bytes;
	move_one(job, addr, bytes, job->dict);
	return true;
}

static bool begin_src(struct facet_job *job, const struct facet_desc *d)
{
	size_t bytes = job->req.src_bytes;

	job->src = malloc(bytes ? bytes : 1);
	/* zeroed, so that nothing of another command could ever get out */
	job->dst = calloc(1, job->req.dst_bytes ? job->req.dst_bytes : 1);
	if (!job->src || !job->dst)
		return false;
	job->req.src = job->src;
	job->req.dst = job->dst;
	job->xfer = (struct facet_xfer){
		.sge = job->src_list, .nents = le16(d->src_nents) ? le16(d->src_nents) : 1,
		.buf = job->src, .left = bytes,
	};
	return true;
}

static bool begin(struct facet_job *job, const struct facet_desc *d)
{
	switch (job->step) {
	case FACET_READ_PARAM:
		move_one(job, le64(d->param), job->req.param_bytes, job->param);
		return true;
	case FACET_READ_SRC_LIST:
		return begin_list(job, &job->src_list, le16(d->src_nents), le64(d->src),
				  le32(d->src_len_bytes));
	case FACET_READ_DST_LIST:
		return begin_list(job, &job->dst_list, le16(d->dst_nents), le64(d->dst),
				  le32(d->dst_len_bytes));
	case FACET_READ_DICT:
		return begin_dict(job);
	default:
		return begin_src(job, d);
	}
}

static bool list_sound(const struct facet_sge *list, uint16_t nents, uint32_t len)
{
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < nents; i++) {
		if (list[i].rsvd)
			return false;
		sum += le32(list[i].len_bytes);
	}
	return !nents || sum >= len;
}

static uint16_t conclude(const struct facet_job *job, const struct facet_desc *d)
{
	if (job->step == FACET_READ_PARAM)
		return facet_op_check(&job->req);
	/* both lists are read before either is judged */
	if (job->step == FACET_READ_DST_LIST &&
	    (!list_sound(job->src_list, le16(d->src_nents), le32(d->src_len_bytes)) ||
	     !list_sound(job->dst_list, le16(d->dst_nents), le32(d->dst_len_bytes))))
		return FACET_ST_BAD_SG;
	return FACET_ST_OK;
}

static enum facet_progress failed(struct facet_engine *e, uint16_t status, uint64_t addr)
{
	e->out.status = status;
	e->out.fault_addr = addr;
	return FACET_FAILED;
}

static enum facet_progress read_step(struct facet_model *m, struct facet_engine *e)
{
	struct facet_job *job = e->job;
	enum facet_progress p;
	uint16_t status;

	if (!job->moving && !begin(job, &e->cmd.desc))
		return failed(e, FACET_ST_ENGINE_ERROR, 0);
	job->moving = true;
	p = facet_xfer_step(m, e->cmd.pasid, false, &job->xfer);
	if (p == FACET_MORE)
		return p;
	if (p == FACET_FAILED)
		return failed(e, job->step == FACET_READ_DST_LIST ? FACET_ST_DST_FAULT :
			      FACET_ST_SRC_FAULT, job->xfer.fault_addr);
	status = conclude(job, &e->cmd.desc);
	if (status != FACET_ST_OK)
		return failed(e, status, 0);
	job->moving = false;
	job->step++;
	return FACET_DONE;
}

enum facet_progress facet_cmd_read(struct facet_model *m, struct facet_engine *e)
{
	enum facet_progress p = FACET_DONE;

	while (p == FACET_DONE && e->job->step != FACET_READ_DONE)
		p = read_step(m, e);
	return p;
}

enum facet_progress facet_cmd_write(struct facet_model *m, struct facet_engine *e)
{
	struct facet_job *job = e->job;
	uint16_t nents = le16(e->cmd.desc.dst_nents);
	enum facet_progress p;

	if (!job->moving)
		job->xfer = (struct facet_xfer){
			.sge = job->dst_list, .nents = nents ? nents : 1,
			.buf = job->dst, .left = e->out.out_bytes,
		};
	job->moving = true;
	p = facet_xfer_step(m, e->cmd.pasid, true, &job->xfer);
	if (p == FACET_FAILED)
		failed(e, FACET_ST_DST_FAULT, job->xfer.fault_addr);
	return p;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Facet guest driver: ioctls.
 *
 * Programs are hostile.  Arguments and descriptors are copied once and the copy
 * is checked; every address in them is looked up in the session's buffers and
 * replaced by what the device needs.  Parameter blocks are copied too, because
 * one of them holds an address, and the copy is what the device reads.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "facet_vf.h"

#define SUBMIT_REAP_CHUNK	8	/* completions on the stack */

/* Bytes of a session's memory as a scatter list; what does not fit is left out. */
static int range_to_list(struct facet_vf_session *s, u64 handle, u32 len,
			 struct facet_sge *list, unsigned int *nents)
{
	unsigned int max = s->vf->info.max_sg;
	struct facet_vf_piece *piece;
	u64 iova, end = 0;
	u32 n;

	for (*nents = 0; len; handle += n, len -= n, end = iova + n) {
		piece = facet_vf_find(s, handle);
		if (!piece)
			return -EINVAL;
		iova = facet_vf_piece_iova(piece) + (handle - piece->handle);
		n = min_t(u64, len, piece->handle + facet_vf_piece_bytes(piece) - handle);
		if (*nents && iova == end) {
			le32_add_cpu(&list[*nents - 1].len_bytes, n);
		} else if (*nents < max) {
			list[*nents].addr = cpu_to_le64(iova);
			list[*nents].len_bytes = cpu_to_le32(n);
			list[(*nents)++].rsvd = 0;
		} else {
			iova = U64_MAX - n;	/* merge nothing with it */
		}
	}
	return 0;
}

/*
 * A list is long enough for everything below the device's ceilings; a command
 * with more is refused by the device before it reads the list.
 */
static int build_data(struct facet_vf_session *s, struct facet_vf_cmd *cmd, u32 area,
		      __le64 handle, u32 len, __le64 *addr, __le16 *nr)
{
	struct facet_sge *list = cmd->area + area;
	unsigned int nents;
	int ret;

	ret = range_to_list(s, le64_to_cpu(handle), len, list, &nents);
	if (ret)
		return ret;
	if (nents == 1 && le32_to_cpu(list->len_bytes) == len) {
		*addr = list->addr;
		nents = 0;
	} else if (nents) {
		*addr = cpu_to_le64(cmd->area_iova + area);
	}
	*nr = cpu_to_le16(nents);
	return 0;
}

static int session_copy(struct facet_vf_session *s, u64 handle, u32 len, void *to)
{
	struct facet_vf_piece *piece;
	u64 off;
	u32 n;

	for (; len; handle += n, to += n, len -= n) {
		piece = facet_vf_find(s, handle);
		if (!piece)
			return -EINVAL;
		off = handle - piece->handle;
		n = min_t(u64, len, facet_vf_piece_bytes(piece) - off);
		memcpy(to, facet_vf_piece_addr(piece) + off, n);
	}
	return 0;
}

/* The device takes one address: history that is scattered has to be copied. */
static int dict_copy(struct facet_vf_session *s, struct facet_vf_cmd *cmd, u64 handle, u32 len,
		     u64 *iova)
{
	unsigned int nr = PFN_UP(FACET_DICT_MAX_BYTES);
	struct facet_vf_piece *piece = cmd->dict;

	if (len > FACET_DICT_MAX_BYTES)
		return -EINVAL;
	if (!piece)
		piece = facet_vf_pool_get(s->vf, nr, nr);
	if (IS_ERR(piece))
		return PTR_ERR(piece);
	cmd->dict = piece;
	*iova = facet_vf_piece_iova(piece);
	return session_copy(s, handle, len, facet_vf_piece_addr(piece));
}

/* The copied parameter block of a compression command holds an address. */
static int build_dict(struct facet_vf_session *s, struct facet_vf_cmd *cmd)
{
	struct facet_comp_param *param = cmd->area;
	u64 handle = le64_to_cpu(param->dict), iova;
	u32 len = le32_to_cpu(param->dict_bytes);
	struct facet_vf_piece *piece;

	if (cmd->param_len < sizeof(*param) || (!len && !handle))
		return 0;
	piece = facet_vf_find(s, handle);
	if (!piece)
		return -EINVAL;
	iova = facet_vf_piece_iova(piece) + (handle - piece->handle);
	if (len > piece->handle + facet_vf_piece_bytes(piece) - handle) {
		int ret = dict_copy(s, cmd, handle, len, &iova);

		if (ret)
			return ret;
	}
	param->dict = cpu_to_le64(iova);
	return 0;
}

static int build_param(struct facet_vf_session *s, struct facet_vf_cmd *cmd,
		       const struct facet_desc *u, struct facet_desc *d)
{
	u32 len = le16_to_cpu(u->param_len_bytes);
	int ret;

	if (!len)
		return 0;
	if (len > FACET_PARAM_MAX_BYTES)
		return -EINVAL;
	cmd->param_len = len;
	ret = session_copy(s, le64_to_cpu(u->param), len, cmd->area);
	if (ret)
		return ret;
	d->param = cpu_to_le64(cmd->area_iova);
	d->param_len_bytes = u->param_len_bytes;
	if (u->opcode == FACET_OP_DEFLATE || u->opcode == FACET_OP_INFLATE)
		return build_dict(s, cmd);
	return 0;
}

/* @u is the program's descriptor, @d becomes the device's. */
static int build_desc(struct facet_vf_session *s, struct facet_vf_cmd *cmd,
		      const struct facet_desc *u, struct facet_desc *d)
{
	int ret;

	if (u->pasid || u->src_nents || u->dst_nents || u->aspace || u->rsvd)
		return -EINVAL;
	*d = (struct facet_desc) {
		.opcode = u->opcode,
		.flags = u->flags,
		.flow = u->flow,
		.src_len_bytes = u->src_len_bytes,
		.dst_len_bytes = u->dst_len_bytes,
	};
	cmd->cookie = u->cookie;
	cmd->src_len = le32_to_cpu(u->src_len_bytes);
	cmd->dst_len = le32_to_cpu(u->dst_len_bytes);
	ret = build_data(s, cmd, FACET_VF_AREA_SRC, u->src, cmd->src_len, &d->src, &d->src_nents);
	if (ret)
		return ret;
	ret = build_data(s, cmd, FACET_VF_AREA_DST, u->dst, cmd->dst_len, &d->dst, &d->dst_nents);
	if (ret)
		return ret;
	return build_param(s, cmd, u, d);
}

static int submit_one(struct facet_vf_session *s, const struct facet_desc *u)
{
	struct facet_vf_cmd *cmd = facet_vf_cmd_reserve(s);
	struct facet_desc desc;
	int ret;

	if (IS_ERR(cmd))
		return PTR_ERR(cmd);
	ret = build_desc(s, cmd, u, &desc);
	if (!ret)
		ret = facet_vf_cmd_push(s->vf, cmd, &desc);
	if (ret)
		facet_vf_cmd_release(s->vf, cmd);
	return ret;
}

static int vf_submit(struct facet_vf_session *s, void *data)
{
	struct facet_vf_submit *arg = data;
	struct facet_desc *descs;
	int ret = 0;

	arg->done = 0;
	if (arg->flags || !arg->count || arg->count > FACET_VF_BATCH)
		return -EINVAL;
	descs = memdup_array_user(u64_to_user_ptr(arg->descs), arg->count, sizeof(*descs));
	if (IS_ERR(descs))
		return PTR_ERR(descs);
	for (; arg->done < arg->count; arg->done++) {
		ret = submit_one(s, &descs[arg->done]);
		if (ret)
			break;
		cond_resched();	/* long inputs have many pieces */
	}
	if (arg->done)
		facet_vf_ring_kick(s);
	kfree(descs);
	return ret == -EAGAIN && arg->done ? 0 : ret;
}

/* Up to @max of the completions that are there. */
static unsigned int reap_peek(struct facet_vf_session *s, struct facet_comp *comps,
			      unsigned int max)
{
	u32 mask = facet_vf_slots(&s->vf->ring) - 1;
	/* pairs with smp_store_release() of the harvest */
	u32 nr = min_t(u32, smp_load_acquire(&s->comp_head) - s->comp_tail, max);
	u32 i;

	lockdep_assert_held(&s->reap_lock);
	for (i = 0; i < nr; i++)
		comps[i] = s->comps[(s->comp_tail + i) & mask];
	return nr;
}

/* A completion leaves the session only once the program has it. */
static int reap_copy(struct facet_vf_session *s, struct facet_vf_reap *arg)
{
	struct facet_comp __user *to = u64_to_user_ptr(arg->comps);
	struct facet_comp comps[SUBMIT_REAP_CHUNK];
	unsigned int nr;

	guard(mutex)(&s->reap_lock);
	for (;;) {
		nr = reap_peek(s, comps, min_t(u32, arg->count - arg->done, ARRAY_SIZE(comps)));
		if (!nr)
			return 0;
		if (copy_to_user(to + arg->done, comps, nr * sizeof(*comps)))
			return -EFAULT;
		/* the slots may be written again */
		smp_store_release(&s->comp_tail, s->comp_tail + nr);
		arg->done += nr;
	}
}

static int reap_check(struct facet_vf_reap *arg)
{
	arg->done = 0;
	if (arg->flags || arg->rsvd || !arg->count || arg->count > FACET_VF_BATCH)
		return -EINVAL;
	return arg->min > arg->count || arg->timeout_ns < -1 ? -EINVAL : 0;
}

static int vf_reap(struct facet_vf_session *s, void *data)
{
	struct facet_vf_reap *arg = data;
	ktime_t timeout = arg->timeout_ns == -1 ? KTIME_MAX : arg->timeout_ns;
	int ret, wait;

	ret = reap_check(arg);
	if (ret)
		return ret;
	wait = facet_vf_wait(s, arg->min, timeout);
	if (READ_ONCE(s->vf->gone))
		return -ENODEV;
	if (wait == -EINTR)
		return wait;
	ret = reap_copy(s, arg);
	if (ret)
		return ret;
	if (!arg->done && READ_ONCE(s->vf->broken))
		return -EIO;
	return arg->done < arg->min ? wait : 0;	/* they may have come since */
}

static int vf_info(struct facet_vf_session *s, void *data)
{
	struct facet_vf_info *arg = data;
	struct facet_vf *vf = s->vf;

	if (arg->flags)
		return -EINVAL;
	*arg = vf->info;
	arg->resets = READ_ONCE(vf->resets_seen) - vf->resets_base;
	arg->poll_ns = facet_vf_poll_limit_ns();
	return 0;
}

static int vf_buf_alloc(struct facet_vf_session *s, void *data)
{
	struct facet_vf_buf *arg = data;

	return arg->flags ? -EINVAL : facet_vf_buf_alloc(s, arg->bytes, &arg->handle);
}

/**
 * struct vf_ioctl - an ioctl with an argument
 * @cmd: its number
 * @bytes: size of the argument
 * @run: does it; the argument is copied back whatever it returns
 */
struct vf_ioctl {
	unsigned int cmd;
	unsigned int bytes;
	int (*run)(struct facet_vf_session *s, void *data);
};

static const struct vf_ioctl vf_ioctls[] = {
	{ FACET_VF_INFO, sizeof(struct facet_vf_info), vf_info },
	{ FACET_VF_BUF_ALLOC, sizeof(struct facet_vf_buf), vf_buf_alloc },
	{ FACET_VF_SUBMIT, sizeof(struct facet_vf_submit), vf_submit },
	{ FACET_VF_REAP, sizeof(struct facet_vf_reap), vf_reap },
};

static long ioctl_run(struct facet_vf_session *s, const struct vf_ioctl *op, void __user *user)
{
	union {
		u32 size;
		struct facet_vf_info info;
		struct facet_vf_buf buf;
		struct facet_vf_submit submit;
		struct facet_vf_reap reap;
	} arg;
	u32 size;
	int ret;

	if (get_user(size, (u32 __user *)user))
		return -EFAULT;
	if (size < op->bytes || size > PAGE_SIZE)
		return -EINVAL;
	ret = copy_struct_from_user(&arg, op->bytes, user, size);
	if (ret)
		return ret == -E2BIG ? -EINVAL : ret;
	arg.size = size;	/* the program may have changed it meanwhile */
	ret = op->run(s, &arg);
	arg.size = size;
	return copy_to_user(user, &arg, op->bytes) && !ret ? -EFAULT : ret;
}

/**
 * facet_vf_ioctl - /dev/facet/N
 * @file: session
 * @cmd: FACET_VF_*
 * @arg: user pointer
 *
 * Return: 0 or a negative errno, see uapi/facet/vf.h.
 */
long facet_vf_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct facet_vf_session *s = file->private_data;
	unsigned int i;

	if (READ_ONCE(s->vf->gone))
		return -ENODEV;
	if (cmd == FACET_VF_RESET)
		return capable(CAP_SYS_ADMIN) ? facet_vf_reset(s->vf) : -EPERM;
	for (i = 0; i < ARRAY_SIZE(vf_ioctls); i++)
		if (vf_ioctls[i].cmd == cmd)
			return ioctl_run(s, &vf_ioctls[i], (void __user *)arg);
	return -ENOTTY;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * crypto_load: in a guest, a number of AES-128-CBC encryptions by a driver of the
 * kernel's crypto API that is named, with a number of requests outstanding.
 *
 *	echo "NUMBER DRIVER BYTES DEPTH COUNT" >/sys/module/crypto_load/parameters/run
 *
 * The measured part is between two markers with NUMBER.  Reading the parameter
 * gives "NUMBER NS DIGEST": how long it took, and a sum over the output.
 */
#include <crypto/skcipher.h>
#include <linux/completion.h>
#include <linux/crc32.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/scatterlist.h>
#include <linux/semaphore.h>
#include <linux/slab.h>

#include "mark.h"

#define MAX_BYTES	PAGE_SIZE
#define MAX_DEPTH	64
#define WARM_UP		64
#define KEY_BYTES	16

/**
 * struct load - one run
 * @number: of its window
 * @driver: name of the driver
 * @bytes: length of each request
 * @depth: requests outstanding
 * @count: requests in all
 */
struct load {
	unsigned int number;
	char driver[64];
	unsigned int bytes;
	unsigned int depth;
	unsigned int count;
};

/**
 * struct slot - a request
 * @req: the crypto API's
 * @src: input
 * @dst: output
 * @sg_src: @src
 * @sg_dst: @dst
 * @iv: changed by each request
 */
struct slot {
	struct skcipher_request *req;
	u8 *src;
	u8 *dst;
	struct scatterlist sg_src;
	struct scatterlist sg_dst;
	u8 iv[16];
};

static struct slot slots[MAX_DEPTH];
static unsigned int free_slots[MAX_DEPTH];
static unsigned int nr_free;
static DEFINE_SPINLOCK(free_lock);
static struct semaphore room;
static int error;
static char result[64];

static void slot_put(struct slot *s)
{
	scoped_guard(spinlock_irqsave, &free_lock)
		free_slots[nr_free++] = s - slots;
	up(&room);
}

static struct slot *slot_get(void)
{
	down(&room);
	guard(spinlock_irqsave)(&free_lock);
	return &slots[free_slots[--nr_free]];
}

static void done(void *data, int err)
{
	if (err == -EINPROGRESS)
		return;
	if (err)
		WRITE_ONCE(error, err);
	slot_put(data);
}

static void submit(const struct load *l, struct slot *s)
{
	int ret;

	memset(s->iv, 0x5a, sizeof(s->iv));
	skcipher_request_set_callback(s->req, CRYPTO_TFM_REQ_MAY_BACKLOG |
				      CRYPTO_TFM_REQ_MAY_SLEEP, done, s);
	skcipher_request_set_crypt(s->req, &s->sg_src, &s->sg_dst, l->bytes, s->iv);
	ret = crypto_skcipher_encrypt(s->req);
	if (ret != -EINPROGRESS && ret != -EBUSY)
		done(s, ret);
}

static void submit_all(const struct load *l, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		submit(l, slot_get());
	for (i = 0; i < l->depth; i++)
		down(&room);
	for (i = 0; i < l->depth; i++)
		up(&room);
}

static void slots_free(void)
{
	unsigned int i;

	for (i = 0; i < MAX_DEPTH; i++) {
		skcipher_request_free(slots[i].req);
		kfree(slots[i].src);
		kfree(slots[i].dst);
	}
	memset(slots, 0, sizeof(slots));
}

static int slot_init(const struct load *l, struct crypto_skcipher *tfm, struct slot *s)
{
	s->req = skcipher_request_alloc(tfm, GFP_KERNEL);
	s->src = kzalloc(MAX_BYTES, GFP_KERNEL);
	s->dst = kzalloc(MAX_BYTES, GFP_KERNEL);
	if (!s->req || !s->src || !s->dst)
		return -ENOMEM;
	sg_init_one(&s->sg_src, s->src, l->bytes);
	sg_init_one(&s->sg_dst, s->dst, l->bytes);
	free_slots[nr_free++] = s - slots;
	return 0;
}

static int run_on(const struct load *l, struct crypto_skcipher *tfm)
{
	unsigned int i;
	u64 ns;
	int ret = 0;

	error = 0;
	nr_free = 0;
	sema_init(&room, l->depth);	/* one for each slot that is free */
	for (i = 0; i < l->depth && !ret; i++)
		ret = slot_init(l, tfm, &slots[i]);
	if (ret)
		return ret;
	submit_all(l, WARM_UP);
	mark_begin(l->number);
	ns = ktime_get_ns();
	submit_all(l, l->count);
	ns = ktime_get_ns() - ns;
	mark_end(l->number);
	snprintf(result, sizeof(result), "%u %llu %08x", l->number, ns,
		 ~crc32(~0, slots[l->depth - 1].dst, l->bytes));
	return error;
}

static int run(const struct load *l)
{
	static const u8 key[KEY_BYTES] = { 1, 2, 3, 4 };
	struct crypto_skcipher *tfm = crypto_alloc_skcipher(l->driver, 0, 0);
	int ret;

	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	ret = crypto_skcipher_setkey(tfm, key, sizeof(key));
	if (!ret)
		ret = run_on(l, tfm);
	slots_free();
	crypto_free_skcipher(tfm);
	return ret;
}

static int run_set(const char *value, const struct kernel_param *kp)
{
	struct load l = { };

	if (sscanf(value, "%u %63s %u %u %u", &l.number, l.driver, &l.bytes, &l.depth,
		   &l.count) != 5)
		return -EINVAL;
	if (!l.bytes || l.bytes > MAX_BYTES || !l.depth || l.depth > MAX_DEPTH)
		return -EINVAL;
	return run(&l);
}

static int run_get(char *buf, const struct kernel_param *kp)
{
	return sysfs_emit(buf, "%s\n", result);
}

static const struct kernel_param_ops run_ops = {
	.set = run_set,
	.get = run_get,
};
module_param_cb(run, &run_ops, NULL, 0600);
MODULE_PARM_DESC(run, "NUMBER DRIVER BYTES DEPTH COUNT");

static int __init crypto_load_init(void)
{
	return 0;
}

static void __exit crypto_load_exit(void)
{
}

module_init(crypto_load_init);
module_exit(crypto_load_exit);
MODULE_DESCRIPTION("AES-CBC requests to a named driver, between markers");
MODULE_LICENSE("GPL");

// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: facet/<PCI address>/ with
 *   inject    write "KIND CTX ENGINE COUNT ARG" (numbers, enum facet_inject):
 *             arms a fault of the model
 *   engines   what each engine does
 *   contexts  state and indices of the contexts that are held
 *   arbiter   what the device's arbiter knows of them and of their groups
 *   events    indices of the event log, and how many the device had to drop
 */
#include <linux/seq_file.h>
#include <linux/uaccess.h>
#include "facet_priv.h"

static struct dentry *facet_root;

static int inject_parse(const char *line, u32 v[5])
{
	char end;

	if (sscanf(line, "%i %i %i %i %i %c", &v[0], &v[1], &v[2], &v[3], &v[4], &end) != 5)
		return -EINVAL;
	return v[0] < FACET_NR_INJ ? 0 : -ERANGE;
}

static ssize_t inject_write(struct file *file, const char __user *ubuf, size_t count, loff_t *pos)
{
	struct facet_device *fdev = file->private_data;
	char line[96];
	u32 v[5];
	int ret;

	if (count >= sizeof(line))
		return -E2BIG;
	if (copy_from_user(line, ubuf, count))
		return -EFAULT;
	line[count] = '\0';
	ret = inject_parse(line, v);
	if (ret)
		return ret;
	guard(mutex)(&fdev->lock);
	facet_hw_write(fdev, FACET_REG_INJ_CTX, v[1]);
	facet_hw_write(fdev, FACET_REG_INJ_ENGINE, v[2]);
	facet_hw_write(fdev, FACET_REG_INJ_COUNT, v[3]);
	facet_hw_write(fdev, FACET_REG_INJ_ARG, v[4]);
	facet_hw_write(fdev, FACET_REG_INJ_KIND, v[0]);
	return count;
}

static const struct file_operations inject_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = inject_write,
};

static void engine_show(struct seq_file *m, struct facet_device *fdev, unsigned int class,
			unsigned int e)
{
	static const char * const states[] = { "idle", "busy", "offline", "?" };
	u32 base = FACET_REG_ENGINE(class, e);
	u32 state = facet_hw_read(fdev, base + FACET_ENG_STATE);

	seq_printf(m, "%u.%u %-7s ctx %4u sq %10u start %llu heartbeat %llu done %llu\n", class, e,
		   states[FACET_ENG_STATE_OF(state)], FACET_ENG_CTX_OF(state),
		   facet_hw_read(fdev, base + FACET_ENG_SQ_INDEX),
		   facet_hw_read64(fdev, base + FACET_ENG_START_LO),
		   facet_hw_read64(fdev, base + FACET_ENG_HEARTBEAT_LO),
		   facet_hw_read64(fdev, base + FACET_ENG_DONE_LO));
}

static int engines_show(struct seq_file *m, void *unused)
{
	struct facet_device *fdev = m->private;
	unsigned int class, e, nr;

	for (class = 0; class < FACET_NR_CLASSES; class++) {
		nr = facet_engines(fdev, class);
		for (e = 0; e < nr; e++)
			engine_show(m, fdev, class, e);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(engines);

static int contexts_show(struct seq_file *m, void *unused)
{
	struct facet_device *fdev = m->private;
	u32 base, i;

	guard(mutex)(&fdev->lock);
	for_each_set_bit(i, fdev->used, fdev->caps.nr_ctx) {
		base = FACET_REG_CTX(i);
		seq_printf(m, "%4u state %#06x pasid %#010x head %u tail %u cq %u event %u inflight %u\n",
			   i, facet_hw_read(fdev, base + FACET_CTX_STATE),
			   facet_hw_read(fdev, base + FACET_CTX_PASID),
			   facet_hw_read(fdev, base + FACET_CTX_SQ_HEAD),
			   facet_hw_read(fdev, base + FACET_CTX_SQ_TAIL),
			   facet_hw_read(fdev, base + FACET_CTX_CQ_TAIL),
			   facet_hw_read(fdev, base + FACET_CTX_CQ_EVENT),
			   facet_hw_read(fdev, base + FACET_CTX_INFLIGHT));
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(contexts);

static int arbiter_show(struct seq_file *m, void *unused)
{
	struct facet_device *fdev = m->private;
	u32 base, group, i;

	guard(mutex)(&fdev->lock);
	for_each_set_bit(i, fdev->used, fdev->caps.nr_ctx) {
		base = FACET_REG_CTX(i);
		group = facet_hw_read(fdev, base + FACET_CTX_GROUP);
		seq_printf(m, "%4u weight %u cap %u burst %u ops %#llx group %u", i,
			   facet_hw_read(fdev, base + FACET_CTX_WEIGHT),
			   facet_hw_read(fdev, base + FACET_CTX_CAP),
			   facet_hw_read(fdev, base + FACET_CTX_CAP_BURST_US),
			   facet_hw_read64(fdev, base + FACET_CTX_OPS_LO), group);
		base = FACET_REG_CTX(min(group, fdev->caps.nr_ctx - 1));
		seq_printf(m, " of weight %u flags %#x\n",
			   facet_hw_read(fdev, base + FACET_GRP_WEIGHT),
			   facet_hw_read(fdev, base + FACET_GRP_FLAGS));
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(arbiter);

/* Without a lock: whoever looks may be the one who keeps its holder from running. */
static int events_show(struct seq_file *m, void *unused)
{
	struct facet_device *fdev = m->private;

	seq_printf(m, "tail %u head %u dropped %u\n", facet_hw_read(fdev, FACET_REG_EVLOG_TAIL),
		   facet_hw_read(fdev, FACET_REG_EVLOG_HEAD),
		   facet_hw_read(fdev, FACET_REG_EVLOG_DROPPED));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(events);

/**
 * facet_debugfs_init - make the accelerator's directory
 * @fdev: accelerator
 */
void facet_debugfs_init(struct facet_device *fdev)
{
	struct dentry *dir = debugfs_create_dir(pci_name(fdev->pdev), facet_root);

	fdev->debugfs = dir;
	if (fdev->caps.feat & FACET_FEAT_INJECT)
		debugfs_create_file("inject", 0200, dir, fdev, &inject_fops);
	debugfs_create_file("engines", 0400, dir, fdev, &engines_fops);
	debugfs_create_file("contexts", 0400, dir, fdev, &contexts_fops);
	debugfs_create_file("arbiter", 0400, dir, fdev, &arbiter_fops);
	debugfs_create_file("events", 0400, dir, fdev, &events_fops);
}

/**
 * facet_debugfs_root_init - make the directory of all accelerators
 */
void facet_debugfs_root_init(void)
{
	facet_root = debugfs_create_dir("facet", NULL);
}

/**
 * facet_debugfs_root_fini - remove it
 */
void facet_debugfs_root_fini(void)
{
	debugfs_remove_recursive(facet_root);
}

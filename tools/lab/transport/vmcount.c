// SPDX-License-Identifier: GPL-2.0
/*
 * vmcount: a TCG plugin for L0's QEMU that counts, between two markers in an L2
 * guest, what the guest and its host have executed, and why the guest was left.
 *
 *	-plugin FILE,out=LOG
 *
 * L1 has to be booted with nokaslr and four-level tables: control blocks are read
 * through the kernel's map of all memory, which is then where it is known to be.
 *
 * Instructions are classed by who executes them:
 *	guest	L2: from VMRUN to the instruction behind it
 *	disp	L1's kernel in the thread "facet-shared"
 *	idle	L1's kernel in an idle task: interrupts that find a processor idle, too
 *	kernel	L1's kernel otherwise
 *	user	L1's programs: QEMU
 * A task is known from where the kernel changes stacks, by the name in its
 * task_struct.  A block is counted whole when it begins.
 *
 * An exit is classed by the control block that VMRUN has left, an interrupt given
 * to the guest by the block that VMRUN finds: it is a device's, or the kernel's own,
 * most of them timer ticks.  An exit because the interrupt window has opened is also
 * counted as a device's if what is given next is, and one at the end of an interrupt
 * if what was given last was.  Nothing is counted by programs of L1 or L2, so that
 * counting changes nothing.
 *
 * A marker is "nopl TAG(%rax)", with a number in rax: mark.h.  Output is a line
 * for each window:
 *	WINDOW number NAME=COUNT ...
 */
#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-plugin.h"

#include "mark.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define MAX_VCPUS	8
#define MAX_SITES	8
#define MAP_BASE	0xffff888000000000ULL
#define TASK_BYTES	0x2000	/* the name is within these */

#define VMCB_EXIT_CODE	0x70
#define VMCB_EXIT_INFO1	0x78
#define VMCB_EXIT_INFO2	0x80
#define VMCB_EVENT_INJ	0xa8
#define EVENT_VALID	(1u << 31)
#define EVENT_TYPE(e)	(((e) >> 8) & 7)	/* 0: interrupt */

#define EXIT_INTR	0x60
#define EXIT_VINTR	0x64
#define EXIT_HLT	0x78
#define EXIT_IOIO	0x7b
#define EXIT_MSR	0x7c
#define EXIT_NPF	0x400

#define MSR_TSC_DEADLINE	0x6e0
#define MSR_X2APIC_EOI		0x80b
#define VECTOR_SYSTEM		0xec	/* the kernel's own from here on, timer first */

/* By these names they are written; the first NR_CLASSES are instructions. */
enum counter {
	C_GUEST, C_DISP, C_IDLE, C_KERNEL, C_USER,
	NR_CLASSES,
	X_ALL = NR_CLASSES, X_NPF, X_HLT, X_VINTR, X_EOI, X_TIMER, X_MSR, X_INTR, X_IOIO,
	X_OTHER,
	X_VINTR_DEVICE, X_EOI_DEVICE, I_DEVICE, I_SYSTEM,
	NR_COUNTERS,
};

static const char * const names[NR_COUNTERS] = {
	"guest", "disp", "idle", "kernel", "user",
	"exits", "npf", "hlt", "vintr", "eoi", "timer", "msr", "intr", "ioio", "other",
	"vintr_device", "eoi_device", "inj_device", "inj_system",
};

/* What a block adds to, by the half of the address space that it is in. */
struct pending {
	uint64_t low;
	uint64_t high;
};

struct vcpu {
	uint64_t count[NR_COUNTERS];
	bool in_guest;
	enum counter task;	/* class of the L1 kernel's instructions */
	uint64_t vmcb;		/* physical address */
	bool window;		/* the last exit was at an open interrupt window */
	bool device;		/* the last interrupt given was a device's */
	struct qemu_plugin_register *rax, *rcx, *rsi;
	GByteArray *buf;
};

static struct vcpu vcpus[MAX_VCPUS];
static struct qemu_plugin_scoreboard *board;
static qemu_plugin_u64 low, high;
static uint64_t begin[NR_COUNTERS];
static GHashTable *npf_pages;	/* faults since the window began, by page */
static GHashTable *tasks;	/* struct task_struct: class + 1 */
static uint64_t sites[MAX_SITES];	/* what follows each VMRUN */
static unsigned int nr_sites;
static GMutex lock;
static FILE *out;

static uint64_t reg(struct vcpu *v, struct qemu_plugin_register *r)
{
	uint64_t value = 0;

	g_byte_array_set_size(v->buf, 0);
	if (r && qemu_plugin_read_register(r, v->buf) >= 8)
		memcpy(&value, v->buf->data, sizeof(value));
	return value;
}

static uint64_t vmcb_read(struct vcpu *v, unsigned int off)
{
	uint64_t value = 0;

	if (qemu_plugin_read_memory_vaddr(MAP_BASE + v->vmcb + off, v->buf, sizeof(value)))
		memcpy(&value, v->buf->data, sizeof(value));
	return value;
}

/* What was executed since the last change belongs to who was there. */
static void flush(unsigned int cpu)
{
	struct vcpu *v = &vcpus[cpu];
	uint64_t l = qemu_plugin_u64_get(low, cpu), h = qemu_plugin_u64_get(high, cpu);

	if (v->in_guest) {
		v->count[C_GUEST] += l + h;
	} else {
		v->count[C_USER] += l;
		v->count[v->task] += h;
	}
	qemu_plugin_u64_set(low, cpu, 0);
	qemu_plugin_u64_set(high, cpu, 0);
}

static void note_interrupt(struct vcpu *v, unsigned int vector)
{
	v->device = vector < VECTOR_SYSTEM;
	v->count[v->device ? I_DEVICE : I_SYSTEM]++;
	if (v->device && v->window)
		v->count[X_VINTR_DEVICE]++;
}

static void on_vmrun(unsigned int cpu, void *data)
{
	struct vcpu *v = &vcpus[cpu];
	uint32_t event;

	flush(cpu);
	v->in_guest = true;
	v->vmcb = reg(v, v->rax);
	event = vmcb_read(v, VMCB_EVENT_INJ);
	if (event & EVENT_VALID && !EVENT_TYPE(event))
		note_interrupt(v, event & 0xff);
}

static enum counter msr_class(struct vcpu *v)
{
	switch ((uint32_t)reg(v, v->rcx)) {
	case MSR_TSC_DEADLINE: return X_TIMER;
	case MSR_X2APIC_EOI: return X_EOI;
	default: return X_MSR;
	}
}

static void note_npf(uint64_t gpa)
{
	gpointer page = GSIZE_TO_POINTER(gpa >> 12);
	size_t n;

	g_mutex_lock(&lock);
	n = GPOINTER_TO_SIZE(g_hash_table_lookup(npf_pages, page));
	g_hash_table_insert(npf_pages, page, GSIZE_TO_POINTER(n + 1));
	g_mutex_unlock(&lock);
}

static enum counter exit_class(struct vcpu *v)
{
	switch (vmcb_read(v, VMCB_EXIT_CODE)) {
	case EXIT_NPF:
		note_npf(vmcb_read(v, VMCB_EXIT_INFO2));
		return X_NPF;
	case EXIT_HLT: return X_HLT;
	case EXIT_VINTR: return X_VINTR;
	case EXIT_MSR: return msr_class(v);
	case EXIT_INTR: return X_INTR;
	case EXIT_IOIO: return X_IOIO;
	default: return X_OTHER;
	}
}

static void on_behind_vmrun(unsigned int cpu, void *data)
{
	struct vcpu *v = &vcpus[cpu];
	enum counter why;

	if (!v->in_guest)
		return;
	flush(cpu);
	v->in_guest = false;
	why = exit_class(v);
	v->count[X_ALL]++;
	v->count[why]++;
	v->window = why == X_VINTR;
	if (why == X_EOI && v->device)
		v->count[X_EOI_DEVICE]++;
}

static enum counter task_class(struct vcpu *v, uint64_t task)
{
	static const struct { const char *name; enum counter class; } known[] = {
		{ "facet-shared", C_DISP }, { "swapper/", C_IDLE },
	};
	unsigned int i;

	if (qemu_plugin_read_memory_vaddr(task, v->buf, TASK_BYTES))
		for (i = 0; i < G_N_ELEMENTS(known); i++)
			if (memmem(v->buf->data, v->buf->len, known[i].name,
				   strlen(known[i].name)))
				return known[i].class;
	return C_KERNEL;
}

/* rsi is the task whose stack is taken. */
static void on_switch(unsigned int cpu, void *data)
{
	struct vcpu *v = &vcpus[cpu];
	gpointer task;
	size_t class;

	if (v->in_guest)
		return;
	flush(cpu);
	task = GSIZE_TO_POINTER(reg(v, v->rsi));
	g_mutex_lock(&lock);
	class = GPOINTER_TO_SIZE(g_hash_table_lookup(tasks, task));
	if (!class) {
		class = task_class(v, GPOINTER_TO_SIZE(task)) + 1;
		g_hash_table_insert(tasks, task, GSIZE_TO_POINTER(class));
	}
	g_mutex_unlock(&lock);
	v->task = class - 1;
}

static void sum(uint64_t *total)
{
	unsigned int cpu, i;

	memset(total, 0, NR_COUNTERS * sizeof(*total));
	for (cpu = 0; cpu < MAX_VCPUS; cpu++) {
		struct vcpu *v = &vcpus[cpu];
		uint64_t l, h;

		if (!v->buf)
			continue;
		/* another processor is not stopped for this: it is not flushed */
		l = qemu_plugin_u64_get(low, cpu);
		h = qemu_plugin_u64_get(high, cpu);
		for (i = 0; i < NR_COUNTERS; i++)
			total[i] += v->count[i];
		total[v->in_guest ? C_GUEST : C_USER] += l;
		total[v->in_guest ? C_GUEST : v->task] += h;
	}
}

static void print_page(gpointer page, gpointer n, gpointer data)
{
	fprintf(out, " page:%zx=%zu", GPOINTER_TO_SIZE(page), GPOINTER_TO_SIZE(n));
}

static void on_mark(unsigned int cpu, void *data)
{
	struct vcpu *v = &vcpus[cpu];
	uint64_t total[NR_COUNTERS];
	unsigned int i;

	sum(total);
	g_mutex_lock(&lock);
	if (GPOINTER_TO_SIZE(data) == MARK_BEGIN) {
		memcpy(begin, total, sizeof(begin));
		/* memory of tasks that have ended may be others' now */
		g_hash_table_remove_all(tasks);
	} else {
		fprintf(out, "WINDOW %" PRIu64, reg(v, v->rax));
		for (i = 0; i < NR_COUNTERS; i++)
			fprintf(out, " %s=%" PRIu64, names[i], total[i] - begin[i]);
		g_hash_table_foreach(npf_pages, print_page, NULL);
		fprintf(out, "\n");
		fflush(out);
	}
	g_hash_table_remove_all(npf_pages);
	g_mutex_unlock(&lock);
}

static bool is_site(uint64_t vaddr)
{
	unsigned int i;

	for (i = 0; i < nr_sites; i++)
		if (sites[i] == vaddr)
			return true;
	return false;
}

static void add_site(uint64_t vaddr)
{
	g_mutex_lock(&lock);
	if (!is_site(vaddr) && nr_sites < MAX_SITES)
		sites[nr_sites++] = vaddr;
	g_mutex_unlock(&lock);
}

static bool is_vmrun(const uint8_t *b, size_t len)
{
	return len == 3 && b[0] == 0x0f && b[1] == 0x01 && b[2] == 0xd8;
}

/* mov %rsp, X(%rdi) and then mov X(%rsi), %rsp are in __switch_to_asm() alone */
static bool is_switch(const uint8_t *b, size_t len)
{
	return len == 7 && b[0] == 0x48 && b[1] == 0x89 && b[2] == 0xa7;
}

static uint32_t mark_of(const uint8_t *b, size_t len)
{
	uint32_t tag;

	if (len != 7 || b[0] != 0x0f || b[1] != 0x1f || b[2] != 0x80)
		return 0;
	memcpy(&tag, b + 3, sizeof(tag));
	return tag == MARK_BEGIN || tag == MARK_END ? tag : 0;
}

static void instrument(struct qemu_plugin_insn *insn)
{
	uint8_t b[16];
	size_t len = qemu_plugin_insn_data(insn, b, sizeof(b));
	uint64_t vaddr = qemu_plugin_insn_vaddr(insn);
	uint32_t tag = mark_of(b, len);

	if (is_vmrun(b, len) && vaddr >> 63) {
		add_site(vaddr + len);
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_vmrun, QEMU_PLUGIN_CB_R_REGS,
						       NULL);
	} else if (is_switch(b, len) && vaddr >> 63) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_switch, QEMU_PLUGIN_CB_R_REGS,
						       NULL);
	} else if (tag) {
		qemu_plugin_register_vcpu_insn_exec_cb(insn, on_mark, QEMU_PLUGIN_CB_R_REGS,
						       GSIZE_TO_POINTER(tag));
	}
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	uint64_t vaddr = qemu_plugin_tb_vaddr(tb);
	size_t i, n = qemu_plugin_tb_n_insns(tb);

	/* before the block is counted: what it adds is the host's already */
	if (is_site(vaddr))
		qemu_plugin_register_vcpu_tb_exec_cb(tb, on_behind_vmrun,
						     QEMU_PLUGIN_CB_R_REGS, NULL);
	qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(tb, QEMU_PLUGIN_INLINE_ADD_U64,
							  vaddr >> 63 ? high : low, n);
	for (i = 0; i < n; i++)
		instrument(qemu_plugin_tb_get_insn(tb, i));
}

static void on_vcpu(qemu_plugin_id_t id, unsigned int cpu)
{
	GArray *regs = qemu_plugin_get_registers();
	struct vcpu *v = &vcpus[cpu];
	unsigned int i;

	g_assert(cpu < MAX_VCPUS);
	v->buf = g_byte_array_new();
	v->task = C_KERNEL;
	for (i = 0; i < regs->len; i++) {
		qemu_plugin_reg_descriptor *d = &g_array_index(regs, qemu_plugin_reg_descriptor, i);

		if (!strcmp(d->name, "rax"))
			v->rax = d->handle;
		else if (!strcmp(d->name, "rcx"))
			v->rcx = d->handle;
		else if (!strcmp(d->name, "rsi"))
			v->rsi = d->handle;
	}
	g_array_free(regs, TRUE);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info,
					   int argc, char **argv)
{
	int i;

	for (i = 0; i < argc; i++)
		if (!strncmp(argv[i], "out=", 4))
			out = fopen(argv[i] + 4, "w");
	if (!out) {
		fprintf(stderr, "vmcount: out=FILE is missing, or cannot be written\n");
		return -1;
	}
	npf_pages = g_hash_table_new(NULL, NULL);
	tasks = g_hash_table_new(NULL, NULL);
	board = qemu_plugin_scoreboard_new(sizeof(struct pending));
	low = qemu_plugin_scoreboard_u64_in_struct(board, struct pending, low);
	high = qemu_plugin_scoreboard_u64_in_struct(board, struct pending, high);
	qemu_plugin_register_vcpu_init_cb(id, on_vcpu);
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
	return 0;
}

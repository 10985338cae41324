/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Markers that the plugin vmcount sees in a guest, and nobody else: instructions
 * that do nothing.  What is between the two is a window with a number.
 */
#ifndef FACET_LAB_MARK_H
#define FACET_LAB_MARK_H

#define MARK_BEGIN	0x46560001
#define MARK_END	0x46560002

static inline void mark_begin(unsigned long number)
{
	asm volatile("nopl 0x46560001(%%rax)" : : "a" (number) : "memory");
}

static inline void mark_end(unsigned long number)
{
	asm volatile("nopl 0x46560002(%%rax)" : : "a" (number) : "memory");
}

#endif /* FACET_LAB_MARK_H */

/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What policies have in common that let owners take turns: a circle of those
 * with commands.
 */
#ifndef SCHED_TURNS_H
#define SCHED_TURNS_H

#include "policy.h"

/**
 * struct turns_owner - an owner
 * @prev: before it in the circle
 * @next: after it
 * @active: is in the circle
 * @weight: its weight
 * @credit: what is left of its turn
 * @price: of its head
 */
struct turns_owner {
	u32 prev;
	u32 next;
	bool active;
	u32 weight;
	s64 credit;
	u64 price;
};

/**
 * struct turns - an instance
 * @owner: owners
 * @owners: how many
 * @at: whose turn it is, if @active
 * @active: owners in the circle
 * @begun: the one whose turn it is has had its credit
 * @depth: most in the device
 * @inflight: in the device
 * @unit: greatest common divisor of the weights
 */
struct turns {
	struct turns_owner *owner;
	u32 owners;
	u32 at;
	u32 active;
	bool begun;
	u32 depth;
	u32 inflight;
	u32 unit;
};

void *turns_create(const struct pol_config *cfg);
void turns_destroy(void *p);
void turns_add(void *p, u32 x, u32 weight, u32 group);
void turns_set_weight(void *p, u32 x, u32 weight);
/* Enters the circle behind everybody else. */
void turns_enter(struct turns *t, u32 x);
void turns_leave(struct turns *t, u32 x);
/* The next one's turn. */
void turns_pass(struct turns *t);
void turns_complete(void *p, struct pol_cmd *cmd, const struct pol_done *done, u64 now_ns);

#endif /* SCHED_TURNS_H */

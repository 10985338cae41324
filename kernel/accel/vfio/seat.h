/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A shared instance's place in the schedulers of the pool: seat.c.
 */
#ifndef FACET_VI_SEAT_H
#define FACET_VI_SEAT_H

#include "facet.h"
#include "vf_sched.h"

struct facet_vi;
struct vi_pool;

/**
 * struct vi_seat - by class; NULL where the device has no engines
 * @own: group that the instance is in while it is in no named one
 * @entity: its commands
 */
struct vi_seat {
	struct vf_sched_node *own[FACET_NR_CLASSES];
	struct vf_sched_entity *entity[FACET_NR_CLASSES];
};

int vi_seat_create(struct vi_seat *seat, struct vi_pool *pool, void *owner);
void vi_seat_destroy(struct vi_seat *seat);
void vi_seat_move(struct vi_seat *seat, struct vf_sched_node **group);
void vi_seat_set_weight(struct facet_vi *vi, u32 weight);
void vi_seat_set_own_weight(struct facet_vi *vi, u32 weight, bool raised);
int vi_seat_set_cap(struct facet_vi *vi, u32 permille, u32 burst_us);
int vi_seat_set_floor(struct facet_vi *vi, u32 permille);
void vi_seat_set_request(struct facet_vi *vi, u32 ns, bool alone);
u64 vi_seat_cap_left_ns(struct facet_vi *vi);
u64 vi_seat_throttled_ns(struct facet_vi *vi);
void vi_seat_set_rivals(struct facet_vi *vi, bool rivals);

int vi_seat_group_create(struct vf_sched_node **group, struct vi_pool *pool);
void vi_seat_group_destroy(struct vf_sched_node **group);
void vi_seat_group_set_weight(struct vf_sched_node **group, u32 weight);

#endif /* FACET_VI_SEAT_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Completions that the host gets for shared instances: what of them can be believed.
 */
#include "vi.h"

static bool is_sound(const struct vi_pool_cmd *cmd, const struct facet_comp *comp)
{
	u64 start = le64_to_cpu(comp->start_ns), stop = le64_to_cpu(comp->stop_ns);

	return le64_to_cpu(comp->cookie) == cmd->id &&
	       le32_to_cpu(comp->sq_index) == cmd->host_index &&
	       le64_to_cpu(comp->arrival_ns) <= start && start <= stop;
}

/**
 * vi_comp_check - see whether a completion can be that of its command
 * @fdev: accelerator
 * @cmd: the command that it is for
 * @comp: private copy
 *
 * If it cannot, nothing of it is believed: the engine has failed, and what was
 * predicted is billed, not what the stamps say.
 */
void vi_comp_check(struct facet_device *fdev, const struct vi_pool_cmd *cmd,
		   struct facet_comp *comp)
{
	u64 now;

	if (is_sound(cmd, comp))
		return;
	now = facet_clock_ns(fdev);
	*comp = (struct facet_comp){
		.status = cpu_to_le16(FACET_ST_ENGINE_ERROR), .engine = comp->engine,
		.arrival_ns = cpu_to_le64(now), .start_ns = cpu_to_le64(now),
		.stop_ns = cpu_to_le64(now + cmd->sched.pred_ns),
	};
}

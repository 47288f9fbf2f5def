// How the kernel shares the processors between this process and its neighbours.
#pragma once

namespace flightdeck::net {

// Schedules threads of this process as SCHED_BATCH, see sched(7). A thread that wakes up then waits for its
// turn instead of preempting the running one. Database and Redis often share the machine. Without this, a
// request that is about to be refused can preempt a database process in the middle of a batch that everybody
// waits for. The process gets the same share of the processors. docs/adr/0018-threads-preempt-no-neighbour.md
// has the figures.
//
// It applies to the calling thread and those that it starts later, so call it first. A policy that the
// process was started with (chrt, systemd's CPUSchedulingPolicy) is kept. Returns false when nothing was
// changed.
bool schedule_as_batch();

}  // namespace flightdeck::net

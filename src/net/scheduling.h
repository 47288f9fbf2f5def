// How the kernel shares the processors between this process and its neighbours.
#pragma once

namespace flightdeck::net {

// Lets a thread of this process that wakes up wait for its turn instead of pushing aside whoever runs:
// SCHED_BATCH, see sched(7). Database and Redis mostly share the machine, and one of them stopped in the
// middle of a batch by a request that is about to be refused is what everybody waits for then;
// docs/performance.md has the figures. The share of the processors stays the same.
//
// For the calling thread and those it starts later: call it first. A policy that the process was started with
// (chrt, systemd's CPUSchedulingPolicy) is kept. False: nothing was changed.
bool schedule_as_batch();

}  // namespace flightdeck::net

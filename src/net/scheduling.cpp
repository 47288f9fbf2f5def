#include "net/scheduling.h"

#include <sched.h>

namespace flightdeck::net {

bool schedule_as_batch() {
  if (::sched_getscheduler(0) != SCHED_OTHER) return false;
  const sched_param no_priority{};
  return ::sched_setscheduler(0, SCHED_BATCH, &no_priority) == 0;
}

}  // namespace flightdeck::net

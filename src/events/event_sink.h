// Port: where published events go.
#pragma once

#include <vector>

#include "core/task.h"
#include "events/event.h"

namespace flightdeck::events {

// Used from one thread; answers resume on it.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // True: every event of these rows is where its consumers find it, in order. False: some may be; publish them again,
  // consumers drop repeats by the event's id.
  virtual Task<bool> publish(std::vector<OutboxRow> rows) = 0;
};

}  // namespace flightdeck::events

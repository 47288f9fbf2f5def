// Port: where published events go.
#pragma once

#include <span>

#include "core/task.h"
#include "events/event.h"

namespace flightdeck::events {

// Used from one thread; answers resume on it.
class EventSink {
 public:
  virtual ~EventSink() = default;
  // True: every event of these rows is where its consumers find it, in order. False: some may be; publish
  // them again, consumers drop repeats by the event's id. The caller keeps the rows until it has its answer.
  virtual Task<bool> publish(std::span<const OutboxRow> rows) = 0;
};

}  // namespace flightdeck::events

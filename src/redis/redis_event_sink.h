// Publishes events to a Redis stream.
#pragma once

#include <string>

#include "events/event_sink.h"
#include "redis/keys.h"

namespace flightdeck::redis {

class RedisConnection;

// Used from the connection's thread. Each event is an entry with the fields `id`, `type`, `subject` and
// `data` (JSON). The stream keeps about limits::event_stream_length entries.
class RedisEventSink final : public events::EventSink {
 public:
  RedisEventSink(RedisConnection& connection, std::string prefix)
      : connection_(connection), keys_(std::move(prefix)) {}

  Task<bool> publish(std::span<const events::OutboxRow> rows) override;

 private:
  RedisConnection& connection_;
  const Keys keys_;
};

}  // namespace flightdeck::redis

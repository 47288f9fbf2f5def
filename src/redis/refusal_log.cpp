#include "redis/refusal_log.h"

namespace flightdeck::redis {

void RefusalLog::begin() {
  const std::lock_guard lock(mutex_);
  ++connections_;
}

void RefusalLog::end(const RedisEndpoint& endpoint, bool over) {
  const std::lock_guard lock(mutex_);
  if (--connections_ > 0) return;
  const bool was_named = !named_.empty();
  named_.clear();
  if (!was_named || !over) return;
  log_.info("Redis refuses nothing any more",
            {{"host", endpoint.host}, {"port", std::int64_t{endpoint.port}}});
}

void RefusalLog::name(const RedisEndpoint& endpoint, const RefusedCommand& refused) {
  const Refusal& refusal = refused.refusal;
  const std::lock_guard lock(mutex_);
  if (!named_.insert(refusal.is_general() ? refusal.word : refusal.word + " " + refused.name).second) return;
  log_.warn("Redis refuses a command", {{"host", endpoint.host},
                                        {"port", std::int64_t{endpoint.port}},
                                        {"refusal", std::string_view(refusal.word)},
                                        {"command", std::string_view(refused.name)},
                                        {"error", std::string_view(refusal.text)}});
}

}  // namespace flightdeck::redis

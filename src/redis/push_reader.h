// Reads what Redis pushes, for a KeyWatcher. Private to redis/: includes Boost.Redis.
#pragma once

#include <boost/redis/resp3/node.hpp>
#include <boost/redis/resp3/type.hpp>
#include <boost/system/error_code.hpp>
#include <string_view>
#include <utility>

#include "redis/key_watcher.h"

namespace flightdeck::redis {

// A push is `invalidate` and the keys, or nil for all keys. It is handled while it is parsed, so that
// thousands a second cost no memory.
class PushReader {
 public:
  // Null: pushes are ignored from now on.
  void deliver_to(KeyWatcher* watcher) { watcher_ = watcher; }

  void read(const boost::redis::resp3::basic_node<std::string_view>& node) {
    using Type = boost::redis::resp3::type;
    if (node.depth == 0) {
      about_keys_ = named_ = false;
    } else if (!std::exchange(named_, true)) {
      about_keys_ = node.value == "invalidate";
    } else if (about_keys_ && watcher_) {
      if (node.data_type == Type::null) watcher_->everything_changed();
      if (node.data_type == Type::blob_string) watcher_->changed(node.value);
    }
  }

 private:
  KeyWatcher* watcher_ = nullptr;
  // The first word of the push has been read.
  bool named_ = false;
  bool about_keys_ = false;
};

struct PushAdapter {
  PushReader* reader;
  static std::size_t get_supported_response_size() { return static_cast<std::size_t>(-1); }
  void operator()(std::size_t, const boost::redis::resp3::basic_node<std::string_view>& node,
                  boost::system::error_code&) {
    reader->read(node);
  }
};

// Boost.Redis looks for it by this name.
inline PushAdapter boost_redis_adapt(PushReader& reader) { return PushAdapter{&reader}; }

}  // namespace flightdeck::redis

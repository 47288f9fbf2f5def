// Observes every change of certain keys in Redis.
#pragma once

#include <string_view>

namespace flightdeck::redis {

// Called on the connection's thread, in the order of Redis's pushes, and before any later reply on the same
// connection. Not called after the connection was closed.
class KeyWatcher {
 public:
  virtual ~KeyWatcher() = default;
  // Redis pushes a key once for all its changes in one turn of its event loop.
  virtual void changed(std::string_view key) = 0;
  // Any key may have changed: all were flushed, or the connection is new and changes may have been missed.
  virtual void everything_changed() = 0;
  // Changes do not arrive any more, until `everything_changed` is called.
  virtual void lost() = 0;
};

}  // namespace flightdeck::redis

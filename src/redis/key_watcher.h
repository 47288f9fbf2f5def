// Who hears of every change of certain keys in Redis.
#pragma once

#include <string_view>

namespace flightdeck::redis {

// Told on the connection's thread, in the order in which Redis tells, and before any later reply on the same
// connection. Not called after the connection was closed.
class KeyWatcher {
 public:
  virtual ~KeyWatcher() = default;
  // Redis tells of a key once for all changes of it between two of its looks at its clients.
  virtual void changed(std::string_view key) = 0;
  // All of them may have: they were flushed, or changes may have gone unheard, since the connection is a new
  // one.
  virtual void everything_changed() = 0;
  // Nothing is heard any more, until everything has changed.
  virtual void lost() = 0;
};

}  // namespace flightdeck::redis

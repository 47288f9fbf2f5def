// The HTTP server of one I/O thread. Servers share only the port, and the kernel spreads connections over
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/limits.h"
#include "core/log.h"
#include "core/random.h"
#include "core/time.h"
#include "http/dispatcher.h"
#include "http/request_observer.h"
#include "net/event_loop.h"

namespace flightdeck::http {

struct ServerOptions {
  // Whether to log a line for each request, at level info.
  bool access_log = true;
  // When this many connections are open, a new one takes the place of the one that has been idle longest, or
  // otherwise of the one whose request has been incomplete longest. When every connection has a request under
  // way, the new one is answered 503.
  std::size_t connections_max = limits::connections_per_thread;
  Milliseconds idle_deadline = limits::idle_connection_deadline;
  // The effective deadline is at most `idle_deadline`.
  Milliseconds first_byte_deadline = limits::first_byte_deadline;
  Milliseconds read_deadline = limits::request_read_deadline;
  Milliseconds write_deadline = limits::response_write_deadline;
  Milliseconds lingering_deadline = limits::lingering_close_deadline;
  Milliseconds deadline_check = limits::deadline_check_interval;
};

// Used from its loop's thread, or while that loop does not run. Requests of one connection are handled one
// after another. A handler runs to its end even if its client is gone.
class Server {
 public:
  // All of them outlive the server.
  struct Dependencies {
    net::EventLoop& loop;
    Dispatcher& dispatcher;
    Log& log;
    const Clock& clock;
    Random& random;
    RequestObserver& observer;
  };

  Server(Dependencies dependencies, ServerOptions options);
  // Destroy it when its loop does not run any more and no handler is running: `sessions` is 0, or only idle
  // ones are left.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens on `host` (a name or an address) and `port` (0: any free one) and returns the port. Throws
  // std::runtime_error, with a message for people, when it cannot listen, for instance because another
  // process has the port.
  std::uint16_t listen(const std::string& host, std::uint16_t port);
  // Takes a share of the connections of a port that another server of this process listens on.
  void share(const std::string& host, std::uint16_t port);

  // Takes no new connections, closes idle ones and lets requests under way end. `drained` is called once,
  // from the loop, when the last connection is gone.
  void drain(std::function<void()> drained);
  // Closes every connection at once. Those whose handler still runs are counted until it has ended.
  void close_all();
  std::size_t sessions() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flightdeck::http

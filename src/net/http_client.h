// An HTTP/1.1 client of one thread: keeps connections alive, bounds what is under way, and gives every call a
// deadline.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/error.h"
#include "core/limits.h"
#include "core/task.h"
#include "core/time.h"
#include "net/event_loop.h"
#include "net/http_url.h"

namespace flightdeck::net {

struct HttpClientOptions {
  // Of a call: waiting, connecting, sending, reading.
  Milliseconds deadline = limits::payment_call_deadline;
  std::size_t connections_max = limits::payment_connections_per_thread;
  std::size_t queued_max = limits::payment_calls_queued_per_thread;
  // Of a connection.
  Milliseconds idle_max = limits::payment_connection_idle;
  std::size_t answer_bytes_max = limits::payment_answer_bytes;
  // While answers take less, calls of the same turn share connections, one behind the other (RFC 9112,
  // 9.3.2), at most limits::http_pipeline_depth.
  Milliseconds pipeline_below = limits::http_pipeline_quick;
  // One that is slow holds up those behind it no longer than this.
  Milliseconds pipeline_patience = limits::http_pipeline_patience;
  // While calls wait for a connection, one that has been silent for so long, which is far longer than answers
  // take, makes room: its call is `unavailable`.
  Milliseconds silence = limits::payment_silence;
};

struct HttpCall {
  // Of static storage.
  std::string_view method;
  HttpUrl url;
  // Body; empty: none.
  std::string json;
};

struct HttpReply {
  int status = 0;
  std::string body;
};

// Used from the loop's thread.
class HttpClient {
 public:
  HttpClient(EventLoop& loop, HttpClientOptions options);
  // After `close`, or when no call is under way.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // The call may be sent twice: when a kept connection turns out to be closed, and when it breaks, or stands
  // still, while other calls are ahead of it. So it must be idempotent. Errors: unavailable (no answer in
  // time, or none that is HTTP; the call may have been received), overloaded.
  Task<Result<HttpReply>> send(HttpCall call);

  // Every call, now and from now on, is `unavailable`.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace flightdeck::net

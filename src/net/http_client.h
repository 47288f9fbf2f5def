// The HTTP/1.1 client, over plain connections and TLS. It keeps connections alive, bounds what is under way,
// and gives every call a deadline. It follows no redirect: a 3xx is an answer as any other.
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
#include "net/response_parser.h"

namespace flightdeck::net {

class HandshakeLog;

struct HttpClientOptions {
  // Of a call: waiting, connecting, shaking hands, sending, reading.
  Milliseconds deadline = limits::payment_call_deadline;
  // To all hosts together. An idle one to another host makes room.
  std::size_t connections_max = limits::payment_connections_per_thread;
  std::size_t queued_max = limits::payment_calls_queued_per_thread;
  // Of a connection.
  Milliseconds idle_max = limits::payment_connection_idle;
  // Of a body. One that is longer, or says so, fails and is read no further.
  std::size_t answer_bytes_max = limits::payment_answer_bytes;
  // While answers take less, calls of the same turn share connections, one behind the other (RFC 9112,
  // 9.3.2), at most limits::http_pipeline_depth.
  Milliseconds pipeline_below = limits::http_pipeline_quick;
  // One that is slow holds up those behind it no longer than this.
  Milliseconds pipeline_patience = limits::http_pipeline_patience;
  // While calls wait for a connection, one that has been silent for so long, which is far longer than answers
  // take, makes room: its call is `unavailable`.
  Milliseconds silence = limits::payment_silence;
  // Told of certificates that are refused; outlives the client. Null: nobody is told.
  HandshakeLog* handshakes = nullptr;
};

struct HttpCall {
  // Of static storage.
  std::string_view method;
  HttpUrl url;
  // Body; empty: none.
  std::string json;
};

// Made and used on the loop's thread. With https:// the certificate must be one for the URL's host, valid now
// and signed by whom is trusted (net/tls_session.h). What is trusted is read from disk at the first such
// call.
class HttpClient {
 public:
  // The loop outlives it.
  HttpClient(EventLoop& loop, HttpClientOptions options);
  // After `close`, or when no call is under way.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // The call may be sent twice: when a kept connection turns out to be closed, and when it breaks, or stands
  // still, while other calls are ahead of it. So it must be idempotent. Errors: unavailable (no answer in
  // time, or none that is HTTP; the call may have been received, except where the detail says that the
  // certificate is refused), overloaded.
  Task<Result<HttpReply>> send(HttpCall call);

  // Every call, now and from now on, is `unavailable`.
  void close();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace flightdeck::net

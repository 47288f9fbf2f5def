// One connection: reads requests, runs their handlers in order, writes the answers. Private to http/:
// includes Asio.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <string>

#include "core/task.h"
#include "http/request_reader.h"
#include "http/server.h"

namespace flightdeck::http {

class Session;

// What the sessions of one server share.
class SessionHost {
 public:
  SessionHost(const Server::Dependencies& dependencies, const ServerOptions& options)
      : dependencies_(dependencies), options_(options) {}
  virtual ~SessionHost() = default;
  SessionHost(const SessionHost&) = delete;
  SessionHost& operator=(const SessionHost&) = delete;

  const Server::Dependencies& dependencies() const { return dependencies_; }
  const ServerOptions& options() const { return options_; }
  bool draining() const { return draining_; }
  std::string_view date() const { return date_; }
  // Bytes have come: `serve` is called when it is the session's turn. It is not released before.
  virtual void serve_soon(Session& session) = 0;
  // Nothing of the session is under way any more: destroys it.
  virtual void release(Session& session) = 0;

 protected:
  bool draining_ = false;
  // Of the last second or so.
  std::string date_;

 private:
  Server::Dependencies dependencies_;
  ServerOptions options_;
};

// Never reads while a handler runs, so a client that sends faster than it is served is held up by TCP. At any
// time at most one of these is under way: a read, or a handler and a write.
class Session {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Session(SessionHost& host, boost::asio::ip::tcp::socket socket);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Each may destroy the session, through its host.
  void start();
  void serve();
  void close_if_idle();
  void close_if_late(Time at);
  void close();

  // Since when nothing is under way here but the wait for its client; nullopt: something is.
  std::optional<Time> idle_since() const;
  // Of an idle one: part of a request is here.
  bool has_part_of_request() const { return !reader_.untouched(); }

  // Among the host's sessions.
  std::size_t index = 0;

 private:
  struct Detached;
  static Detached await_answer(Session& session, Task<Response> task);

  void advance();
  bool step();
  void handle_request();
  void answer(const Response& response);
  void answer_failure(const std::exception_ptr& failure);
  void render(const Response& response);
  void report(const Response& response, std::size_t bytes);
  void refuse();
  bool flush();
  void end_sending();
  void read();
  void on_read(const boost::system::error_code& error, std::size_t bytes);
  void write_rest();
  void on_written(const boost::system::error_code& error, std::size_t bytes);
  void choose_request_id();

  SessionHost& host_;
  boost::asio::ip::tcp::socket socket_;
  Request request_;
  RequestReader reader_{request_};
  // Answers not yet handed to the socket.
  std::string out_;
  // What a write under way is sending.
  std::string sending_;
  std::size_t sent_ = 0;
  // Of the request that is handled.
  std::string_view route_ = "none";
  Time received_at_{};
  // When its last step began or ended: served, answered, written. The clock is not asked again for what
  // follows at once.
  Time step_at_{};
  Time handling_since_{};
  Time deadline_ = Time::max();

  // How far the connection has come. It only ever moves on.
  enum class Phase {
    open,
    // The last answer is in `out_`. No further request is handled.
    answered,
    // All is sent. What still comes is thrown away, until the client has closed.
    lingering,
    closed,
  };
  // What is under way, beside a write.
  enum class Activity {
    none,
    // Bytes of the client are awaited.
    reading,
    // Bytes have come, and the session waits for its turn (SessionHost::serve_soon).
    queued,
    // A handler runs.
    handling,
  };
  // What the client has done last.
  enum class Client {
    // It has never sent a byte.
    silent,
    // It has sent whole requests.
    idle,
    // It has sent a part of a request.
    sending,
    // It has shut its side down.
    finished,
  };
  Phase phase_ = Phase::open;
  Activity activity_ = Activity::none;
  Client client_ = Client::silent;
  bool writing_ = false;
  // `advance` is on the stack.
  bool advancing_ = false;
};

}  // namespace flightdeck::http

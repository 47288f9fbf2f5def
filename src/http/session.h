// One connection. It reads requests, runs their handlers in order, and writes the answers. Private to http/:
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
  // The session calls this when bytes have arrived. The host calls `serve` when it is the session's turn, and
  // does not release the session before.
  virtual void serve_soon(Session& session) = 0;
  // The session calls this when nothing of it is under way any more. The host destroys it.
  virtual void release(Session& session) = 0;

 protected:
  bool draining_ = false;
  // The Date header, at most about a second old.
  std::string date_;

 private:
  Server::Dependencies dependencies_;
  ServerOptions options_;
};

// It never reads while a handler runs, so TCP slows down a client that sends faster than it is served. At any
// time there is at most one read under way, or one handler and one write.
class Session {
 public:
  using Time = std::chrono::steady_clock::time_point;

  Session(SessionHost& host, boost::asio::ip::tcp::socket socket);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Each of these may destroy the session, through its host.
  void start();
  void serve();
  void close_if_idle();
  void close_if_late(Time at);
  void close();

  // Since when the session has only been waiting for its client. nullopt: something else is under way.
  std::optional<Time> idle_since() const;
  // Whether an idle session has received part of a request.
  bool has_part_of_request() const { return !reader_.untouched(); }

  // The index among the host's sessions.
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
  // Answers that have not been handed to the socket yet.
  std::string out_;
  // The text that the write under way is sending.
  std::string sending_;
  std::size_t sent_ = 0;
  // The route of the request that is being handled.
  std::string_view route_ = "none";
  Time received_at_{};
  // The time of the last step: served, answered or written. What follows at once uses it instead of reading
  // the clock again.
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

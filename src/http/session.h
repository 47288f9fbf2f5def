// One connection: reads requests, runs their handlers in order, writes the answers. Private to http/: includes Asio.
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
  std::string date_;  // of the last second or so

 private:
  Server::Dependencies dependencies_;
  ServerOptions options_;
};

// Never reads while a handler runs, so a client that sends faster than it is served is held up by TCP. At any time at
// most one of these is under way: a read, or a handler and a write.
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

  std::size_t index = 0;  // among the host's sessions

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
  std::string out_;      // answers not yet handed to the socket
  std::string sending_;  // what a write under way is sending
  std::size_t sent_ = 0;
  std::string_view route_ = "none";  // of the request that is handled
  Time received_at_{};
  // When its last step began or ended: served, answered, written. The clock is not asked again for what follows at once.
  Time step_at_{};
  Time handling_since_{};
  Time deadline_ = Time::max();

  bool advancing_ = false;  // `advance` is on the stack
  bool reading_ = false;
  bool waiting_ = false;  // for its turn
  bool writing_ = false;
  bool handling_ = false;
  bool receiving_ = false;    // part of a request is here
  bool silent_ = true;        // nothing has ever come
  bool client_done_ = false;  // it will send nothing more
  bool last_answer_ = false;  // nothing is handled after what is in out_
  bool lingering_ = false;    // all is sent; what still comes is thrown away
  bool closed_ = false;
};

}  // namespace flightdeck::http

// A connection of the HTTP client: calls that go out together, and their answers in the same order.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/limits.h"
#include "net/http_client.h"
#include "net/response_parser.h"
#include "net/tls_session.h"

namespace flightdeck::net::client {

using Time = std::chrono::steady_clock::time_point;

class Connection;

using Hook = boost::intrusive::list_member_hook<>;

// A call under way. It lives in the frame of the task that waits for it.
struct PendingCall {
  HttpCall what;
  std::function<void(Result<HttpReply>)> done;
  Time deadline{};
  std::string authority;
  Connection* connection = nullptr;
  // Once it has ended, until its task has it.
  std::optional<Result<HttpReply>> outcome;
  bool sent_again = false;
  Hook started_hook;
  Hook waiting_hook;
  Hook ended_hook;
};

template <Hook PendingCall::*hook>
using Calls = boost::intrusive::list<PendingCall, boost::intrusive::member_hook<PendingCall, Hook, hook>>;

// What a connection tells the client.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void answered(PendingCall& call, HttpReply reply) = 0;
  // It has answered every call. `keep`: it takes others.
  virtual void all_answered(Connection& connection, bool keep) = 0;
  // This process has no descriptor left for it. None of its calls was sent.
  virtual void no_descriptor(Connection& connection) = 0;
  // It is not used again. `perhaps_stale`: the other side may have closed it before it was sent anything.
  virtual void failed(Connection& connection, bool perhaps_stale) = 0;
  // Lets the tasks of ended calls go on, which may do anything.
  virtual void deliver() = 0;
  // For connections over TLS.
  virtual const TlsTrust& trust() = 0;
  virtual void hands_shaken(Connection& connection) = 0;
};

// Kept alive by what it has under way; `close` makes its owner forget it. Takes calls while none is on its
// way, and sends them with one write.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::io_context& context, ConnectionOwner& owner, std::size_t body_bytes_max);

  const std::string& authority() const { return authority_; }
  bool leads_to(const PendingCall& call) const {
    return secure_ == call.what.url.tls && authority_ == call.authority;
  }
  // Why it is not trusted, once it has failed for that; for people. None of its calls was sent.
  const std::string& refusal() const { return refusal_; }
  Time sent_at() const { return sent_at_; }
  bool takes_more() const { return !sent_ && calls_.size() < limits::http_pipeline_depth; }

  // Connects, then sends it.
  void open(PendingCall& call);
  void add(PendingCall& call);

  // Nothing while it connects: then they go out as soon as it has.
  void send();

  // Hands back the calls that have no answer, in the order they were sent.
  std::vector<PendingCall*> release_calls();
  // Of those that it has sent, the last ones, none of which has been sent before, but not the first. It ends
  // when it has answered the others.
  std::vector<PendingCall*> release_calls_behind();
  bool crowded() const { return calls_.size() > 1; }
  // Its calls are sent, and for so long none has been answered.
  bool stands_still(Time now, Milliseconds patience) const { return sent_ && moved_at_ + patience <= now; }
  void close();

  Time idle_since{};

 private:
  void on_resolved(const boost::system::error_code& error,
                   const boost::asio::ip::tcp::resolver::results_type& results);
  void on_connected(const boost::system::error_code& error);
  void shake_hands();
  // What the other side has said before it was asked anything, or that it has ended.
  bool said_something();
  void write_tls();
  void read();
  void read_tls();
  // Calls it once the socket is ready for that step.
  void once_ready(TlsStep step, void (Connection::*then)());
  void on_read(const boost::system::error_code& error, std::size_t bytes);
  void take_reply();
  void on_end();

  // The end of a call lets other code run, which the owner does not expect now.
  void fail_later();
  void fail(bool perhaps_stale);

  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::ip::tcp::socket socket_;
  // Null: closed.
  ConnectionOwner* owner_;
  // Without an answer, in the order they are sent.
  std::deque<PendingCall*> calls_;
  std::string authority_;
  std::string host_;
  bool secure_ = false;
  // And hands are shaken.
  bool connected_ = false;
  // What is in `calls_`.
  bool sent_ = false;
  // It has answered before.
  bool reused_ = false;
  // It takes no more calls.
  bool ends_ = false;
  Time sent_at_{};
  // Sent, or answered last.
  Time moved_at_{};
  std::string out_;
  std::string in_;
  std::array<char, 4096> chunk_{};
  ResponseParser parser_;
  // Of a call with https://, once it is connected.
  std::unique_ptr<TlsSession> tls_;
  // Of out_, through TLS.
  std::size_t written_ = 0;
  std::string refusal_;
};

}  // namespace flightdeck::net::client

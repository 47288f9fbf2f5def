// Many kept HTTP/1.1 connections to one deployment, on one thread: as little work a request as the kernel
// allows, since it shares the machine with what it measures. It reads answers and speaks TLS as the HTTP
// client does (net/response_parser.h, net/tls_session.h); everything else of that is in net/http_client.h.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/response_parser.h"
#include "net/tls_session.h"
#include "stress/plan.h"
#include "stress_http/descriptor.h"
#include "stress_http/peer.h"

namespace flightdeck::stress_http {

struct RequestPoolOptions {
  std::size_t connections_max = 1;
  // Of a request, from sending (connecting included) to its answer.
  Milliseconds timeout{0};
};

// Hears what became of each request; the reply is its own to read until it returns.
class ReplyTaker {
 public:
  virtual ~ReplyTaker() = default;
  virtual void answered(std::uint32_t tag, const net::HttpReply& reply, stress::Time now) = 0;
  virtual void lost(std::uint32_t tag, stress::Loss loss, stress::Time now) = 0;
};

class RequestPool final : public stress::Sender {
 public:
  // Throws std::system_error when the system gives it no epoll.
  RequestPool(const Peer& peer, RequestPoolOptions options);
  ~RequestPool() override;

  bool full() const override { return under_way_ >= options_.connections_max; }
  void send(std::uint32_t tag, std::string_view request) override;

  // Waits until something has happened, at most until then, and hands answers out. The taker may send more.
  void turn(stress::Time until, ReplyTaker& taker);

  // `ready` is called from `turn` whenever there is something to read.
  void watch(int descriptor, std::function<void()> ready);

 private:
  // `securing`: hands are being shaken.
  enum class State { closed, connecting, securing, busy, idle };
  struct Connection {
    Descriptor socket;
    State state = State::closed;
    // Of the socket: tells events of an earlier one.
    std::uint32_t generation = 0;
    std::uint32_t tag = 0;
    stress::Time deadline{};
    // Not sent yet.
    std::string out;
    // Of the answer, not read yet.
    std::string in;
    net::ResponseParser parser;
    // Of this socket; null: without TLS.
    std::unique_ptr<net::TlsSession> tls;
  };
  // What a try to send or to receive came to.
  struct Moved {
    enum class How { some, none_now, end, broken };
    How how;
    std::size_t size = 0;
  };
  struct Failure {
    std::uint32_t slot;
    std::uint32_t generation;
    stress::Loss loss;
  };

  std::uint32_t free_slot();
  void open(std::uint32_t slot);
  void fail_later(std::uint32_t slot, stress::Loss loss);
  static Moved send_some(Connection& connection, std::string_view bytes);
  Moved receive_some(Connection& connection);
  // False: the connection is broken.
  static bool flush(Connection& connection);
  // False: hands cannot be shaken.
  static bool shake_hands(Connection& connection);
  void wait(stress::Time now, stress::Time until);
  void on_event(std::uint64_t which, std::uint32_t what, ReplyTaker& taker);
  void receive(std::uint32_t slot, bool to_the_end, ReplyTaker& taker);
  void take(std::uint32_t slot, std::string_view bytes, ReplyTaker& taker);
  void take_end(std::uint32_t slot, ReplyTaker& taker);
  void hand_out(std::uint32_t slot, bool keep, ReplyTaker& taker);
  void lose(std::uint32_t slot, stress::Loss loss, ReplyTaker& taker);
  void close(std::uint32_t slot);
  void end_late(stress::Time now, ReplyTaker& taker);

  const Peer peer_;
  const RequestPoolOptions options_;
  Descriptor epoll_;
  // Stay where they are while more are added.
  std::deque<Connection> connections_;
  // The one used last at the back: the least likely to be closed meanwhile.
  std::vector<std::uint32_t> idle_;
  std::vector<std::uint32_t> closed_;
  std::vector<Failure> failures_;
  std::vector<std::function<void()>> watchers_;
  std::size_t under_way_ = 0;
  // Being handed out.
  net::HttpReply reply_;
  // For late requests.
  stress::Time next_look_{};
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace flightdeck::stress_http

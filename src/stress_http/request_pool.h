// Many kept HTTP/1.1 connections to one deployment, on one thread: as little work a request as the kernel
// allows, since it shares the machine with what it measures. Everything else an HTTP client does is in
// net/http_client.h.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "stress/plan.h"
#include "stress_http/descriptor.h"
#include "stress_http/peer.h"

namespace flightdeck::stress_http {

struct RequestPoolOptions {
  std::size_t connections_max = 1;
  // Of a request, from sending (connecting included) to its answer.
  Milliseconds timeout{0};
};

class RequestPool final : public stress::Sender {
 public:
  // Throws std::system_error when the system gives it no epoll.
  RequestPool(const Peer& peer, RequestPoolOptions options);
  ~RequestPool() override;

  bool full() const override { return under_way_ >= options_.connections_max; }
  void send(std::uint32_t tag, std::string_view request) override;

  // Waits until something has happened, at most until then, and hands answers out. The taker may send more.
  void turn(stress::Time until, stress::AnswerTaker& taker);

  // `ready` is called from `turn` whenever there is something to read.
  void watch(int descriptor, std::function<void()> ready);

 private:
  enum class State { closed, connecting, busy, idle };
  struct Connection {
    Descriptor socket;
    State state = State::closed;
    // Of the socket: tells events of an earlier one.
    std::uint32_t generation = 0;
    std::uint32_t tag = 0;
    stress::Time deadline{};
    // Not sent yet.
    std::string out;
    // Of an answer that has not come whole.
    std::string in;
  };
  struct Failure {
    std::uint32_t base_url;
    std::uint32_t generation;
    stress::Loss loss;
  };

  std::uint32_t free_place();
  void open(std::uint32_t base_url);
  void fail_later(std::uint32_t base_url, stress::Loss loss);
  bool flush(Connection& connection);
  void wait(stress::Time now, stress::Time until);
  void on_event(std::uint64_t which, std::uint32_t what, stress::AnswerTaker& taker);
  void receive(std::uint32_t base_url, bool to_the_end, stress::AnswerTaker& taker);
  bool take(std::uint32_t base_url, std::string_view bytes, bool at_end, stress::AnswerTaker& taker);
  void lose(std::uint32_t base_url, stress::Loss loss, stress::AnswerTaker& taker);
  void close(std::uint32_t base_url);
  void end_late(stress::Time now, stress::AnswerTaker& taker);

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
  // For late requests.
  stress::Time next_look_{};
  struct Buffers;
  std::unique_ptr<Buffers> buffers_;
};

}  // namespace flightdeck::stress_http

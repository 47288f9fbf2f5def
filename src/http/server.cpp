#include "http/server.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/ids.h"
#include "http/problem.h"
#include "http/session.h"

namespace flightdeck::http {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

std::string imf_fixdate(Instant instant) {
  static constexpr const char* weekdays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(instant - day));
  char text[64];
  const int size = std::snprintf(
      text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
      weekdays[std::chrono::weekday(day).c_encoding()], unsigned{date.day()},
      months[unsigned{date.month()} - 1], int{date.year()}, static_cast<int>(time.hours().count()),
      static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return std::string(text, static_cast<std::size_t>(size));
}

}  // namespace

class Server::Impl final : public SessionHost {
 public:
  Impl(const Dependencies& dependencies, const ServerOptions& options)
      : SessionHost(dependencies, options), acceptor_(dependencies.loop.context()) {
    check_deadlines();
  }

  ~Impl() override {
    dependencies().loop.cancel(deadline_check_);
    for (Session* session : sessions_) delete session;
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  std::uint16_t listen(const std::string& host, std::uint16_t port, bool alone) {
    tcp::resolver resolver(dependencies().loop.context());
    boost::system::error_code error;
    const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
    if (error || found.empty()) fail(host, port, error);
    const tcp::endpoint endpoint = found.begin()->endpoint();
    // With SO_REUSEPORT alone, a second process of the same user would silently take half of the connections.
    if (alone) {
      open(endpoint, false, error);
      acceptor_.close();
      if (error) fail(host, port, error);
    }
    open(endpoint, true, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (error) fail(host, port, error);
    accept();
    return acceptor_.local_endpoint().port();
  }

  void drain(std::function<void()> drained) {
    draining_ = true;
    drained_ = std::move(drained);
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    for (Session* session : sessions_) session->close_if_idle();
    tell_if_drained();
  }

  void close_all() {
    for (Session* session : sessions_) session->close();
  }

  std::size_t sessions() const { return sessions_.size(); }

  // Not at once: when thousands ask, the answers of database, Redis and payments would wait behind all of
  // them, and so would the bookings that were accepted.
  void serve_soon(Session& session) override {
    waiting_.push_back(&session);
    if (waiting_.size() == 1) serve_in_next_turn();
  }

  void release(Session& session) override {
    sessions_.back()->index = session.index;
    std::swap(sessions_[session.index], sessions_.back());
    sessions_.pop_back();
    if (!idle_.empty()) std::erase_if(idle_, [&session](const Idle& one) { return one.session == &session; });
    delete &session;
    tell_if_drained();
  }

 private:
  [[noreturn]] static void fail(const std::string& host, std::uint16_t port,
                                const boost::system::error_code& error) {
    throw std::runtime_error("cannot listen on " + host + ':' + std::to_string(port) + ": " +
                             error.message());
  }

  void open(const tcp::endpoint& endpoint, bool shared, boost::system::error_code& error) {
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error && shared) acceptor_.set_option(ReusePort(true), error);
    if (!error) acceptor_.bind(endpoint, error);
  }

  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
      if (!acceptor_.is_open()) return;
      if (!error) {
        admit(std::move(socket));
        admit_waiting();
      } else if (error == asio::error::no_descriptors ||
                 error == boost::system::errc::too_many_files_open_in_system ||
                 error == asio::error::no_buffer_space || error == asio::error::no_memory) {
        dependencies().log.warn("cannot accept a connection", {{"error", std::string_view(error.message())}});
        dependencies().loop.start(limits::accept_retry_pause, [this](bool fired) {
          if (fired && acceptor_.is_open()) accept();
        });
        return;
      }
      accept();
    });
  }

  // Many come at once when all clients begin anew. With one a turn of the loop the kernel's queue would
  // overflow, and a client that it turns away tries again after a second, after two, after four.
  void admit_waiting() {
    for (int i = 1; i < limits::accepted_a_turn; ++i) {
      boost::system::error_code error;
      tcp::socket socket = acceptor_.accept(error);
      // Mostly: nobody waits.
      if (error) return;
      admit(std::move(socket));
    }
  }

  void admit(tcp::socket socket) {
    if (sessions_.size() >= options().connections_max && !make_room()) {
      turn_away(socket);
      return;
    }
    auto* session = new Session(*this, std::move(socket));
    session->index = sessions_.size();
    sessions_.push_back(session);
    session->start();
  }

  // True: a session that waited for its client has gone.
  bool make_room() {
    for (bool searched = false;; searched = true) {
      while (!idle_.empty()) {
        const Idle next = idle_.back();
        idle_.pop_back();
        // Something may have come since they were found.
        if (next.session->idle_since() != next.since) continue;
        next.session->close();
        return true;
      }
      if (searched || !find_idle()) return false;
    }
  }

  // The longest idle ones, in the order in which they go from the back. All sessions are looked at, so it
  // finds many at once.
  bool find_idle() {
    for (Session* session : sessions_) {
      if (const auto since = session->idle_since())
        idle_.push_back({session->has_part_of_request(), *since, session});
    }
    const std::size_t found = std::min(idle_.size(), limits::idle_connections_found);
    const auto sooner = [](const Idle& a, const Idle& b) {
      return std::pair(a.has_part, a.since) < std::pair(b.has_part, b.since);
    };
    std::partial_sort(idle_.begin(), idle_.begin() + static_cast<std::ptrdiff_t>(found), idle_.end(), sooner);
    idle_.resize(found);
    std::reverse(idle_.begin(), idle_.end());
    return !idle_.empty();
  }

  void turn_away(tcp::socket& socket) {
    const std::string id = format_uuid(make_uuid_v7(dependencies().clock.now(), dependencies().random));
    const Error error{ErrorCode::overloaded, "There are too many connections.", {}};
    std::string answer;
    append_response(answer, problem_response(error, id), {id, date(), ConnectionHeader::close, false});
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(answer), ignored);
  }

  void serve_in_next_turn() {
    dependencies().loop.post([this, alive = std::weak_ptr<bool>(alive_)] {
      if (!alive.expired()) serve_waiting();
    });
  }

  void serve_waiting() {
    for (int i = 0; i < limits::served_a_turn && !waiting_.empty(); ++i) {
      Session& session = *waiting_.front();
      waiting_.pop_front();
      session.serve();
    }
    if (!waiting_.empty()) serve_in_next_turn();
  }

  // One coarse timer for all connections, instead of one that every request sets anew.
  void check_deadlines() {
    date_ = imf_fixdate(dependencies().clock.now());
    const Session::Time now = std::chrono::steady_clock::now();
    for (Session* session : sessions_) session->close_if_late(now);
    deadline_check_ = dependencies().loop.start(options().deadline_check, [this](bool fired) {
      if (fired) check_deadlines();
    });
  }

  void tell_if_drained() {
    if (!draining_ || !sessions_.empty() || !drained_) return;
    dependencies().loop.post(std::exchange(drained_, nullptr));
  }

  struct Idle {
    bool has_part;
    Session::Time since;
    Session* session;
  };

  tcp::acceptor acceptor_;
  std::vector<Session*> sessions_;
  // To make room; some may have become active since.
  std::vector<Idle> idle_;
  // To be served.
  std::deque<Session*> waiting_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  Timers::TimerId deadline_check_ = 0;
  std::function<void()> drained_;
};

Server::Server(Dependencies dependencies, ServerOptions options)
    : impl_(std::make_unique<Impl>(dependencies, options)) {}
Server::~Server() = default;

std::uint16_t Server::listen(const std::string& host, std::uint16_t port) {
  return impl_->listen(host, port, true);
}
void Server::share(const std::string& host, std::uint16_t port) { impl_->listen(host, port, false); }
void Server::drain(std::function<void()> drained) { impl_->drain(std::move(drained)); }
void Server::close_all() { impl_->close_all(); }
std::size_t Server::sessions() const { return impl_->sessions(); }

}  // namespace flightdeck::http

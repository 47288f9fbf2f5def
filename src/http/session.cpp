#include "http/session.h"

#include <array>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/buffer.hpp>
#include <coroutine>
#include <utility>

#include "core/frame_pool.h"
#include "core/ids.h"
#include "http/header_values.h"
#include "http/problem.h"

namespace flightdeck::http {

namespace asio = boost::asio;

namespace {

constexpr std::size_t out_bytes_kept = 16 * 1024;
constexpr std::string_view continue_answer = "HTTP/1.1 100 Continue\r\n\r\n";

Session::Time now() { return std::chrono::steady_clock::now(); }

}  // namespace

// A coroutine that nobody waits for. Its last act is a call of the session.
struct Session::Detached {
  struct promise_type : FrameFromPool {
    Detached get_return_object() const noexcept { return {}; }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

Session::Session(SessionHost& host, asio::ip::tcp::socket socket) : host_(host), socket_(std::move(socket)) {}

void Session::start() {
  boost::system::error_code ignored;
  socket_.non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  step_at_ = now();
  advance();
}

void Session::serve() {
  activity_ = Activity::none;
  step_at_ = now();
  request_.waited = std::chrono::duration_cast<std::chrono::milliseconds>(step_at_ - received_at_);
  advance();
}

void Session::close_if_idle() {
  if (idle_since() && reader_.empty()) close();
}

std::optional<Session::Time> Session::idle_since() const {
  if (activity_ != Activity::reading || phase_ != Phase::open) return std::nullopt;
  return step_at_;
}

void Session::close_if_late(Time at) {
  if (deadline_ <= at) close();
}

// Whatever is under way ends with an error, and then the session goes.
void Session::close() {
  phase_ = Phase::closed;
  deadline_ = Time::max();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// Called whenever something that was under way has ended. Does all that can be done now. The session may be
// gone when it returns.
void Session::advance() {
  if (advancing_) return;
  advancing_ = true;
  try {
    while (step()) {
    }
  } catch (const std::exception& e) {
    host_.dependencies().log.error("connection closed", {{"error", std::string_view(e.what())}});
    close();
  }
  advancing_ = false;
  if (phase_ == Phase::closed && activity_ == Activity::none && !writing_) host_.release(*this);
}

// False: the next step comes when what is under way has ended.
bool Session::step() {
  if (phase_ == Phase::closed || phase_ == Phase::lingering) return false;
  if (activity_ == Activity::handling) {
    // Answers to earlier requests do not wait for this one.
    flush();
    return false;
  }
  if (phase_ == Phase::answered) {
    if (flush()) end_sending();
    return false;
  }
  if (out_.size() >= limits::pipelined_bytes_max && !flush()) return false;
  switch (reader_.parse()) {
    case RequestReader::State::complete: handle_request(); return true;
    case RequestReader::State::refused: refuse(); return true;
    case RequestReader::State::need_more: break;
  }
  if (reader_.take_expect_continue()) out_.append(continue_answer);
  if (!flush()) return false;
  if (client_ == Client::finished || (host_.draining() && reader_.empty())) {
    close();
  } else {
    read();
  }
  return false;
}

void Session::handle_request() {
  if (client_ == Client::sending) client_ = Client::idle;
  // Else it is that of the write.
  if (!writing_) deadline_ = Time::max();
  handling_since_ = step_at_;
  choose_request_id();
  activity_ = Activity::handling;
  Dispatch dispatch;
  try {
    dispatch = host_.dependencies().dispatcher.dispatch(request_);
  } catch (...) {
    route_ = "none";
    return answer_failure(std::current_exception());
  }
  route_ = dispatch.route;
  if (const auto* ready = std::get_if<Response>(&dispatch.answer)) {
    answer(*ready);
  } else {
    await_answer(*this, std::get<Task<Response>>(std::move(dispatch.answer)));
  }
}

// The session may be gone after its last line.
Session::Detached Session::await_answer(Session& session, Task<Response> task) {
  std::optional<Response> response;
  std::exception_ptr failure;
  try {
    response.emplace(co_await std::move(task));
  } catch (...) {
    failure = std::current_exception();
  }
  if (response) {
    session.answer(*response);
  } else {
    session.answer_failure(failure);
  }
}

void Session::answer_failure(const std::exception_ptr& failure) {
  answer(problem_response(failure, route_, request_.request_id, host_.dependencies().log));
}

// The session may be gone when it returns, unless `advance` is on the stack.
void Session::answer(const Response& response) {
  activity_ = Activity::none;
  if (phase_ != Phase::closed) {
    try {
      render(response);
    } catch (const std::exception&) {
      // Out of memory, half an answer may be in the buffer.
      close();
    }
  }
  advance();
}

void Session::render(const Response& response) {
  const bool keep_alive = reader_.keep_alive() && !host_.draining();
  ResponseFrame frame;
  frame.request_id = request_.request_id;
  frame.date = host_.date();
  frame.head_only = request_.method == Method::head;
  if (!keep_alive) {
    frame.connection = ConnectionHeader::close;
  } else if (!reader_.http_1_1()) {
    frame.connection = ConnectionHeader::keep_alive;
  }
  if (!keep_alive) phase_ = Phase::answered;
  const std::size_t before = out_.size();
  append_response(out_, response, frame);
  report(response, out_.size() - before);
  reader_.next();
}

void Session::report(const Response& response, std::size_t bytes) {
  step_at_ = now();
  const double seconds = std::chrono::duration<double>(step_at_ - handling_since_ + request_.waited).count();
  const std::string_view method = to_string(request_.method);
  host_.dependencies().observer.finished({method, route_, response.status, seconds});
  Log& log = host_.dependencies().log;
  if (!host_.options().access_log || !log.enabled(LogLevel::info)) return;
  const std::string_view path = request_.target().substr(0, request_.target().find('?'));
  log.write(LogLevel::info, request_.request_id, "request",
            {{"method", method},
             {"path", path},
             {"route", route_},
             {"status", static_cast<std::int64_t>(response.status)},
             {"duration_us", static_cast<std::int64_t>(seconds * 1e6)},
             {"bytes", static_cast<std::int64_t>(bytes)}});
}

void Session::refuse() {
  handling_since_ = step_at_;
  choose_request_id();
  route_ = "none";
  const RequestReader::Refusal& refusal = reader_.refusal();
  const Response response =
      refusal.status == 413
          ? problem_response(Error{ErrorCode::payload_too_large, std::string(refusal.detail)},
                             request_.request_id)
          : protocol_problem(refusal.status, refusal.detail, request_.request_id);
  ResponseFrame frame;
  frame.request_id = request_.request_id;
  frame.date = host_.date();
  frame.connection = ConnectionHeader::close;
  frame.head_only = request_.method == Method::head;
  phase_ = Phase::answered;
  const std::size_t before = out_.size();
  append_response(out_, response, frame);
  report(response, out_.size() - before);
}

void Session::choose_request_id() {
  const auto given = request_.header(Header::request_id);
  if (given && is_sane_request_id(*given)) {
    request_.request_id.assign(*given);
  } else {
    append_uuid(request_.request_id,
                make_uuid_v7(host_.dependencies().clock.now(), host_.dependencies().random));
  }
}

// True: everything is handed to the socket. False: a write is under way, or the connection has failed.
bool Session::flush() {
  if (writing_) return false;
  std::size_t sent = 0;
  while (sent < out_.size()) {
    boost::system::error_code error;
    // Mostly it fits, and the loop need not come round for it.
    sent += socket_.write_some(asio::buffer(out_.data() + sent, out_.size() - sent), error);
    if (error == asio::error::would_block || error == asio::error::try_again) {
      sending_.swap(out_);
      sent_ = sent;
      deadline_ = now() + host_.options().write_deadline;
      write_rest();
      return false;
    }
    if (error) {
      close();
      return false;
    }
  }
  out_.clear();
  if (out_.capacity() > out_bytes_kept) out_.shrink_to_fit();
  return true;
}

void Session::write_rest() {
  writing_ = true;
  socket_.async_write_some(
      asio::buffer(sending_.data() + sent_, sending_.size() - sent_),
      [this](const boost::system::error_code& error, std::size_t bytes) { on_written(error, bytes); });
}

void Session::on_written(const boost::system::error_code& error, std::size_t bytes) {
  writing_ = false;
  step_at_ = now();
  sent_ += bytes;
  if (error) {
    close();
  } else if (phase_ != Phase::closed && sent_ < sending_.size()) {
    write_rest();
    return;
  }
  std::string().swap(sending_);
  if (phase_ != Phase::closed) deadline_ = Time::max();
  advance();
}

// Closing with unread bytes in the socket would reset the connection and could take the last answer with it.
void Session::end_sending() {
  boost::system::error_code error;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error);
  if (error || client_ == Client::finished) {
    close();
    return;
  }
  phase_ = Phase::lingering;
  deadline_ = now() + host_.options().lingering_deadline;
  read();
}

void Session::read() {
  const bool lingering = phase_ == Phase::lingering;
  if (!lingering) {
    const auto& options = host_.options();
    if (client_ == Client::silent) {
      deadline_ = step_at_ + std::min(options.first_byte_deadline, options.idle_deadline);
    } else if (reader_.untouched()) {
      client_ = Client::idle;
      deadline_ = step_at_ + options.idle_deadline;
    } else if (client_ != Client::sending) {
      client_ = Client::sending;
      deadline_ = step_at_ + options.read_deadline;
    }
  }
  // Nothing of what comes while lingering is looked at: it may overwrite itself.
  static thread_local std::array<char, 4096> thrown_away;
  const auto space = lingering ? std::span<char>(thrown_away) : reader_.space();
  activity_ = Activity::reading;
  socket_.async_read_some(
      asio::buffer(space.data(), space.size()),
      asio::bind_allocator(PoolAllocator<std::byte>(), [this](const boost::system::error_code& error,
                                                              std::size_t bytes) { on_read(error, bytes); }));
}

void Session::on_read(const boost::system::error_code& error, std::size_t bytes) {
  activity_ = Activity::none;
  if (phase_ == Phase::closed) {
    advance();
    return;
  }
  if (phase_ == Phase::lingering) {
    if (error) {
      close();
      advance();
    } else {
      read();
    }
    return;
  }
  if (error == asio::error::eof) {
    client_ = Client::finished;
  } else if (error) {
    close();
  } else {
    reader_.received(bytes);
    received_at_ = now();
    if (client_ != Client::sending) {
      client_ = Client::sending;
      deadline_ = received_at_ + host_.options().read_deadline;
    }
    activity_ = Activity::queued;
    host_.serve_soon(*this);
    return;
  }
  advance();
}

}  // namespace flightdeck::http

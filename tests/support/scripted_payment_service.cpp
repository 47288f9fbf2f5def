#include "support/scripted_payment_service.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace flightdeck::test {
namespace {

namespace http = boost::beast::http;
using Request = http::request<http::string_body>;

constexpr Milliseconds kLongest = std::chrono::minutes(10);
constexpr std::string_view kPaymentsPath = "/mock_payment/payments/";

std::optional<Request> read_request(Socket& socket, std::string& unread) {
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  const Deadline deadline(kLongest);
  while (!parser.is_done()) {
    boost::system::error_code failed;
    const std::size_t used = parser.put(boost::asio::buffer(unread), failed);
    unread.erase(0, used);
    if (failed && failed != http::error::need_more) throw ConnectionError(failed.message());
    if (parser.is_done() || (used > 0 && !unread.empty())) continue;
    if (!socket.receive_some(unread, deadline)) return std::nullopt;
  }
  return parser.release();
}

const char* status_text(Verdict verdict) {
  switch (verdict) {
    case Verdict::success: return "success";
    case Verdict::failure: return "failure";
    case Verdict::pending: return "pending";
  }
  return "failure";
}

json::value problem(const char* title) { return {{"title", title}}; }

}  // namespace

ScriptedPaymentService::ScriptedPaymentService()
    : listener_(Socket::listen_loopback(0)), port_(listener_.local_port()) {
  acceptor_ = std::thread([this] { accept_connections(); });
}

ScriptedPaymentService::~ScriptedPaymentService() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  released_.notify_all();
  listener_.shut_down();
  acceptor_.join();
  // Nobody adds connections any more.
  for (Connection& connection : connections_) connection.socket.shut_down();
  for (Connection& connection : connections_) connection.thread.join();
}

void ScriptedPaymentService::accept_connections() {
  while (true) {
    Socket socket = listener_.accept();
    if (!socket.valid()) return;
    Connection& connection = connections_.emplace_back(std::move(socket));
    connection.thread = std::thread([this, &connection] { serve(connection.socket); });
  }
}

void ScriptedPaymentService::serve(Socket& socket) {
  std::string unread;
  try {
    while (const std::optional<Request> request = read_request(socket, unread)) {
      const Answer reply =
          answer(std::string(request->method_string()), std::string(request->target()), request->body());
      const std::string body = json::serialize(reply.body);
      socket.send_all("HTTP/1.1 " + std::to_string(reply.status) +
                          " Scripted\r\nContent-Type: application/json\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + body,
                      Deadline(kLongest));
    }
  } catch (const std::exception&) {
    // The other side went away or spoke nonsense: it gets no answer.
  }
  socket.shut_down();
}

ScriptedPaymentService::Answer ScriptedPaymentService::answer(const std::string& method,
                                                              const std::string& target,
                                                              const std::string& body) {
  if (method == "GET" && target.starts_with(kPaymentsPath)) return find(target.substr(kPaymentsPath.size()));
  if (method != "POST") return {405, problem("only POST")};
  const json::value request = json::parse(body);
  if (target == "/mock_payment/pay") return charge(request);
  if (target == "/mock_payment/refund") return refund(text(request, "booking_id"));
  if (target == "/payment/callback") {
    const std::lock_guard lock(mutex_);
    callbacks_.push_back(request);
    return {200, json::object()};
  }
  return {404, problem("no such path")};
}

ScriptedPaymentService::Answer ScriptedPaymentService::charge(const json::value& request) {
  const std::string booking_id = text(request, "booking_id");
  std::unique_lock lock(mutex_);
  Payment& payment = payments_[booking_id];
  if (payment.charges++ == 0) {
    payment.verdict = verdict_;
    payment.amount = text(request, "amount");
  }
  released_.wait(lock, [this] { return stopping_ || !holding_; });
  return {200, {{"payment_id", payment_id(booking_id)}, {"status", status_text(payment.verdict)}}};
}

ScriptedPaymentService::Answer ScriptedPaymentService::find(const std::string& booking_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = payments_.find(booking_id);
  if (found == payments_.end()) return {404, problem("no such payment")};
  return {200,
          {{"payment_id", payment_id(booking_id)},
           {"status", status_text(found->second.verdict)},
           {"amount", found->second.amount},
           {"refunded", found->second.refunds > 0}}};
}

ScriptedPaymentService::Answer ScriptedPaymentService::refund(const std::string& booking_id) {
  const std::lock_guard lock(mutex_);
  const auto found = payments_.find(booking_id);
  if (found == payments_.end()) return {404, problem("no such payment")};
  if (found->second.verdict != Verdict::success) return {409, problem("never paid")};
  ++found->second.refunds;
  return {200, {{"refund_id", "refund-" + booking_id}}};
}

void ScriptedPaymentService::decide(Verdict verdict) {
  const std::lock_guard lock(mutex_);
  verdict_ = verdict;
}

void ScriptedPaymentService::hold_answers() {
  const std::lock_guard lock(mutex_);
  holding_ = true;
}

void ScriptedPaymentService::release_answers() {
  {
    const std::lock_guard lock(mutex_);
    holding_ = false;
  }
  released_.notify_all();
}

void ScriptedPaymentService::pay_after_all(const std::string& booking_id) {
  const std::lock_guard lock(mutex_);
  payments_.at(booking_id).verdict = Verdict::success;
}

int ScriptedPaymentService::charges(const std::string& booking_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = payments_.find(booking_id);
  return found == payments_.end() ? 0 : found->second.charges;
}

int ScriptedPaymentService::refunds(const std::string& booking_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = payments_.find(booking_id);
  return found == payments_.end() ? 0 : found->second.refunds;
}

std::string ScriptedPaymentService::charged_amount(const std::string& booking_id) const {
  const std::lock_guard lock(mutex_);
  return payments_.at(booking_id).amount;
}

int ScriptedPaymentService::bookings_charged() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(payments_.size());
}

int ScriptedPaymentService::charges_in_all() const {
  const std::lock_guard lock(mutex_);
  int all = 0;
  for (const auto& [booking_id, payment] : payments_) all += payment.charges;
  return all;
}

std::vector<json::value> ScriptedPaymentService::callbacks() const {
  const std::lock_guard lock(mutex_);
  return callbacks_;
}

}  // namespace flightdeck::test

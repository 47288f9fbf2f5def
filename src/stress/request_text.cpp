#include "stress/request_text.h"

#include <algorithm>

namespace flightdeck::stress {

namespace {

constexpr std::size_t uuid_chars = 36;
constexpr std::size_t key_chars = 16;

std::string head(std::string_view method, const BaseUrl& base_url, std::string_view target) {
  std::string text(method);
  text.append(" ")
      .append(base_url.base_path)
      .append(target)
      .append(" HTTP/1.1\r\nHost: ")
      .append(base_url.authority);
  return text.append("\r\n");
}

void patch(std::string& text, std::size_t at, std::string_view with) {
  std::copy(with.begin(), with.end(), text.begin() + static_cast<std::ptrdiff_t>(at));
}

}  // namespace

RequestText::RequestText(const BaseUrl& base_url, const Plan& plan) {
  const std::string blank_id(uuid_chars, '0');
  std::string body = R"({"user_id":")";
  const std::size_t user_in_body = body.size();
  body.append(blank_id).append(R"(","flight_id":")");
  const std::size_t flight_in_body = body.size();
  body.append(blank_id).append(R"(","seats":)");
  const std::size_t seats_in_body = body.size();
  body.append("1}");

  book_ = head("POST", base_url, "/booking");
  if (plan.wait.count() > 0)
    book_.append("Prefer: wait=").append(std::to_string(plan.wait.count())).append("\r\n");
  if (plan.keyed) {
    book_.append("Idempotency-Key: ");
    key_at_ = book_.size();
    book_.append(key_chars, '0').append("\r\n");
  }
  book_.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(body.size()));
  book_.append("\r\n\r\n");
  user_at_ = book_.size() + user_in_body;
  flight_at_ = book_.size() + flight_in_body;
  seats_at_ = book_.size() + seats_in_body;
  book_.append(body);

  cancel_ = "DELETE " + base_url.base_path + "/booking/";
  booking_at_ = cancel_.size();
  cancel_.append(blank_id).append(" HTTP/1.1\r\nHost: ").append(base_url.authority).append("\r\n\r\n");
}

std::string_view RequestText::book(std::string_view user_id, std::string_view flight_id, int seats,
                                   std::uint64_t key) {
  patch(book_, user_at_, user_id);
  patch(book_, flight_at_, flight_id);
  book_[seats_at_] = static_cast<char>('0' + seats);
  if (key_at_ != 0) {
    for (std::size_t digit = 0; digit < key_chars; ++digit) {
      book_[key_at_ + key_chars - 1 - digit] = "0123456789abcdef"[(key >> (4 * digit)) & 15];
    }
  }
  return book_;
}

std::string_view RequestText::cancel(const BookingId& booking) {
  patch(cancel_, booking_at_, booking.str());
  return cancel_;
}

std::string get_text(const BaseUrl& base_url, std::string_view target) {
  return head("GET", base_url, target).append("\r\n");
}

std::string post_text(const BaseUrl& base_url, std::string_view target, std::string_view json) {
  std::string text = head("POST", base_url, target);
  text.append("Content-Type: application/json\r\nContent-Length: ").append(std::to_string(json.size()));
  return text.append("\r\n\r\n").append(json);
}

}  // namespace flightdeck::stress

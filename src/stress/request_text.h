// The requests of a run as they go over the wire. They are rendered once and then patched in place.
#pragma once

#include <string>
#include <string_view>

#include "core/ids.h"
#include "stress/plan.h"

namespace flightdeck::stress {

// The address of the deployment: the authority as in a Host header, and the text before every path, which may
// be empty.
struct BaseUrl {
  std::string authority;
  std::string base_path;
};

class RequestText {
 public:
  RequestText(const BaseUrl& base_url, const Plan& plan);

  // Each result is valid until the next call. `seats` is 1 to 9. `key` is any number, used when the plan is
  // keyed.
  std::string_view book(std::string_view user_id, std::string_view flight_id, int seats, std::uint64_t key);
  std::string_view cancel(const BookingId& booking);

 private:
  std::string book_;
  // 0: there is no key.
  std::size_t key_at_ = 0;
  std::size_t user_at_ = 0;
  std::size_t flight_at_ = 0;
  std::size_t seats_at_ = 0;
  std::string cancel_;
  std::size_t booking_at_ = 0;
};

// The text of `GET target` at that address.
std::string get_text(const BaseUrl& base_url, std::string_view target);
std::string post_text(const BaseUrl& base_url, std::string_view target, std::string_view json);

}  // namespace flightdeck::stress

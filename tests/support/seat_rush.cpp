#include "support/seat_rush.h"

#include <deque>
#include <optional>
#include <random>

namespace flightdeck::test {
namespace {

constexpr std::size_t kBookingsKept = 2;
constexpr int kTries = 4;
constexpr Milliseconds kPause = std::chrono::milliseconds(20);
constexpr Milliseconds kAnswersWithin = std::chrono::seconds(30);

}  // namespace

class SeatRush::Client {
 public:
  Client(SeatRush& rush, int number)
      : rush_(rush),
        door_(static_cast<std::size_t>(number) % rush.ports_.size()),
        random_(static_cast<std::minstd_rand::result_type>(number + 1)) {}

  void run() {
    while (!rush_.stopping_) {
      if (kept_.size() > kBookingsKept || (!kept_.empty() && one_in(3))) {
        cancel();
      } else {
        book();
      }
    }
  }

 private:
  bool one_in(unsigned n) { return random_() % n == 0; }

  // Nullopt when no answer came; the next request goes to another process.
  std::optional<Reply> ask(const std::function<Reply(ApiClient&)>& request) {
    try {
      if (!api_) api_.emplace(rush_.ports_[door_], kAnswersWithin);
      Reply reply = request(*api_);
      if (reply.status == 503) {
        ++rush_.unavailable_;
        std::this_thread::sleep_for(kPause);
      }
      return reply;
    } catch (const ConnectionError&) {
      ++rush_.disconnections_;
      api_.reset();
      door_ = (door_ + 1) % rush_.ports_.size();
      std::this_thread::sleep_for(kPause);
      return std::nullopt;
    }
  }

  void book() {
    const std::string& flight_id = rush_.flights_[random_() % rush_.flights_.size()];
    const std::int64_t seats = one_in(4) ? 2 : 1;
    const std::string user_id = fresh_uuid();
    Headers headers;
    if (one_in(2)) headers.emplace_back("Prefer", "wait=5");
    const bool keyed = one_in(2);
    if (keyed) headers.emplace_back("Idempotency-Key", "one booking");
    std::optional<Reply> reply;
    for (int left = keyed ? kTries : 1; left > 0; --left) {
      reply = ask([&](ApiClient& api) { return api.try_book(flight_id, seats, user_id, headers); });
      if (reply && reply->status != 503) break;
    }
    if (!reply || reply->status == 503) return;
    if (reply->status == 400) {
      ++rush_.sold_out_;
      std::this_thread::sleep_for(kPause);
    } else if (reply->status == 200 || reply->status == 202) {
      const json::value booking = reply->json();
      const std::string id = text(booking, "booking_id");
      const std::string status = text(booking, "status");
      rush_.remember(id, {flight_id, seats, status == "CONFIRMED", false});
      ++rush_.sold_;
      if (status != "FAILED") kept_.push_back({id, flight_id, seats});
    } else {
      rush_.complain(*reply);
    }
  }

  void cancel() {
    const Kept booking = kept_.front();
    kept_.pop_front();
    // A cancel that is not answered may have been done, so what was told before it need not last.
    rush_.remember(booking.id, {booking.flight_id, booking.seats, false, false});
    const std::optional<Reply> reply = ask([&](ApiClient& api) { return api.try_cancel(booking.id); });
    if (!reply || reply->status == 503) return;
    if (reply->status == 200) {
      rush_.remember(booking.id, {booking.flight_id, booking.seats, false, true});
      ++rush_.cancelled_;
    } else if (reply->status != 409) {
      // Its payment has failed by now.
      rush_.complain(*reply);
    }
  }

  struct Kept {
    std::string id;
    std::string flight_id;
    std::int64_t seats;
  };

  SeatRush& rush_;
  std::size_t door_;
  std::minstd_rand random_;
  std::optional<ApiClient> api_;
  std::deque<Kept> kept_;
};

SeatRush::SeatRush(std::vector<std::uint16_t> ports, std::vector<std::string> flights, int clients)
    : ports_(std::move(ports)), flights_(std::move(flights)) {
  for (int number = 0; number < clients; ++number) {
    threads_.emplace_back([this, number] {
      try {
        Client(*this, number).run();
      } catch (const std::exception& error) {
        complain({.status = 0, .headers = {}, .body = error.what()});
      }
    });
  }
}

std::map<std::string, SeatRush::Told> SeatRush::finish() {
  stopping_ = true;
  threads_.clear();
  return told_;
}

std::vector<std::string> SeatRush::unexpected() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all;
  for (const auto& [status, body] : unexpected_) all.push_back(std::to_string(status) + " " + body);
  return all;
}

void SeatRush::remember(const std::string& booking_id, Told told) {
  const std::lock_guard lock(mutex_);
  told_[booking_id] = std::move(told);
}

void SeatRush::complain(const Reply& reply) {
  const std::lock_guard lock(mutex_);
  unexpected_.emplace(reply.status, reply.body);
}

}  // namespace flightdeck::test

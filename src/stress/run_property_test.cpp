// Whole runs against a model of a deployment, by seed: the audit passes what a true deployment does, whatever
// happens to its answers on the way, and finds every single thing that is broken in it afterwards.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "stress/bookings_audit.h"
#include "stress/flights_audit.h"
#include "stress/load.h"

namespace flightdeck::stress {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t seeds = 300;

struct Flight {
  std::int64_t total = 0;
  std::int64_t available = 0;
};

// Answers in its own time, in any order; now and then it is overloaded, cut off, or silent.
class ModelDeployment final : public Sender {
 public:
  ModelDeployment(std::uint64_t seed, std::vector<FlightId> flights)
      : random_(seed), ids_(std::move(flights)) {
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const auto total = static_cast<std::int64_t>(5 + random_.next() % 200);
      flights_.push_back({total, total});
    }
    trouble_ = static_cast<double>(random_.next() % 3) * 0.1;
  }

  bool full() const override { return under_way_.size() >= 16; }
  void send(std::uint32_t tag, std::string_view request) override {
    under_way_.push_back({tag, std::string(request)});
  }

  bool idle() const { return under_way_.empty(); }
  void end_one(AnswerTaker& taker, Time now) {
    const std::size_t which = random_.next() % under_way_.size();
    const auto [tag, request] = under_way_[which];
    under_way_.erase(under_way_.begin() + static_cast<std::ptrdiff_t>(which));
    const bool troubled = random_.next_fraction() < trouble_;
    const std::uint64_t kind = random_.next() % 5;
    if (troubled && kind == 0) return taker.lost(tag, Loss::not_sent, now);
    const auto refuse = [&](int status, const char* code) {
      taker.answered(tag, {status, {}, status == 503, refusal(code)}, now);
    };
    if (troubled && kind == 1) return refuse(503, "OVERLOADED");
    const std::optional<ListedBooking> booking = carry_out(request);
    if (troubled && kind == 2) return taker.lost(tag, Loss::timed_out, now);
    if (troubled && kind == 3) return taker.lost(tag, Loss::cut, now);
    if (troubled) return refuse(503, "UNAVAILABLE");
    if (!booking) return refuse(400, "OUT_OF_STOCK");
    const std::string id = booking->id.str();
    const std::string flight = booking->flight.str();
    ReplyFields fields;
    fields.booking_id = id;
    fields.flight_id = flight;
    fields.seats = booking->seats;
    fields.status = to_string(booking->status);
    fields.failure_reason = "payment_declined";
    const bool waits = booking->status == Status::pending && request.starts_with("POST");
    taker.answered(tag, {waits ? 202 : 200, {}, false, fields}, now);
  }

  void settle() {
    for (auto& [id, booking] : bookings) {
      if (booking.status == Status::pending)
        end(booking, random_.next() % 4 != 0 ? Status::confirmed : Status::failed);
    }
  }

  std::vector<FlightSeats> seats() const {
    std::vector<FlightSeats> all;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      FlightSeats seats{ids_[i], flights_[i].total, flights_[i].available, 0, 0, flights_[i].available};
      for (const auto& [id, booking] : bookings) {
        if (booking.flight != ids_[i]) continue;
        if (booking.status == Status::pending) seats.pending += booking.seats;
        if (booking.status == Status::confirmed) seats.confirmed += booking.seats;
      }
      all.push_back(seats);
    }
    return all;
  }

  std::map<BookingId, ListedBooking> bookings;

 private:
  static ReplyFields refusal(const char* code) {
    ReplyFields fields;
    fields.code = code;
    return fields;
  }

  // The id behind that text of a request.
  template <class SomeId>
  static SomeId id_behind(const std::string& request, const std::string& text) {
    return SomeId::parse(request.substr(request.find(text) + text.size(), 36)).value();
  }

  // nullopt: sold out.
  std::optional<ListedBooking> carry_out(const std::string& request) {
    if (request.starts_with("DELETE")) {
      ListedBooking& booking = bookings.at(id_behind<BookingId>(request, "/booking/"));
      if (booking.status != Status::cancelled) end(booking, Status::cancelled);
      return booking;
    }
    const std::size_t key = request.find("Idempotency-Key: ");
    const UserId user = id_behind<UserId>(request, R"("user_id":")");
    const std::string name = user.str() + (key == std::string::npos ? "" : request.substr(key, 33));
    if (key != std::string::npos && keys_.contains(name)) return bookings.at(keys_.at(name));
    return book(request, user, name);
  }

  std::optional<ListedBooking> book(const std::string& request, UserId user, const std::string& name) {
    const FlightId flight_id = id_behind<FlightId>(request, R"("flight_id":")");
    Flight& flight = flight_of(flight_id);
    const std::int64_t seats = request.at(request.size() - 2) - '0';
    if (flight.available < seats) return std::nullopt;
    flight.available -= seats;
    ListedBooking booking{BookingId{make_uuid_v7(from_unix_ms(1), random_)}, user, flight_id, seats,
                          Status::pending};
    const std::uint64_t fate = random_.next() % 4;
    if (fate == 0) {
      end(booking, Status::failed);
    } else if (fate != 1) {
      end(booking, Status::confirmed);
    }
    bookings[booking.id] = booking;
    keys_[name] = booking.id;
    return booking;
  }

  Flight& flight_of(const FlightId& id) {
    return flights_[static_cast<std::size_t>(std::find(ids_.begin(), ids_.end(), id) - ids_.begin())];
  }
  void end(ListedBooking& booking, Status status) {
    booking.status = status;
    if (status != Status::confirmed) flight_of(booking.flight).available += booking.seats;
  }

  SeededRandom random_;
  double trouble_ = 0;
  std::vector<FlightId> ids_;
  std::vector<Flight> flights_;
  std::vector<std::pair<std::uint32_t, std::string>> under_way_;
  std::map<std::string, BookingId> keys_;
};

class ModelRun {
 public:
  explicit ModelRun(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 1 + static_cast<int>(random_.next() % 3); ++i) {
      flights.push_back(FlightId{make_uuid_v7(from_unix_ms(1), random_)});
    }
    plan.seed = seed;
    plan.users = 1 + static_cast<std::uint32_t>(random_.next() % 30);
    for (std::uint32_t i = 0; i < plan.users; ++i)
      users.push_back(UserId{make_uuid_v7(from_unix_ms(1), random_)});
    if (random_.next() % 2 == 0) plan.rate = 50 + static_cast<double>(random_.next() % 1000);
    plan.seats = {1, 1 + static_cast<int>(random_.next() % 4)};
    plan.cancel_share = random_.next() % 2 == 0 ? 0.3 : 0;
    plan.keyed = random_.next() % 2 == 0;
    plan.warm_up = milliseconds(random_.next() % 200);
    plan.duration = milliseconds(500);
    plan.timeout = milliseconds(2000);
    deployment.emplace(random_.next(), flights);
  }

  void carry() {
    std::vector<std::string> user_texts, flight_texts;
    for (const UserId& id : users) user_texts.push_back(id.str());
    for (const FlightId& id : flights) flight_texts.push_back(id.str());
    Time now{};
    load.emplace(plan, BaseUrl{"host", ""}, user_texts, flight_texts, *deployment, now);
    for (int step = 0; step < 200'000; ++step) {
      load->turn(now);
      if (load->finished()) return deployment->settle();
      now += std::chrono::microseconds(random_.next() % 4000);
      if (!deployment->idle()) deployment->end_one(*load, now);
    }
    FAIL() << "it does not come to an end";
  }

  AuditResult audit() {
    AuditResult result;
    BookingsAudit bookings(load->record(), users, flights);
    for (const auto& [id, booking] : deployment->bookings) {
      const auto user = std::find(users.begin(), users.end(), booking.user);
      bookings.see(static_cast<std::uint32_t>(user - users.begin()), booking);
    }
    bookings.judge(result);
    std::vector<FlightUse> uses;
    const std::vector<FlightSeats> seats = deployment->seats();
    for (std::size_t i = 0; i < flights.size(); ++i) {
      uses.push_back({seats[i], bookings.own()[i], true, load->record().sold_out[i]});
    }
    judge_flights(uses, plan.seats.most, result);
    return result;
  }

  std::vector<FlightId> flights;
  std::vector<UserId> users;
  Plan plan;
  std::optional<ModelDeployment> deployment;
  std::optional<Load> load;

 private:
  SeededRandom random_;
};

std::string findings(const AuditResult& result) {
  std::string all;
  for (const Check& check : result.checks) {
    if (!check.passed) all += check.what + ": " + check.figures + "\n";
  }
  return all;
}

TEST(StressRunProperty, ATrueDeploymentPasses) {
  std::uint64_t told = 0;
  std::uint64_t pending_updates = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    SCOPED_TRACE(seed);
    ModelRun run(seed);
    run.carry();
    const AuditResult result = run.audit();
    EXPECT_TRUE(result.passed()) << findings(result);
    EXPECT_EQ(result.oversold_seats, 0);
    EXPECT_EQ(result.lost_seats, 0);
    told += result.told;
    pending_updates += result.unexpected;
    const Counts& counts = run.load->outcomes().counts;
    if (!run.plan.keyed && run.plan.cancel_share == 0) {
      EXPECT_EQ(counts.requests, counts.confirmed + counts.failed + counts.pending + counts.sold_out +
                                     counts.overloaded + counts.timeouts + counts.errors +
                                     (run.plan.rate ? 0 : run.load->outcomes().not_sent));
    }
  }
  EXPECT_GT(told, 10 * seeds);
  EXPECT_GT(pending_updates, seeds) << "the troubles are met";
}

// Each breaks one booking of a deployment that was true.
const std::map<std::string, std::function<bool(ModelRun&, ListedBooking&)>> breakages = {
    {"lost",
     [](ModelRun& run, ListedBooking& booking) {
       const BookingId id = booking.id;
       run.deployment->bookings.erase(id);
       return true;
     }},
    {"seats",
     [](ModelRun&, ListedBooking& booking) {
       ++booking.seats;
       return true;
     }},
    {"status",
     [](ModelRun&, ListedBooking& booking) {
       booking.status = booking.status == Status::confirmed ? Status::failed : Status::confirmed;
       return true;
     }},
    {"another flight",
     [](ModelRun& run, ListedBooking& booking) {
       if (run.flights.size() < 2) return false;
       booking.flight = booking.flight == run.flights[0] ? run.flights[1] : run.flights[0];
       return true;
     }},
    {"invented", [](ModelRun& run, ListedBooking& booking) {
       ListedBooking another = booking;
       another.id = BookingId{Uuid{{0xEE}}};
       another.status = Status::confirmed;
       run.deployment->bookings[another.id] = another;
       return true;
     }}};

TEST(StressRunProperty, OneBrokenBookingIsFound) {
  for (const auto& [name, break_it] : breakages) {
    std::size_t broken = 0;
    for (std::uint64_t seed = 1; seed <= seeds / 3; ++seed) {
      SCOPED_TRACE(name + " " + std::to_string(seed));
      ModelRun run(seed);
      run.carry();
      // Told of, or it could have been lost on the way.
      const AcknowledgedBookings& told = run.load->record().told;
      if (told.empty()) continue;
      const AcknowledgedBooking& victim = told[seed % told.size()];
      if (!break_it(run, run.deployment->bookings.at(victim.id))) continue;
      ++broken;
      EXPECT_FALSE(run.audit().passed());
    }
    EXPECT_GT(broken, seeds / 10) << name;
  }
}

}  // namespace
}  // namespace flightdeck::stress

#include "stress_http/stress_run.h"

#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <thread>

#include "core/limits.h"
#include "core/random.h"
#include "core/sort_unique.h"
#include "net/descriptors.h"
#include "net/scheduling.h"
#include "stress/bookings_audit.h"
#include "stress/flights_audit.h"
#include "stress/load.h"
#include "stress/report.h"
#include "stress_http/booking_replies.h"
#include "stress_http/deployment.h"
#include "stress_http/request_pool.h"
#include "stress_http/steady_time.h"

namespace flightdeck::stress_http {

namespace {

using stress::Time;

// The first SIGINT or SIGTERM comes to `descriptor`; from then on they do what they always do.
class FirstStop {
 public:
  FirstStop() {
    sigemptyset(&signals_);
    sigaddset(&signals_, SIGINT);
    sigaddset(&signals_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    descriptor_ = Descriptor(::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK));
  }
  ~FirstStop() { let_through(); }
  FirstStop(const FirstStop&) = delete;
  FirstStop& operator=(const FirstStop&) = delete;

  int descriptor() const { return descriptor_.number(); }
  void take() {
    signalfd_siginfo told{};
    if (::read(descriptor(), &told, sizeof told) == sizeof told) let_through();
  }

 private:
  void let_through() { pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }

  sigset_t signals_{};
  Descriptor descriptor_;
};

// One line a second on standard error, rewritten in place on a terminal.
class ProgressPrinter {
 public:
  explicit ProgressPrinter(bool quiet) : quiet_(quiet), in_place_(::isatty(STDERR_FILENO) == 1) {}

  void rewrite(const std::string& line) {
    if (quiet_ || line == last_) return;
    last_ = line;
    std::fprintf(stderr, in_place_ ? "\r\033[K%s" : "%s\n", line.c_str());
    std::fflush(stderr);
    open_ = in_place_;
  }
  void say(const std::string& line) {
    if (quiet_) return;
    end_line();
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  void end_line() {
    if (open_) std::fputc('\n', stderr);
    open_ = false;
  }

 private:
  bool quiet_;
  bool in_place_;
  std::string last_;
  // The cursor stands behind a line.
  bool open_ = false;
};

struct Flights {
  std::vector<FlightId> ids;
  // Those from here on were added by this run.
  std::size_t fresh_from = 0;
};

class StressRun {
 public:
  explicit StressRun(const StressCommand& command)
      : command_(command), base_url_{command.url.authority(), command.url.target}, printer_(command.quiet) {}

  int run() {
    // And what it measures goes first, on the same machine.
    net::schedule_as_batch();
    const Result<Peer> peer = find_peer(command_.url, limits::stress_connect_deadline);
    if (!peer) return fail("cannot reach " + where() + ": " + peer.error().detail);
    if (const auto trouble = raise_limits()) return fail(*trouble);
    // Rather now than when all is done.
    if (writes_json_file() && !std::ofstream(command_.json_file, std::ios::app)) {
      return fail("cannot write " + command_.json_file);
    }
    RequestPool calls(*peer, {limits::stress_audit_connections, limits::stress_call_deadline});
    Deployment deployment(base_url_, calls);
    const Result<Flights> flights = find_flights(deployment);
    if (!flights) return fail(flights.error().detail);
    make_users();

    RequestPool requests(*peer, {connections_, command_.plan.timeout});
    stress::Load load(command_.plan, base_url_, texts(users_), texts(flights->ids), requests, clock_now());
    carry(load, requests);
    printer_.end_line();
    stress::AuditResult audit = this->audit(deployment, *flights, load);
    stress::count_settled(load.record().told, load.outcomes());
    if (load.record().told.empty()) {
      audit.checks.push_back({"some booking could be made", "none was", false});
    }
    return report(load.outcomes(), audit);
  }

 private:
  static int fail(const std::string& why) {
    std::cerr << "flightdeck: " << why << std::endl;
    return 1;
  }

  std::string where() const {
    return (command_.url.tls ? "https://" : "http://") + base_url_.authority + base_url_.base_path;
  }

  std::optional<std::string> raise_limits() {
    const std::size_t descriptors = net::raise_descriptor_limit();
    connections_ = command_.connections;
    const std::size_t wanted =
        connections_ + limits::stress_audit_connections + limits::stress_descriptors_spare;
    if (wanted > descriptors) {
      return std::to_string(connections_) + " connections are more than this process may open (" +
             std::to_string(descriptors) + " descriptors): raise ulimit -n, or give fewer --connections";
    }
    // Arrivals are sent when they are due, to the microsecond.
    ::prctl(PR_SET_TIMERSLACK, 1000UL);
    return std::nullopt;
  }

  Result<Flights> find_flights(Deployment& deployment) {
    const Time deadline = clock_now() + limits::stress_call_deadline;
    Flights flights;
    flights.ids = command_.flights;
    if (command_.route) {
      const auto found = deployment.search(*command_.route, deadline);
      if (!found) return found.error();
      if (found->empty()) {
        return Error{ErrorCode::not_found, "search finds no flight from " + command_.route->source + " to " +
                                               command_.route->destination + " on " + command_.route->date};
      }
      flights.ids.insert(flights.ids.end(), found->begin(), found->end());
    }
    sort_unique(flights.ids);
    const auto known = deployment.flights(flights.ids, Persistence::once, deadline);
    if (!known) return known.error();
    flights.fresh_from = flights.ids.size();
    if (command_.create_flights == 0) return flights;

    const auto added = deployment.add_flights(new_flights(), deadline + limits::stress_call_deadline);
    if (!added) return added.error();
    flights.ids.insert(flights.ids.end(), added->begin(), added->end());
    return flights;
  }

  // On a route that nobody else uses.
  NewFlights new_flights() {
    constexpr std::chrono::days ahead{30};
    const std::string mark = format_uuid(make_uuid_v7(SystemClock().now(), entropy_)).substr(24);
    NewFlights wanted;
    wanted.count = command_.create_flights;
    wanted.seats = command_.seats_per_flight;
    wanted.source = "stress " + mark;
    wanted.destination = "stress to " + mark;
    wanted.departure_ts = format_rfc3339(std::chrono::floor<std::chrono::days>(SystemClock().now()) + ahead);
    return wanted;
  }

  // Never used before, so everything they have booked is of this run.
  void make_users() {
    users_.reserve(command_.plan.users);
    for (std::uint32_t i = 0; i < command_.plan.users; ++i) {
      users_.push_back(UserId{make_uuid_v7(SystemClock().now(), entropy_)});
    }
  }

  template <class SomeId>
  static std::vector<std::string> texts(const std::vector<SomeId>& ids) {
    std::vector<std::string> all;
    all.reserve(ids.size());
    for (const SomeId& id : ids) all.push_back(id.str());
    return all;
  }

  void carry(stress::Load& load, RequestPool& requests) {
    constexpr std::chrono::seconds tick{1};
    FirstStop first_stop;
    requests.watch(first_stop.descriptor(), [&] {
      first_stop.take();
      load.stop(clock_now());
      printer_.say("stopping: waiting for answers, then auditing; once more ends at once");
    });
    BookingReplies replies(load);
    Time next_tick = clock_now() + tick;
    while (true) {
      const Time now = clock_now();
      const Time next = load.turn(now);
      if (load.finished()) break;
      if (now >= next_tick) {
        printer_.rewrite(stress::progress_line(load.take_progress(now)));
        next_tick = std::max(next_tick + tick, now);
      }
      requests.turn(std::min(next, next_tick), replies);
    }
  }

  // When the audit stops to wait.
  struct Patience {
    // For pending bookings, and for a deployment that is away.
    Time settle;
    // For a seat gate that differs.
    Time gate;
  };

  // Reads the flights until nothing that concerns the run is under way any more, or the time for it is over.
  Result<std::vector<stress::FlightSeats>> settled_flights(Deployment& deployment, const Flights& flights,
                                                           const stress::LoadRecord& record,
                                                           const Patience& patience) {
    // What others book on these flights never ends.
    const bool waits = may_have_pending(record);
    while (true) {
      auto seats = deployment.flights(flights.ids, Persistence::repeat,
                                      patience.settle + limits::stress_call_deadline);
      if (!seats) return seats;
      const Time now = clock_now();
      std::size_t unsettled = 0;
      std::int64_t pending = 0;
      for (const stress::FlightSeats& flight : *seats) {
        const bool gate_differs = flight.gate && *flight.gate != flight.available;
        pending += flight.pending;
        if (flight.pending > 0 ? waits && now < patience.settle : gate_differs && now < patience.gate)
          ++unsettled;
      }
      if (unsettled == 0) return seats;
      printer_.rewrite("waiting for " + std::to_string(unsettled) + " flights, " + std::to_string(pending) +
                       " seats pending");
      std::this_thread::sleep_for(limits::stress_settle_look);
    }
  }

  static bool may_have_pending(const stress::LoadRecord& record) {
    return std::any_of(record.unanswered.begin(), record.unanswered.end(), [](auto n) { return n > 0; }) ||
           std::any_of(record.told.begin(), record.told.end(), [](const auto& told) {
             return told.status == stress::Status::pending || told.cancel_asked;
           });
  }

  stress::AuditResult audit(Deployment& deployment, const Flights& flights, stress::Load& load) {
    printer_.say("auditing " + std::to_string(load.record().told.size()) + " bookings");
    const Time now = clock_now();
    const Patience patience{now + command_.settle, now + limits::stress_gate_patience};
    Result<stress::AuditResult> result = look_at_everything(deployment, flights, load.record(), patience);
    // What is wrong for good is wrong again; others may have been at work meanwhile.
    for (int look = 1; look < limits::stress_audit_looks && result && !result->passed(); ++look) {
      std::this_thread::sleep_for(limits::stress_settle_look);
      result = look_at_everything(deployment, flights, load.record(), patience);
    }
    if (result) return *std::move(result);
    stress::AuditResult unreadable;
    unreadable.told = load.record().told.size();
    unreadable.checks.push_back({"the deployment can be read", result.error().detail, false});
    return unreadable;
  }

  // An error: it could not be read.
  Result<stress::AuditResult> look_at_everything(Deployment& deployment, const Flights& flights,
                                                 stress::LoadRecord& record, const Patience& patience) {
    auto seats = settled_flights(deployment, flights, record, patience);
    if (!seats) return seats.error();

    const Time deadline = clock_now() + limits::stress_audit_deadline;
    stress::BookingsAudit bookings(record, users_, flights.ids);
    std::vector<UserId> asked;
    // Of each among the users.
    std::vector<std::uint32_t> user_of_line;
    for (std::uint32_t user = 0; user < users_.size(); ++user) {
      if (!record.asked[user]) continue;
      asked.push_back(users_[user]);
      user_of_line.push_back(user);
    }
    const auto read = deployment.bookings(
        asked,
        [&](std::size_t line, const stress::ListedBooking& booking) {
          bookings.see(user_of_line[line], booking);
        },
        deadline);
    if (!read) return read.error();
    stress::AuditResult result;
    bookings.judge(result);

    seats = deployment.flights(flights.ids, Persistence::repeat, deadline);
    if (!seats) return seats.error();
    std::vector<stress::FlightUse> uses;
    uses.reserve(flights.ids.size());
    for (std::size_t i = 0; i < flights.ids.size(); ++i) {
      uses.push_back({(*seats)[i], bookings.own()[i], i >= flights.fresh_from, record.sold_out[i]});
    }
    stress::judge_flights(uses, command_.plan.seats.most, result);
    return result;
  }

  int report(const stress::Outcomes& outcomes, const stress::AuditResult& audit) {
    const std::string json = stress::result_json(command_.plan, outcomes, audit);
    if (command_.json_file == "-") {
      std::cout << json << std::flush;
    } else {
      std::cout << stress::summary_text(command_.plan, outcomes) << '\n'
                << stress::audit_text(audit) << std::flush;
      if (writes_json_file() && !(std::ofstream(command_.json_file) << json << std::flush)) {
        return fail("cannot write " + command_.json_file);
      }
    }
    return audit.passed() ? 0 : 1;
  }

  bool writes_json_file() const { return !command_.json_file.empty() && command_.json_file != "-"; }

  const StressCommand& command_;
  const stress::BaseUrl base_url_;
  ProgressPrinter printer_;
  SeededRandom entropy_;
  std::size_t connections_ = 0;
  std::vector<UserId> users_;
};

}  // namespace

int run_stress(const StressCommand& command) { return StressRun(command).run(); }

}  // namespace flightdeck::stress_http

#include "simulation/clients.h"

#include "doubles/booking_world.h"

namespace flightdeck::simulation {

using flights::Flight;
using ledger::Booking;
using ledger::BookingStatus;

namespace {

constexpr Milliseconds patience{8'000};
constexpr int tries_max = 4;
constexpr Milliseconds departs_in_time = std::chrono::hours{23};

UserId user_of(int number) {
  UserId id;
  id.value.data()[15] = static_cast<std::uint8_t>(number + 1);
  return id;
}

Answer answer_of(const Result<Booking>& result) {
  Answer answer;
  if (result) {
    answer.booking = *result;
  } else {
    answer.error = result.error();
  }
  return answer;
}

// What the routes of src/http do with a request.
Task<Answer> book_on(Process& process, booking::BookRequest request, Milliseconds wait) {
  Result<booking::BookAnswer> booked = co_await process.bookings().book(std::move(request));
  Answer answer;
  if (!booked) {
    answer.error = booked.error();
    co_return answer;
  }
  answer.booking = booked->booking;
  if (wait > Milliseconds::zero()) {
    booking::BookAnswer waited = *std::move(booked);
    answer.booking = co_await process.bookings().wait_until_final(std::move(waited), wait);
  }
  co_return answer;
}

Task<Answer> read_on(Process& process, BookingId id) {
  const std::optional<Booking> found = co_await process.bookings().find(id);
  Answer answer;
  answer.booking = found;
  if (!found) answer.error = Error{ErrorCode::not_found, "There is no such booking."};
  co_return answer;
}

Task<Answer> cancel_on(Process& process, BookingId id) {
  const Result<Booking> cancelled = co_await process.bookings().cancel(id);
  co_return answer_of(cancelled);
}

Task<Answer> search_on(Process& process, flights::SearchQuery query) {
  const booking::SearchFlights::Page page = co_await process.search().search(std::move(query));
  Answer answer;
  answer.well = page != nullptr;
  co_return answer;
}

flights::FlightDraft draft_of(const Flight& flight) {
  flights::FlightDraft draft;
  draft.flight_number = flight.flight_number;
  draft.source = flight.source;
  draft.destination = flight.destination;
  draft.departure = flight.departure;
  draft.arrival = flight.arrival;
  draft.date = flight.date;
  draft.total_seats = flight.total_seats;
  draft.price = flight.price;
  return draft;
}

std::shared_ptr<const ledger::Precondition> unchanged(const Flight& flight) {
  ledger::Precondition condition;
  condition.if_match = ledger::Versions{false, {flight.version}};
  return std::make_shared<const ledger::Precondition>(std::move(condition));
}

Task<Answer> edit_on(Process& process, FlightId id, std::int64_t more_seats, bool if_unchanged) {
  std::optional<booking::FlightWithSeats> found = co_await process.flights().find(id);
  Answer answer;
  if (!found || found->flight.total_seats + more_seats < 1) co_return answer;
  flights::FlightDraft draft = draft_of(found->flight);
  draft.total_seats += more_seats;
  std::shared_ptr<const ledger::Precondition> condition;
  if (if_unchanged) condition = unchanged(found->flight);
  const Result<Flight> edited =
      co_await process.flights().replace(id, std::move(draft), std::move(condition));
  answer.well = edited.has_value();
  co_return answer;
}

Task<Answer> close_on(Process& process, FlightId id) {
  const Result<void> removed = co_await process.flights().remove(id, true);
  Answer answer;
  answer.well = removed.has_value();
  co_return answer;
}

Task<Answer> reinstate_on(Process& process, FlightId id, bool if_unchanged) {
  Answer answer;
  std::shared_ptr<const ledger::Precondition> condition;
  if (if_unchanged) {
    const std::optional<booking::FlightWithSeats> found = co_await process.flights().find(id);
    if (!found) co_return answer;
    condition = unchanged(found->flight);
  }
  const Result<Flight> reinstated = co_await process.flights().reinstate(id, std::move(condition));
  answer.well = reinstated.has_value();
  co_return answer;
}

// Nobody hears of it when the process has gone meanwhile.
Task<void> serve(Task<Answer> work, std::weak_ptr<ProcessLoop> alive, std::function<void(Answer)> reply) {
  Answer answer;
  try {
    answer = co_await std::move(work);
  } catch (const UnavailableError& error) {
    answer.error = Error{ErrorCode::unavailable, error.what()};
  }
  const auto loop = alive.lock();
  if (loop && loop->running()) reply(std::move(answer));
}

struct Reply {
  std::function<void(std::optional<Answer>)> done;
  void finish(std::optional<Answer> answer) {
    if (const auto tell = std::exchange(done, nullptr)) tell(std::move(answer));
  }
};

}  // namespace

flights::SearchQuery search_for_all() {
  flights::SearchQuery query;
  query.source = "jfk";
  query.destination = "lhr";
  query.date = test::flight_draft(1, "", departs_in_time).date;
  query.limit = 100;
  query.seats = 0;
  return query;
}

Clients::Clients(World& world)
    : world_(world),
      queue_(world.queue()),
      loop_(std::make_shared<ProcessLoop>(queue_, Milliseconds(0), [] { return true; })),
      scope_([this](std::exception_ptr failure) {
        try {
          std::rethrow_exception(failure);
        } catch (const std::exception& error) {
          world_.history().violate(std::string("a client fails: ") + error.what());
        }
      }) {}

Clients::~Clients() { loop_->run_out(); }

void Clients::deliver(Handler handler, Micros there, Micros back, std::function<void(Answer)> reply) {
  const std::size_t number = world_.dice().below(world_.processes());
  queue_.after(there, [this, number, back, handler = std::move(handler), reply = std::move(reply)] {
    Process* const process = world_.process(number);
    if (!process) return;
    auto send_back = [this, back, reply](Answer answer) {
      queue_.after(back, [reply, answer = std::move(answer)] { reply(answer); });
    };
    process->scope().spawn(serve(handler(*process), process->alive(), send_back));
  });
}

Task<std::optional<Answer>> Clients::ask(Handler handler, Ask how) {
  const auto reply = std::make_shared<Reply>();
  Dice& dice = world_.dice();
  const LinkFaults& faults = world_.faults().clients;
  const auto way = [&] {
    return dice.chance(faults.late) ? dice.delay(faults.slowest, faults.latest)
                                    : dice.delay(faults.fastest, faults.slowest);
  };
  const std::weak_ptr<ProcessLoop> home = loop_;
  const auto answer = [home, reply](Answer given) {
    const auto loop = home.lock();
    if (loop && loop->running())
      loop->post([reply, given = std::move(given)]() mutable { reply->finish(std::move(given)); });
  };
  const int copies = how.may_come_twice && dice.chance(faults.duplicate) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    if (dice.chance(faults.lose_request)) continue;
    const Micros there = way();
    const Micros back = way();
    if (dice.chance(faults.lose_reply)) {
      deliver(handler, there, back, [](Answer) {});
    } else {
      deliver(handler, there, back, answer);
    }
  }
  const Timers::TimerId timer = loop_->start(how.patience, [reply](bool fired) {
    if (fired) reply->finish(std::nullopt);
  });
  auto answered = callback_awaiter<std::optional<Answer>>([&reply](auto done) { reply->done = done; });
  std::optional<Answer> given = co_await answered;
  loop_->cancel(timer);
  co_return given;
}

// ---- What people do ----

FlightId Clients::some_flight() { return flights_[world_.dice().below(flights_.size())]; }

Task<void> Clients::person(int number) {
  Dice& dice = world_.dice();
  const auto count = dice.between(3, 8);
  std::vector<std::shared_ptr<Wish>> mine;
  for (int i = 0; i < count; ++i) {
    co_await pause(*loop_, Milliseconds(dice.between(1, 2'500)));
    const std::uint64_t choice = dice.below(10);
    if (choice < 6 || mine.empty()) {
      std::optional<std::string> key;
      if (dice.chance(0.5)) key = "key-" + std::to_string(++keys_);
      mine.push_back(
          world_.history().wish(user_of(number), some_flight(), dice.between(1, 3), std::move(key)));
      co_await book(mine.back());
    } else if (choice < 8) {
      co_await read(mine[dice.below(mine.size())]);
    } else if (choice < 9) {
      co_await cancel(mine[dice.below(mine.size())]);
    } else {
      co_await search();
    }
  }
  for (const auto& wish : mine) co_await read(wish);
}

// Without a key, nobody may ask twice for the same.
Task<void> Clients::book(std::shared_ptr<Wish> wish) {
  Dice& dice = world_.dice();
  const int tries = wish->key ? tries_max : 1;
  for (int i = 0; i < tries; ++i) {
    const Milliseconds wait(dice.chance(0.5) ? 0 : dice.between(1, 4'000));
    // With a key somebody may press twice, and see both answers.
    if (wish->key && dice.chance(0.2)) scope_.spawn(book_once(wish, wait));
    co_await book_once(wish, wait);
    if (wish->booking && !dice.chance(0.2)) co_return;
    co_await pause(*loop_, Milliseconds(dice.between(1, 1'000)));
  }
}

Task<void> Clients::book_once(std::shared_ptr<Wish> wish, Milliseconds wait) {
  const Micros asked = queue_.now();
  const auto asking = std::make_shared<Asking>(Asking{wish->flight, wish->seats});
  world_.watch(asking);
  booking::BookRequest request{wish->user, wish->flight, wish->seats, wish->key};
  Handler handler = [request, wait](Process& process) { return book_on(process, request, wait); };
  const Ask how{patience + wait, wish->key.has_value()};
  const std::optional<Answer> answer = co_await ask(std::move(handler), how);
  world_.unwatch(asking);
  if (!answer) co_return;
  if (answer->booking) {
    queue_.note("client: booked", 0, brief(answer->booking->id));
    world_.history().booked(*wish, *answer->booking, asked);
  } else {
    queue_.note("client: refused", static_cast<std::uint64_t>(answer->error->code));
    world_.history().refused(*wish, *asking, *answer->error);
  }
}

Task<void> Clients::read(std::shared_ptr<Wish> wish) {
  if (!wish->booking) co_return;
  const BookingId id = *wish->booking;
  const Micros asked = queue_.now();
  Handler handler = [id](Process& process) { return read_on(process, id); };
  const Ask how{patience};
  const std::optional<Answer> answer = co_await ask(std::move(handler), how);
  if (!answer) co_return;
  if (answer->error && answer->error->code == ErrorCode::not_found)
    world_.history().violate("a booking that was told of is not found: " + id.str());
  if (!answer->booking) co_return;
  const Booking& booking = *answer->booking;
  world_.history().saw(booking, asked);
  // The matter is settled; now the payment service says the opposite.
  const bool settled =
      booking.status == BookingStatus::confirmed || booking.failure_reason == ledger::reason_payment_declined;
  if (settled && world_.dice().chance(world_.faults().payment.contradicts))
    world_.payments().send_callback(id, false, 1);
}

Task<void> Clients::cancel(std::shared_ptr<Wish> wish) {
  if (!wish->booking) co_return;
  const BookingId id = *wish->booking;
  const Micros asked = queue_.now();
  world_.cancel_asked(id);
  Handler handler = [id](Process& process) { return cancel_on(process, id); };
  const Ask how{patience, true};
  const std::optional<Answer> answer = co_await ask(std::move(handler), how);
  if (!answer || !answer->booking) co_return;
  queue_.note("client: cancelled", 0, brief(id));
  wish->cancel_told = true;
  world_.history().saw(*answer->booking, asked);
}

Task<void> Clients::search() {
  Handler handler = [](Process& process) { return search_on(process, search_for_all()); };
  const Ask how{patience};
  co_await ask(std::move(handler), how);
}

// ---- What the admin does ----

Task<void> Clients::admin() {
  Dice& dice = world_.dice();
  const auto count = dice.between(0, 4);
  for (int i = 0; i < count; ++i) {
    co_await pause(*loop_, Milliseconds(dice.between(500, 6'000)));
    const FlightId flight = some_flight();
    if (dice.chance(0.25)) {
      co_await close_and_reinstate(flight);
    } else {
      co_await edit(flight);
    }
  }
}

Task<void> Clients::edit(FlightId flight) {
  const std::int64_t more = world_.dice().between(-2, 3);
  const bool if_unchanged = world_.dice().chance(0.5);
  Handler handler = [=](Process& process) { return edit_on(process, flight, more, if_unchanged); };
  const Ask how{patience};
  co_await ask(std::move(handler), how);
}

Task<void> Clients::close(FlightId flight) {
  Handler handler = [flight](Process& process) { return close_on(process, flight); };
  const Ask how{patience};
  const std::optional<Answer> answer = co_await ask(std::move(handler), how);
  if (answer && answer->well) queue_.note("admin: closed", 0, brief(flight));
}

Task<void> Clients::reinstate(FlightId flight) {
  const bool if_unchanged = world_.dice().chance(0.3);
  Handler handler = [=](Process& process) { return reinstate_on(process, flight, if_unchanged); };
  const Ask how{patience, true};
  const std::optional<Answer> answer = co_await ask(std::move(handler), how);
  if (answer && answer->well) queue_.note("admin: reinstated", 0, brief(flight));
}

// For good, or by mistake: that is seen at once, while its bookings are being cancelled, or after a while.
Task<void> Clients::close_and_reinstate(FlightId flight) {
  Dice& dice = world_.dice();
  if (dice.chance(0.5)) {
    scope_.spawn(close(flight));
    co_await pause(*loop_, Milliseconds(dice.between(1, 60)));
  } else {
    co_await close(flight);
    if (dice.chance(0.5)) co_return;
    co_await pause(*loop_, Milliseconds(dice.between(1, 3'000)));
  }
  co_await reinstate(flight);
}

// ---- From outside ----

void Clients::run_until(const std::function<bool()>& done, const char* what) {
  constexpr Micros longest{600'000'000};
  const Micros end = queue_.now() + longest;
  while (!done()) {
    if (queue_.now() > end || !queue_.run_one()) {
      world_.history().violate(std::string(what) + " never ends");
      return;
    }
  }
}

void Clients::add_flights() {
  Dice& dice = world_.dice();
  const auto count = dice.between(1, 3);
  for (int i = 0; i < count; ++i) {
    // Some depart in the middle of the history.
    const Milliseconds departs_in =
        dice.chance(0.1) ? Milliseconds(dice.between(2'000, 20'000)) : departs_in_time;
    flights::FlightDraft draft =
        test::flight_draft(dice.between(2, 10), "FD" + std::to_string(i), departs_in);
    SeededRandom random(dice.next());
    const FlightId id{make_uuid_v7(test::world_start, random)};
    const ledger::AddFlight add{id, std::move(draft), false};
    // Whatever the database does with it; the answer does not matter.
    while (!world_.database().judge().flights.contains(id)) {
      const auto batch = std::make_shared<Batch>();
      batch->commands.emplace_back(add);
      batch->now = test::world_start;
      batch->sender = loop_;
      world_.database().run(batch);
    }
    flights_.push_back(id);
  }
}

void Clients::start() {
  const auto people = world_.dice().between(3, 8);
  for (int number = 0; number < people; ++number) scope_.spawn(person(number));
  scope_.spawn(admin());
}

Task<void> Clients::sell(FlightId flight, std::shared_ptr<std::optional<std::int64_t>> sold) {
  std::int64_t seats = 0;
  for (;;) {
    const auto wish = world_.history().wish(user_of(99), flight, 1, std::nullopt);
    const Micros asked = queue_.now();
    booking::BookRequest request{wish->user, flight, 1, std::nullopt};
    Handler handler = [request](Process& process) { return book_on(process, request, Milliseconds(0)); };
    const Ask how{patience};
    const std::optional<Answer> answer = co_await ask(std::move(handler), how);
    if (!answer || !answer->booking) {
      if (!answer || answer->error->code != ErrorCode::out_of_stock)
        world_.history().violate("the last seats cannot be booked: " +
                                 (answer ? answer->error->detail : std::string("no answer")));
      break;
    }
    world_.history().booked(*wish, *answer->booking, asked);
    ++seats;
  }
  sold->emplace(seats);
}

std::int64_t Clients::sell_out(FlightId flight) {
  const auto sold = std::make_shared<std::optional<std::int64_t>>();
  scope_.spawn(sell(flight, sold));
  run_until([sold] { return sold->has_value(); }, "selling the last seats");
  return sold->value_or(0);
}

}  // namespace flightdeck::simulation

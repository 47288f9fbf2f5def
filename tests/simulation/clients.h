// The users of the deployment: people who book, read and cancel, and an admin who changes flights meanwhile.
#pragma once

#include <memory>
#include <vector>

#include "simulation/world.h"

namespace flightdeck::simulation {

// The answer to a request, if there was one.
struct Answer {
  std::optional<ledger::Booking> booking;
  std::optional<Error> error;
  // The request succeeded. Used for answers without a booking.
  bool well = false;
};

class Clients {
 public:
  explicit Clients(World& world);
  ~Clients();
  Clients(const Clients&) = delete;
  Clients& operator=(const Clients&) = delete;

  // Waits until the admin has added the flights.
  void add_flights();
  void start();
  bool done() const { return scope_.running() == 0; }
  // Books one seat after another until it is sold out; returns how many.
  std::int64_t sell_out(FlightId flight);

  const std::vector<FlightId>& flights() const { return flights_; }

 private:
  // Makes the answer on a process, from what it is given by value.
  using Handler = std::function<Task<Answer>(Process&)>;
  struct Ask {
    Milliseconds patience;
    bool may_come_twice = false;
  };

  Task<std::optional<Answer>> ask(Handler handler, Ask how);
  void deliver(Handler handler, Micros there, Micros back, std::function<void(Answer)> reply);

  Task<void> person(int number);
  Task<void> admin();
  Task<void> book(std::shared_ptr<Wish> wish);
  Task<void> book_once(std::shared_ptr<Wish> wish, Milliseconds wait);
  Task<void> read(std::shared_ptr<Wish> wish);
  Task<void> cancel(std::shared_ptr<Wish> wish);
  Task<void> search();
  Task<void> edit(FlightId flight);
  Task<void> close(FlightId flight);
  Task<void> reinstate(FlightId flight);
  Task<void> close_and_reinstate(FlightId flight);
  Task<void> sell(FlightId flight, std::shared_ptr<std::optional<std::int64_t>> sold);
  FlightId some_flight();
  void run_until(const std::function<bool()>& done, const char* what);

  World& world_;
  EventQueue& queue_;
  std::shared_ptr<ProcessLoop> loop_;
  TaskScope scope_;
  std::vector<FlightId> flights_;
  std::vector<std::shared_ptr<Wish>> wishes_;
  int keys_ = 0;
};

flights::SearchQuery search_for_all();

}  // namespace flightdeck::simulation

// Clients of several server processes who all want the same few seats, and give some of them back, so that
// the seats go round. They remember what they were told.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/api_client.h"

namespace flightdeck::test {

class SeatRush {
 public:
  // The last answer that a client got about a booking.
  struct Told {
    std::string flight_id;
    std::int64_t seats = 0;
    // The booking was confirmed, and the client did not try to cancel it.
    bool confirmed = false;
    bool cancelled = false;
  };

  // `clients` threads begin at once, spread over the ports. A client whose server goes away turns to another.
  SeatRush(std::vector<std::uint16_t> ports, std::vector<std::string> flights, int clients);
  ~SeatRush() { finish(); }

  // The number so far. Call it at any time.
  int sold() const { return sold_; }
  int sold_out() const { return sold_out_; }
  int cancelled() const { return cancelled_; }
  // The number of 503 answers.
  int unavailable() const { return unavailable_; }
  // The number of requests without an answer.
  int disconnections() const { return disconnections_; }

  // Every client ends the request it is in. What they were told, by booking.
  std::map<std::string, Told> finish();
  // After `finish`: answers that the contract does not have, the first of each status.
  std::vector<std::string> unexpected() const;

 private:
  class Client;
  void remember(const std::string& booking_id, Told told);
  void complain(const Reply& reply);

  std::vector<std::uint16_t> ports_;
  std::vector<std::string> flights_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> sold_{0};
  std::atomic<int> sold_out_{0};
  std::atomic<int> cancelled_{0};
  std::atomic<int> unavailable_{0};
  std::atomic<int> disconnections_{0};
  mutable std::mutex mutex_;
  std::map<std::string, Told> told_;
  std::map<int, std::string> unexpected_;
  std::vector<std::jthread> threads_;
};

}  // namespace flightdeck::test

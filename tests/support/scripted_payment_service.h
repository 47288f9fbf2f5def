// A payment service that does as it is told and counts what it is asked. Speaks the mock provider's HTTP.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/json.h"
#include "support/socket.h"

namespace flightdeck::test {

enum class Verdict { success, failure, pending };

// Thread-safe.
class ScriptedPaymentService {
 public:
  ScriptedPaymentService();
  ~ScriptedPaymentService();
  ScriptedPaymentService(const ScriptedPaymentService&) = delete;
  ScriptedPaymentService& operator=(const ScriptedPaymentService&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::uint16_t port() const { return port_; }

  // The verdict on bookings charged for the first time from now on. At the start: success.
  void decide(Verdict verdict);
  // From now on a charge is decided but not answered. `release` answers all of them and those to come.
  void hold_answers();
  void release_answers();
  // The bank changes its mind: a booking that was refused is paid after all. Nobody is told.
  void pay_after_all(const std::string& booking_id);

  // The payment_id of a booking's payment.
  static std::string payment_id(const std::string& booking_id) { return "paid-" + booking_id; }

  // What the service was asked about a booking.
  int charges(const std::string& booking_id) const;
  int refunds(const std::string& booking_id) const;
  std::string charged_amount(const std::string& booking_id) const;
  // Bookings charged at least once, and charge requests in all.
  int bookings_charged() const;
  int charges_in_all() const;

  // As a receiver of callbacks: where to send them, and what came (bodies of POST /payment/callback).
  std::string callback_url() const { return url() + "/payment/callback"; }
  std::vector<json::value> callbacks() const;

 private:
  struct Payment {
    Verdict verdict = Verdict::failure;
    std::string amount;
    int charges = 0;
    int refunds = 0;
  };
  struct Answer {
    int status = 200;
    json::value body;
  };
  struct Connection {
    explicit Connection(Socket opened) : socket(std::move(opened)) {}
    Socket socket;
    std::thread thread;
  };

  void accept_connections();
  void serve(Socket& socket);
  Answer answer(const std::string& method, const std::string& target, const std::string& body);
  Answer charge(const json::value& request);
  Answer find(const std::string& booking_id) const;
  Answer refund(const std::string& booking_id);

  Socket listener_;
  std::uint16_t port_;
  mutable std::mutex mutex_;
  std::condition_variable released_;
  bool stopping_ = false;
  bool holding_ = false;
  Verdict verdict_ = Verdict::success;
  std::map<std::string, Payment> payments_;
  std::vector<json::value> callbacks_;
  std::list<Connection> connections_;
  std::thread acceptor_;
};

}  // namespace flightdeck::test

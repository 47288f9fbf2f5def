// Finds out whether what this process has read is on the synchronous standby.
//
// PostgreSQL shows a commit to others once its wait for the standby is over, also when that wait was cut
// short: the session was ended or cancelled, or the server crashed and recovered. Such a row can be lost in a
// failover. What was read is certain when a write that was made later has got through.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "postgres/connection.h"
#include "postgres/durable_horizon.h"

namespace flightdeck::postgres {

// Which server a connection leads to. It changes when the server is started again.
using ServerIdentity = std::string;
ServerIdentity server_identity(Connection& connection, Deadline deadline);

// One a process, shared by its connections; thread-safe. It connects when it is first asked, on a thread of
// its own, and has one write under way at most, however many ask and however long the standby is away.
class StandbyWitness {
 public:
  explicit StandbyWitness(const std::string& url);
  ~StandbyWitness();
  StandbyWitness(const StandbyWitness&) = delete;
  StandbyWitness& operator=(const StandbyWitness&) = delete;

  // Returns when a write that was made after this call, on `server`, has got through to the standby. Then
  // everything that was visible there before the call survives a failover. Throws booking::NotDurableError at
  // the deadline, and at once while `stuck`.
  void confirm(const ServerIdentity& server, Deadline deadline);

  // Has a write made, and waits for nothing. For whoever has seen a commit that did not return. Returns the
  // number of the request.
  std::uint64_t ask();
  // A write has been under way for longer than limits::standby_patience: commits would not return either.
  bool stuck() const;

  // Of a transaction that has been confirmed by now.
  bool covers(TransactionId writer) const { return horizon_.covers(writer); }

 private:
  struct Probe;

  void run();
  // One attempt; false: it has failed. Called without the mutex.
  bool probe();
  std::unique_lock<std::mutex> locked() const { return std::unique_lock(mutex_); }

  const std::vector<ConnectionSettings> servers_;
  DurableHorizon horizon_;

  mutable std::mutex mutex_;
  // Of the thread.
  std::condition_variable wake_;
  // Of those who wait.
  std::condition_variable answered_;
  // Requests are numbered.
  std::uint64_t asked_ = 0;
  // All up to this one.
  std::uint64_t confirmed_ = 0;
  ServerIdentity confirmed_by_;
  std::optional<std::chrono::steady_clock::time_point> waiting_since_;
  // May be interrupted while the mutex is held.
  Connection* under_way_ = nullptr;
  bool stopping_ = false;

  // Of the thread alone.
  std::size_t server_ = 0;
  std::unique_ptr<Connection> connection_;
  ServerIdentity identity_;
  std::optional<int> abandoned_backend_;

  // Begun by the first request.
  std::thread thread_;
};

}  // namespace flightdeck::postgres

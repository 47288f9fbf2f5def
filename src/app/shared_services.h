// What all I/O threads of a process share. Everything in it is thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "api/routes.h"
#include "app/config.h"
#include "app/database.h"
#include "app/health_monitor.h"
#include "app/request_metrics.h"
#include "audit/audit_desk.h"
#include "audit/snapshot_thread.h"
#include "booking/booking_service.h"
#include "ledger/ledger_client.h"
#include "memory/memory_flight_index.h"
#include "memory/memory_seat_gate.h"
#include "net/handshake_log.h"
#include "payment_mock/mock_payment_book.h"
#include "redis/refusal_log.h"
#include "sync/commit_sync.h"
#include "telemetry/metrics.h"

namespace flightdeck::app {

inline bool uses_ledger(Role role) { return role != Role::payment_mock; }
inline bool works_in_background(Role role) { return role == Role::all || role == Role::worker; }
// A process sweeps if gate and index are its own. Workers sweep those that are shared.
inline bool sweeps(const Config& config) {
  return uses_ledger(config.role) && (works_in_background(config.role) || !config.redis.server);
}
api::RouteGroups route_groups(const Config& config);

// The error handler of tasks that nobody waits for.
TaskScope::OnError log_failures(Log& log, std::string what);

// Owns the ledger's threads, which run as long as it lives.
struct LedgerService {
  LedgerService(const Config& config, ledger::CommitObserver& observer, const Clock& clock,
                Counters& counters, Log& log);

  void stop();
  ledger::LedgerThreads threads();

  // A connection and the thread that writes over it.
  struct Writing {
    std::unique_ptr<ledger::LedgerStore> store;
    std::unique_ptr<ledger::LedgerWriter> thread;
  };
  LedgerConnections connections;
  // The last one settles payments. If it is the only one, it also sells.
  std::vector<Writing> writing;
  // A connection and the thread that reads over it.
  struct Reading {
    Reading(LedgerConnections& connections, const Clock& clock)
        : reader(connections.open_reader()), thread(*reader, clock) {}
    std::unique_ptr<ledger::LedgerReader> reader;
    ledger::LedgerReadQueue thread;
  };
  Reading by_id;
  Reading lists;
  Reading background;
  Reading health;
};

struct SharedServices {
  SharedServices(const Config& settings, const Clock& the_clock, Log& the_log);

  const Config& config;
  const Clock& clock;
  Log& log;
  Counters counters;
  telemetry::Metrics metrics;
  RequestMetrics request_metrics;
  HealthMonitor health;
  booking::SettleWaiters waiters;
  booking::Admission admission;
  booking::BookingRules booking_rules;
  flights::ChangeClock changes;
  flights::IndexLag index_lag;
  redis::RefusalLog redis_refusals;
  // Of the payment service, and of who wants callbacks.
  net::HandshakeLog handshakes;
  // These two are used when there is no Redis.
  memory::MemorySeatGate memory_gate;
  memory::MemoryFlightIndex memory_index;
  sync::CommitSync commit_sync;
  payment_mock::MockPaymentBook mock_payments;
  // The URLs that the mock may call back under. Written before a second thread serves.
  std::vector<net::HttpUrl> callback_bases;
  api::RouteGroups groups;
  api::RouteTable routes;
  audit::AuditDesk audits;
  // Reads snapshots of the ledger, if this role has one.
  audit::SnapshotThread snapshots;
  // Null when this role has no ledger.
  std::unique_ptr<LedgerService> ledger;
};

}  // namespace flightdeck::app

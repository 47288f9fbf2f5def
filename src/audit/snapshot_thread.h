// Reads snapshots of the ledger on a thread that lives as long as the reading takes.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "ledger/ledger_snapshot.h"

namespace flightdeck::audit {

// `run` may be called on any thread, one call at a time. The destructor waits until nothing runs any more.
class SnapshotThread final : public ledger::SnapshotReads {
 public:
  using Open = std::function<std::unique_ptr<ledger::LedgerSnapshot>()>;

  // `open` takes a new snapshot, on the thread that reads it; it throws UnavailableError.
  explicit SnapshotThread(Open open) : open_(std::move(open)) {}
  ~SnapshotThread() override;
  SnapshotThread(const SnapshotThread&) = delete;
  SnapshotThread& operator=(const SnapshotThread&) = delete;

  Task<void> run(Executor& home, std::function<void(ledger::LedgerSnapshot&)> query) override;

 private:
  Open open_;
  std::thread thread_;
};

}  // namespace flightdeck::audit

#include "audit/snapshot_thread.h"

#include <coroutine>
#include <exception>
#include <utility>

namespace flightdeck::audit {

namespace {

// Lives in the coroutine that waits for it.
struct Reading {
  const SnapshotThread::Open& open;
  std::function<void(ledger::LedgerSnapshot&)> query;
  Executor& home;
  std::thread& thread;
  std::exception_ptr failure;

  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> waiter) {
    thread = std::thread([this, waiter] {
      read();
      // Nothing of this is touched after it.
      home.post([waiter] { waiter.resume(); });
    });
  }
  void await_resume() const {
    if (failure) std::rethrow_exception(failure);
  }
  void read() noexcept {
    try {
      query(*open());
    } catch (...) {
      failure = std::current_exception();
    }
  }
};

}  // namespace

SnapshotThread::~SnapshotThread() {
  if (thread_.joinable()) thread_.join();
}

Task<void> SnapshotThread::run(Executor& home, std::function<void(ledger::LedgerSnapshot&)> query) {
  // Of the last one, which has answered.
  if (thread_.joinable()) thread_.join();
  Reading reading{open_, std::move(query), home, thread_, nullptr};
  co_await reading;
}

}  // namespace flightdeck::audit

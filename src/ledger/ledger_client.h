// The ledger of one I/O thread. It hands calls to the ledger's threads and resumes the caller on its own
// thread.
#pragma once

#include "ledger/gathering.h"
#include "ledger/ledger_read_queue.h"
#include "ledger/ledger_writer.h"

namespace flightdeck::ledger {

// The threads of a process's ledger. They outlive its clients.
struct LedgerThreads {
  // At least one. Commands of one flight always go to the same writer, so that they never wait for each
  // other's locks. While one writer waits for the disk, another decides.
  std::vector<LedgerWriter*> writers;
  // Applies successful payments. They lock no flight, so they need not wait for a commit that sells seats. It
  // is one of `writers` where the backend allows only one write at a time.
  LedgerWriter& settler;
  // Each kind of read has its own queue, so that a slow read delays only its own kind.
  LedgerReadQueue& reads_by_id;
  LedgerReadQueue& lists;
  LedgerReadQueue& background;
  LedgerReadQueue& health;
};

class LedgerClient final : public Ledger {
 public:
  LedgerClient(LedgerThreads threads, Executor& home) : threads_(std::move(threads)), home_(home) {}

  Task<Result<Applied>> apply(Command command) override;
  Task<std::vector<BookingId>> claim_unfinished(Instant now, Instant lease_until, std::size_t limit) override;
  Task<std::vector<events::OutboxRow>> claim_events(Instant now, Instant lease_until,
                                                    std::size_t limit) override;
  Task<void> remove_events(std::vector<std::int64_t> sequences) override;
  Task<std::size_t> trim_events(Instant before, std::int64_t keep, std::size_t limit) override;
  Task<void> check_writable() override;
  Task<std::optional<Booking>> find_booking(BookingId id) override;
  Task<std::optional<flights::Flight>> find_flight(FlightId id) override;
  Task<void> run(ReadKind kind, std::function<void(LedgerReader&)> query) override;

 private:
  LedgerWriter& writer_for(const Command& command) const;
  LedgerReadQueue& reads_for(ReadKind kind) const;
  Task<void> run_on_store(LedgerWriter& writer, std::function<void(LedgerStore&)> work);

  LedgerThreads threads_;
  Executor& home_;
  Gathering<LedgerWriter, LedgerCall> commands_{home_};
  Gathering<LedgerReadQueue, FindBookingCall> bookings_{home_};
  Gathering<LedgerReadQueue, FindFlightCall> flights_{home_};
};

}  // namespace flightdeck::ledger

#include "postgres/commit_verdict.h"

namespace flightdeck::postgres {

TransactionStatus parse_transaction_status(const std::optional<std::string_view>& text) {
  if (text == "committed") return TransactionStatus::committed;
  if (text == "aborted") return TransactionStatus::aborted;
  if (text == "in progress") return TransactionStatus::in_progress;
  return TransactionStatus::forgotten;
}

CommitVerdict commit_verdict(TransactionStatus status, std::int64_t rows, std::int64_t found) {
  switch (status) {
    case TransactionStatus::committed: return found == rows ? CommitVerdict::done : CommitVerdict::conflict;
    case TransactionStatus::aborted:
    case TransactionStatus::never_was: return CommitVerdict::conflict;
    case TransactionStatus::in_progress: return CommitVerdict::ask_again;
    case TransactionStatus::forgotten: return CommitVerdict::unknown;
  }
  return CommitVerdict::unknown;
}

}  // namespace flightdeck::postgres

// What became of a commit whose answer got lost.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flightdeck::postgres {

// As pg_xact_status says; `never_was`: the number lies in the future, so this server has not seen the
// transaction.
enum class TransactionStatus { committed, aborted, in_progress, never_was, forgotten };
TransactionStatus parse_transaction_status(const std::optional<std::string_view>& text);

enum class CommitVerdict {
  done,
  // Nothing of it is there: decide anew.
  conflict,
  // Its backend is still at it.
  ask_again,
  unknown,
};

// `rows` were written by the batch, `found` of them are there now as the batch left them or newer. The number
// of a transaction that a failover lost can have been given to another one, hence the look at the rows.
CommitVerdict commit_verdict(TransactionStatus status, std::int64_t rows, std::int64_t found);

}  // namespace flightdeck::postgres

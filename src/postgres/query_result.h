// Rows of an answer in PostgreSQL's binary format.
#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/ids.h"
#include "core/time.h"
#include "postgres/array_parameter.h"

namespace flightdeck::postgres {

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};

// Columns are read as the type that the SQL gave them; one of another size throws UnavailableError.
class QueryResult {
 public:
  QueryResult() = default;
  explicit QueryResult(PGresult* result) : result_(result) {}

  int rows() const { return PQntuples(result_.get()); }
  int columns() const { return PQnfields(result_.get()); }
  std::string_view command_tag() const { return PQcmdStatus(result_.get()); }

  bool is_null(int row, int column) const { return PQgetisnull(result_.get(), row, column) != 0; }
  // BIGINT or INTEGER.
  std::int64_t integer(int row, int column) const;
  // XID.
  TransactionId transaction_id(int row, int column) const;
  bool truth(int row, int column) const;
  Instant instant(int row, int column) const;
  Date date(int row, int column) const;
  // Empty for NULL.
  std::string text(int row, int column) const;
  template <class IdType>
  IdType id(int row, int column) const {
    return IdType{uuid(row, column)};
  }
  Uuid uuid(int row, int column) const;

 private:
  std::string_view bytes(int row, int column) const;

  std::unique_ptr<PGresult, ClearResult> result_;
};

// One for each statement, in order.
using QueryResults = std::vector<QueryResult>;

}  // namespace flightdeck::postgres

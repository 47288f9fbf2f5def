#include "postgres/query_result.h"

#include <cstring>

#include "core/error.h"

namespace flightdeck::postgres {

namespace {

[[noreturn]] void unexpected(int column) {
  throw UnavailableError("PostgreSQL: column " + std::to_string(column) + " has an unexpected type");
}

std::int64_t big_endian(std::string_view bytes) {
  // Sign-extended from the first byte.
  std::uint64_t value = (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

}  // namespace

std::string_view QueryResult::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column),
          static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::int64_t QueryResult::integer(int row, int column) const {
  const std::string_view value = bytes(row, column);
  if (value.size() != 8 && value.size() != 4) unexpected(column);
  return big_endian(value);
}

TransactionId QueryResult::transaction_id(int row, int column) const {
  const std::string_view value = bytes(row, column);
  if (value.size() != 4) unexpected(column);
  return {static_cast<std::uint32_t>(big_endian(value))};
}

bool QueryResult::truth(int row, int column) const {
  const std::string_view value = bytes(row, column);
  if (value.size() != 1) unexpected(column);
  return value.front() != 0;
}

Instant QueryResult::instant(int row, int column) const {
  const std::string_view value = bytes(row, column);
  if (value.size() != 8) unexpected(column);
  return from_postgres_time(big_endian(value));
}

Date QueryResult::date(int row, int column) const {
  const std::string_view value = bytes(row, column);
  if (value.size() != 4) unexpected(column);
  return from_postgres_date(static_cast<std::int32_t>(big_endian(value)));
}

std::string QueryResult::text(int row, int column) const { return std::string(bytes(row, column)); }

Uuid QueryResult::uuid(int row, int column) const {
  const std::string_view value = bytes(row, column);
  if (value.size() != 16) unexpected(column);
  Uuid uuid{};
  std::memcpy(uuid.data(), value.data(), 16);
  return uuid;
}

}  // namespace flightdeck::postgres

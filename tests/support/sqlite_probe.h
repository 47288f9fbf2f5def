// The probe of a server that runs embedded.
#pragma once

#include <filesystem>

#include "support/probe.h"

struct sqlite3;

namespace flightdeck::test {

class SqliteProbe final : public Probe {
 public:
  // The file must exist.
  explicit SqliteProbe(const std::filesystem::path& file);
  ~SqliteProbe() override;
  SqliteProbe(const SqliteProbe&) = delete;
  SqliteProbe& operator=(const SqliteProbe&) = delete;

  // A 16-byte BLOB is a UUID.
  std::vector<std::vector<std::string>> rows(const std::string& sql) const override;
  std::string id_literal(std::string_view uuid) const override;
  std::string money(const std::string& column) const override { return column; }
  std::string unix_ms(const std::string& column) const override { return column; }

 private:
  sqlite3* database_ = nullptr;
};

}  // namespace flightdeck::test

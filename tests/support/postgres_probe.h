// The probe of a server that runs in production shape: PostgreSQL, and Redis for what was published.
#pragma once

#include <cstdint>

#include "support/probe.h"

struct pg_conn;

namespace flightdeck::test {

// A stream in Redis that events are published to.
struct EventStream {
  std::uint16_t redis_port;
  std::string key;
};

class PostgresProbe final : public Probe {
 public:
  // Connects; a connection that breaks later is made anew by the next query.
  PostgresProbe(const std::string& url, EventStream stream);
  ~PostgresProbe() override;
  PostgresProbe(const PostgresProbe&) = delete;
  PostgresProbe& operator=(const PostgresProbe&) = delete;

  std::vector<std::vector<std::string>> rows(const std::string& sql) const override;
  std::string id_literal(std::string_view uuid) const override { return text_literal(uuid); }
  std::string money(const std::string& column) const override;
  std::string unix_ms(const std::string& column) const override;

 protected:
  std::vector<EventTold> published_events() const override;

 private:
  pg_conn* connection_;
  EventStream stream_;
};

}  // namespace flightdeck::test

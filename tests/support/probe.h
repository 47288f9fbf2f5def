// Plain SQL on the server's database, read-only: the truth that answers are checked against. The tests' SQL
// runs on SQLite and on PostgreSQL alike; where the two differ, a probe is asked for the words of its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flightdeck::test {

// An event as its consumers see it.
struct EventTold {
  std::string id;
  std::string type;
  std::string subject;
};

// Used from one thread. Every error of the database throws.
class Probe {
 public:
  virtual ~Probe() = default;

  // All rows as text; NULL is "", a UUID and a date their text. Money and instants are stored differently:
  // select them by `money` and `unix_ms`.
  virtual std::vector<std::vector<std::string>> rows(const std::string& sql) const = 0;
  // The first column of all rows.
  std::vector<std::string> column(const std::string& sql) const;
  // The single integer the query gives; NULL and no row are 0.
  std::int64_t number(const std::string& sql) const;

  // A UUID as an SQL literal.
  virtual std::string id_literal(std::string_view uuid) const = 0;
  // An amount as an integer of minor units: money("price") is 19900 for 199.00.
  virtual std::string money(const std::string& column) const = 0;
  // An instant as an integer of milliseconds since the Unix epoch.
  virtual std::string unix_ms(const std::string& column) const = 0;

  // Every event committed so far, wherever it is by now: in the outbox, or published. Twice in the outbox is
  // twice here; publishing may repeat itself, so what is published counts once.
  std::vector<EventTold> events() const;

 protected:
  // Asked after the outbox was read, so an event on its way is seen in one place or the other.
  virtual std::vector<EventTold> published_events() const { return {}; }
};

// A text as an SQL literal.
std::string text_literal(std::string_view text);

// How many events of that type are about that subject; with an empty subject, all of that type.
std::int64_t events_of(const Probe& probe, std::string_view type, std::string_view subject = {});

}  // namespace flightdeck::test

#include "events/event.h"

#include "core/json_writer.h"

namespace flightdeck::events {

Uuid event_id(const Uuid& subject, std::string_view type, std::int64_t revision) {
  if (revision == 0) return make_uuid_v5(subject, type);
  std::string name(type);
  name.append(":").append(std::to_string(revision));
  return make_uuid_v5(subject, name);
}

std::string outbox_row(std::span<const Event> batch) {
  // Of an event around its data.
  constexpr std::size_t expected_bytes = 180;
  std::size_t bytes = 2;
  for (const Event& event : batch) bytes += event.data.size() + expected_bytes;
  std::string text;
  text.reserve(bytes);
  JsonWriter json(text);
  json.begin_array();
  for (const Event& event : batch) {
    json.begin_object().member("id", Id<struct EventTag>{event.id}).member("type", event.type);
    json.member("subject", Id<struct SubjectTag>{event.subject});
    json.key("data").raw(event.data).end_object();
  }
  json.end_array();
  return text;
}

}  // namespace flightdeck::events

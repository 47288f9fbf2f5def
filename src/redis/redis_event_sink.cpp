#include "redis/redis_event_sink.h"

#include <algorithm>
#include <array>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "core/limits.h"
#include "redis/mending.h"
#include "redis/redis_connection.h"

namespace flightdeck::redis {

namespace json = boost::json;

namespace {

// A row of more takes memory of the heap.
constexpr std::size_t parse_buffer_bytes = 32 * 1024;

// XADD of each event of the row, in order. False: the row is none of ours.
bool add_events(std::vector<Command>& commands, const std::string& stream, const std::string& row) {
  boost::system::error_code bad;
  // Rows are small and many: their values go into one piece of memory, and nobody frees them one by one.
  std::array<unsigned char, parse_buffer_bytes> buffer;
  json::monotonic_resource memory(buffer.data(), buffer.size());
  const json::value parsed = json::parse(row, bad, &memory);
  const json::array* const batch = bad ? nullptr : parsed.if_array();
  if (!batch) return false;
  for (const json::value& item : *batch) {
    const json::object* const event = item.if_object();
    if (!event) return false;
    Command command("XADD");
    command.add(stream).add("MAXLEN").add("~");
    command.add(static_cast<std::int64_t>(limits::event_stream_length)).add("*");
    for (const std::string_view name : {"id", "type", "subject"}) {
      const json::value* const field = event->if_contains(name);
      if (!field || !field->is_string()) return false;
      command.add(name).add(field->get_string());
    }
    const json::value* const data = event->if_contains("data");
    if (!data) return false;
    command.add("data").add(json::serialize(*data));
    commands.push_back(std::move(command));
  }
  return true;
}

}  // namespace

Task<bool> RedisEventSink::publish(std::span<const events::OutboxRow> rows) {
  std::vector<Command> commands;
  const std::string stream = keys_.events();
  for (const events::OutboxRow& row : rows) {
    if (!add_events(commands, stream, row.data)) co_return false;
  }
  std::optional<Replies> replies = co_await connection_.call_kept(commands);
  if (replies && std::any_of(replies->begin(), replies->end(), is_damage)) {
    // A key that is no stream is none of ours.
    std::vector<Command> remove;
    remove.push_back(Command("DEL").add(stream));
    replies = co_await connection_.call(std::move(remove));
    if (replies) replies = co_await connection_.call(std::move(commands));
  }
  if (!replies) co_return false;
  co_return std::all_of(replies->begin(), replies->end(),
                        [](const Reply& reply) { return reply.kind == Reply::Kind::text; });
}

}  // namespace flightdeck::redis

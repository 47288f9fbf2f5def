#include "postgres/connection_settings.h"

#include <libpq-fe.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>

#include "core/limits.h"

namespace flightdeck::postgres {

namespace {

std::string milliseconds_text(std::chrono::milliseconds span) { return std::to_string(span.count()); }

// A statement is planned once a connection, perhaps on empty tables, and must keep using its index when they have
// grown: a scan of a whole table, or a join that reads one, is never right for the few rows that a batch names.
std::string server_settings(Purpose purpose) {
  std::string options = "-c client_encoding=UTF8 -c DateStyle=ISO -c jit=off";
  if (purpose == Purpose::migration) return options + " -c lock_timeout=0 -c statement_timeout=0";
  options +=
      " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"
      " -c default_transaction_isolation=read\\ committed"
      // A process that hangs does not keep its locks.
      " -c idle_in_transaction_session_timeout=" +
      milliseconds_text(limits::ledger_idle_transaction_deadline);
  // What nobody waits for any longer ends. No statement_timeout where there are commits: it would cut short their wait
  // for a synchronous standby, and PostgreSQL then reports success.
  const std::string deadline = milliseconds_text(limits::ledger_answer_deadline);
  if (purpose == Purpose::auditing)
    return options + " -c statement_timeout=" + milliseconds_text(limits::audit_read_deadline);
  if (purpose == Purpose::reading) return options + " -c statement_timeout=" + deadline;
  return options +
         " -c enable_bitmapscan=off -c plan_cache_mode=force_generic_plan -c lock_timeout=" + deadline;
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

std::string* find(ConnectionSettings& settings, std::string_view keyword) {
  const auto found =
      std::find_if(settings.begin(), settings.end(), [&](const auto& s) { return s.first == keyword; });
  return found == settings.end() ? nullptr : &found->second;
}

void set_if_missing(ConnectionSettings& settings, const char* keyword, std::string value) {
  if (!find(settings, keyword)) settings.emplace_back(keyword, std::move(value));
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (;;) {
    const std::size_t comma = text.find(',', begin);
    parts.push_back(text.substr(begin, comma - begin));
    if (comma == std::string::npos) return parts;
    begin = comma + 1;
  }
}

}  // namespace

ConnectionSettings connection_settings(const std::string& url, Purpose purpose) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> parsed(PQconninfoParse(url.c_str(), &message));
  PQfreemem(message);  // it may quote the password
  if (!parsed) throw std::runtime_error("the database URL is not one that PostgreSQL's libpq can read");
  ConnectionSettings settings;
  for (const PQconninfoOption* option = parsed.get(); option->keyword; ++option) {
    if (option->val) settings.emplace_back(option->keyword, option->val);
  }
  std::string options = server_settings(purpose);
  if (std::string* given = find(settings, "options")) {
    *given = options + " " + *given;  // the later one wins
  } else {
    settings.emplace_back("options", std::move(options));
  }
  set_if_missing(settings, "fallback_application_name", "flightdeck");
  set_if_missing(settings, "keepalives_idle", "5");
  set_if_missing(settings, "keepalives_interval", "2");
  set_if_missing(settings, "keepalives_count", "3");
  set_if_missing(settings, "tcp_user_timeout", milliseconds_text(limits::ledger_tcp_user_timeout));
  return settings;
}

std::vector<ConnectionSettings> one_for_each_server(const ConnectionSettings& settings) {
  std::size_t servers = 1;
  const auto is_list = [](const std::string& keyword) {
    return keyword == "host" || keyword == "hostaddr" || keyword == "port";
  };
  for (const auto& [keyword, value] : settings) {
    if (is_list(keyword)) servers = std::max(servers, split(value).size());
  }
  std::vector<ConnectionSettings> all(servers, settings);
  for (std::size_t server = 0; server < servers; ++server) {
    for (auto& [keyword, value] : all[server]) {
      if (!is_list(keyword)) continue;
      const std::vector<std::string> parts = split(value);
      value = parts.size() == 1 ? parts.front() : parts.at(std::min(server, parts.size() - 1));
    }
  }
  return all;
}

}  // namespace flightdeck::postgres

#include "postgres/connection_settings.h"

#include <libpq-fe.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "core/limits.h"
#include "core/showable.h"

namespace flightdeck::postgres {

namespace {

std::string milliseconds_text(std::chrono::milliseconds span) { return std::to_string(span.count()); }

// A statement is planned once a connection, perhaps on empty tables, and must keep using its index when they
// have grown: a scan of a whole table, or a join that reads one, is never right for the few rows that a batch
// names.
NamedValues server_settings(Purpose purpose) {
  NamedValues settings{{"client_encoding", "UTF8"}, {"DateStyle", "ISO"}, {"jit", "off"}};
  const auto set = [&settings](const char* name, std::string value) {
    settings.emplace_back(name, std::move(value));
  };
  if (purpose == Purpose::migration) {
    set("lock_timeout", "0");
    set("statement_timeout", "0");
    return settings;
  }
  set("enable_seqscan", "off");
  set("enable_hashjoin", "off");
  set("enable_mergejoin", "off");
  set("default_transaction_isolation", "read committed");
  // A process that hangs does not keep its locks.
  set("idle_in_transaction_session_timeout", milliseconds_text(limits::ledger_idle_transaction_deadline));
  // What nobody waits for any longer ends. No statement_timeout where there are commits: it would cut short
  // their wait for a synchronous standby, and PostgreSQL then reports success.
  switch (purpose) {
    case Purpose::auditing: set("statement_timeout", milliseconds_text(limits::audit_read_deadline)); break;
    case Purpose::reading:
      set("statement_timeout", milliseconds_text(limits::ledger_statement_deadline));
      // A list is read from its index in order, also when statistics say that its place has few flights.
      set("enable_sort", "off");
      break;
    default:
      set("enable_bitmapscan", "off");
      set("plan_cache_mode", "force_generic_plan");
      // Nobody waits behind an import.
      set("lock_timeout", milliseconds_text(purpose == Purpose::bulk_writing ? answer_deadline(purpose)
                                                                             : limits::ledger_lock_patience));
  }
  return settings;
}

// Names of the server's parameters do not tell capitals from small letters.
bool same_name(std::string_view a, std::string_view b) {
  const auto small = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&small](char x, char y) { return small(x) == small(y); });
}

// The later one of a name wins.
NamedValues each_once(const NamedValues& settings) {
  NamedValues once;
  for (auto setting = settings.begin(); setting != settings.end(); ++setting) {
    const bool again = std::any_of(std::next(setting), settings.end(), [&setting](const auto& later) {
      return same_name(later.first, setting->first);
    });
    if (!again) once.push_back(*setting);
  }
  return once;
}

// As PostgreSQL splits them: at blanks, where a backslash takes the next character as it is.
std::vector<std::string> words_of(const std::string& options) {
  std::vector<std::string> words;
  bool open = false;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const char c = options[i];
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (blank) {
      open = false;
      continue;
    }
    if (!std::exchange(open, true)) words.emplace_back();
    if (c == '\\' && i + 1 < options.size()) ++i;
    words.back().push_back(options[i]);
  }
  return words;
}

[[noreturn]] void unreadable_options() {
  throw std::runtime_error(
      "options in the database URL must be of the form -c NAME=VALUE or --NAME=VALUE, one or several of "
      "them");
}

struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

void set_if_missing(NamedValues& settings, const char* keyword, std::string value) {
  const bool given =
      std::any_of(settings.begin(), settings.end(), [&](const auto& s) { return s.first == keyword; });
  if (!given) settings.emplace_back(keyword, std::move(value));
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

bool may_be_shown(std::string_view keyword, const std::string& value, bool has_password) {
  if (keyword == "password" || keyword == "sslpassword" || keyword == "passfile" || keyword == "sslkey")
    return false;
  if (keyword == "user" && !has_password) return false;
  if (keyword == "port" && value.find_first_not_of("0123456789,") != std::string::npos) return false;
  return is_showable(value);
}

// Where it stands for itself, and is no part of a longer word.
void hide(std::string& text, std::string_view value) {
  constexpr std::string_view stars = "***";
  const auto is_letter = [&text](std::size_t at) {
    return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
  };
  for (std::size_t at = text.find(value); at != std::string::npos; at = text.find(value, at)) {
    const bool within = (at > 0 && is_letter(at - 1)) || is_letter(at + value.size());
    if (within) {
      at += value.size();
    } else {
      text.replace(at, value.size(), stars);
      at += stars.size();
    }
  }
}

}  // namespace

std::chrono::milliseconds answer_deadline(Purpose purpose) {
  switch (purpose) {
    case Purpose::bulk_writing: return limits::ledger_bulk_deadline;
    case Purpose::auditing: return limits::audit_read_deadline;
    default: return limits::ledger_answer_deadline;
  }
}

ConnectionSettings connection_settings(const std::string& url, Purpose purpose) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> parsed(PQconninfoParse(url.c_str(), &message));
  // It may quote the password.
  PQfreemem(message);
  if (!parsed) throw std::runtime_error("the database URL is not one that PostgreSQL's libpq can read");
  ConnectionSettings settings;
  settings.session = server_settings(purpose);
  for (const PQconninfoOption* option = parsed.get(); option->keyword; ++option) {
    if (!option->val) continue;
    if (std::string_view(option->keyword) != "options") {
      settings.connect.emplace_back(option->keyword, option->val);
      continue;
    }
    const NamedValues given = parse_options(option->val);
    settings.session.insert(settings.session.end(), given.begin(), given.end());
  }
  settings.session = each_once(settings.session);
  NamedValues& connect = settings.connect;
  set_if_missing(connect, "fallback_application_name", "flightdeck");
  set_if_missing(connect, "keepalives_idle", "5");
  set_if_missing(connect, "keepalives_interval", "2");
  set_if_missing(connect, "keepalives_count", "3");
  set_if_missing(connect, "tcp_user_timeout", milliseconds_text(limits::ledger_tcp_user_timeout));
  return settings;
}

std::string without_secrets(std::string text, const NamedValues& connect) {
  const bool has_password =
      std::any_of(connect.begin(), connect.end(), [](const auto& one) { return one.first == "password"; });
  for (const auto& [keyword, value] : connect) {
    if (!value.empty() && !may_be_shown(keyword, value, has_password)) hide(text, value);
  }
  return text;
}

NamedValues parse_options(const std::string& options) {
  NamedValues settings;
  const std::vector<std::string> words = words_of(options);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string setting;
    if (words[i] == "-c") {
      if (++i == words.size()) unreadable_options();
      setting = words[i];
    } else if (words[i].starts_with("-c") || words[i].starts_with("--")) {
      setting = words[i].substr(2);
    }
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) unreadable_options();
    std::string name = setting.substr(0, equals);
    std::replace(name.begin(), name.end(), '-', '_');
    settings.emplace_back(std::move(name), setting.substr(equals + 1));
  }
  return settings;
}

std::vector<ConnectionSettings> one_for_each_server(const ConnectionSettings& settings) {
  std::size_t servers = 1;
  const auto is_list = [](const std::string& keyword) {
    return keyword == "host" || keyword == "hostaddr" || keyword == "port";
  };
  for (const auto& [keyword, value] : settings.connect) {
    if (is_list(keyword)) servers = std::max(servers, split(value).size());
  }
  std::vector<ConnectionSettings> all(servers, settings);
  for (std::size_t server = 0; server < servers; ++server) {
    for (auto& [keyword, value] : all[server].connect) {
      if (!is_list(keyword)) continue;
      const std::vector<std::string> parts = split(value);
      value = parts.size() == 1 ? parts.front() : parts.at(std::min(server, parts.size() - 1));
    }
  }
  return all;
}

}  // namespace flightdeck::postgres

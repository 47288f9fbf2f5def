#include "redis/refusals.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/limits.h"
#include "redis/scripts.h"

namespace flightdeck::redis {

namespace {

using std::string_view;

constexpr std::array general_words{
    string_view("OOM"),     string_view("MISCONF"), string_view("READONLY"), string_view("NOREPLICAS"),
    string_view("LOADING"), string_view("BUSY"),    string_view("MOVED"),    string_view("MASTERDOWN"),
    string_view("NOPERM"),  string_view("ASK"),     string_view("TRYAGAIN"), string_view("CLUSTERDOWN"),
};

bool has(string_view text, string_view part) { return text.find(part) != string_view::npos; }

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }

// Redis 6 puts words of its own before the error of what a script calls.
std::optional<string_view> general_word_in(string_view text) {
  for (const string_view word : general_words) {
    for (std::size_t at = text.find(word); at != string_view::npos; at = text.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool begins = at == 0 || text[at - 1] == ' ' || text[at - 1] == '-';
      if (begins && (end == text.size() || text[end] == ' ')) return word;
    }
  }
  return std::nullopt;
}

// Of servers before and after 7.2, for commands and for what scripts call.
bool wants_a_right(string_view text) {
  return has(text, "can't run this command") || has(text, "can't access at least one of the keys") ||
         has(text, "ACL failure");
}

bool is_unknown_command(string_view text) {
  return has(text, "unknown command") || has(text, "Unknown Redis command");
}

bool is_about_keys(string_view text) {
  return has(text, "of the keys") || has(text, "access a key") || has(text, "access the '");
}

std::string lower(string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lowered;
}

constexpr string_view publishing = "xadd";

}  // namespace

bool is_damage(const Reply& reply) {
  if (reply.kind != Reply::Kind::error) return false;
  const string_view text = reply.text;
  // Redis 6 puts the first word of a script's error behind words of its own. `attempt to`: Lua cannot count
  // with it.
  return has(text, "WRONGTYPE") || has(text, "attempt to ") || has(text, "not an integer") ||
         has(text, "would overflow");
}

bool any_unanswered(const Replies& replies) {
  return std::any_of(replies.begin(), replies.end(), [](const Reply& reply) {
    return reply.kind == Reply::Kind::error && !is_damage(reply);
  });
}

std::optional<Refusal> refusal_of(const Reply& reply) {
  if (reply.kind != Reply::Kind::error || is_damage(reply) || reply.is_error("NOSCRIPT")) return std::nullopt;
  const string_view text = reply.text;
  const string_view first = text.substr(0, std::min(text.find(' '), text.size()));
  Refusal refusal;
  refusal.text = text;
  refusal.in_script = has(text, "script: ") || has(text, "executing the script") || has(text, "user_script");
  refusal.of_keys = is_about_keys(text);
  const bool is_word = !first.empty() && std::all_of(first.begin(), first.end(), is_capital);
  if (is_word && first != "ERR") {
    refusal.word = first;
  } else if (const auto word = general_word_in(text)) {
    refusal.word = *word;
  } else if (wants_a_right(text)) {
    refusal.word = "NOPERM";
  } else if (is_unknown_command(text)) {
    refusal.word = "ERR";
  } else {
    return std::nullopt;
  }
  return refusal;
}

bool is_not_primary(const Refusal& refusal) {
  return refusal.word == "READONLY" || refusal.word == "MASTERDOWN" || refusal.word == "LOADING";
}

std::string name_of(const Command& command, const Refusal& refusal) {
  std::string name = lower(command.word(0));
  if (command.size() < 2) return name;
  if (name == "script" || name == "client" || name == "acl") return name + "|" + lower(command.word(1));
  if (name != "evalsha" || (!refusal.in_script && !refusal.is_general())) return name;
  for (const Script& script : all_scripts()) {
    if (script.sha1 == command.word(1)) return name.append(" ").append(script.name);
  }
  return name;
}

Command write_that_changes_nothing(std::string_view key) {
  Command command("SET");
  command.add(key).add("").add("XX");
  return command;
}

std::vector<RefusedCommand> parse_trial(const Command& look, const Reply& reply) {
  std::vector<RefusedCommand> found;
  if (auto refusal = refusal_of(reply)) {
    std::string name = name_of(look, *refusal);
    found.push_back({std::move(name), *std::move(refusal)});
  }
  // Names and errors in turn.
  for (std::size_t i = 0; i + 1 < reply.texts.size(); i += 2) {
    Reply error;
    error.kind = Reply::Kind::error;
    error.text = reply.texts[i + 1];
    std::optional<Refusal> refusal = refusal_of(error);
    if (!refusal) continue;
    // It is known what was called.
    refusal->in_script = false;
    found.push_back({lower(reply.texts[i]), *std::move(refusal)});
  }
  return found;
}

bool Refusals::refused(const RefusedCommand& one, Time at) {
  Entry& entry = refused_[one.name];
  if (entry.refusal.word != one.refusal.word) entry.named = false;
  entry.refusal = one.refusal;
  entry.at = at;
  if (entry.named || (one.refusal.in_script && !one.refusal.is_general())) return false;
  entry.named = true;
  return true;
}

void Refusals::carried_out(const Command& command) {
  const auto erase = [this](const std::string& name) {
    const auto found = refused_.find(name);
    if (found != refused_.end() && !found->second.refusal.is_general()) refused_.erase(found);
  };
  Refusal right;
  right.word = "NOPERM";
  erase(name_of(command, right));
  right.in_script = true;
  erase(name_of(command, right));
}

std::vector<RefusedCommand> Refusals::looked(const std::vector<RefusedCommand>& found, Time asked_at) {
  const auto is_found = [&found](const std::string& name) {
    return std::any_of(found.begin(), found.end(), [&name](const auto& one) { return one.name == name; });
  };
  const bool cut_short =
      std::any_of(found.begin(), found.end(), [](const auto& one) { return one.refusal.is_general(); });
  // A look that was refused knows of nothing. One that was not has tried every command, and a key of each
  // kind, but perhaps not the key that was refused.
  std::erase_if(refused_, [&](const auto& known) {
    const Entry& entry = known.second;
    if (cut_short || is_found(known.first) || entry.at > asked_at) return false;
    if (entry.refusal.is_general()) return entry.at + limits::redis_refusal_quiet <= asked_at;
    const bool looks_see_it = !entry.refusal.of_keys || entry.seen_by_look;
    return looks_see_it || entry.at + limits::redis_refused_key_quiet <= asked_at;
  });
  std::vector<RefusedCommand> to_name;
  for (const RefusedCommand& one : found) {
    if (refused(one, asked_at)) to_name.push_back(one);
    refused_[one.name].seen_by_look = true;
  }
  for (auto& [name, entry] : refused_) {
    const bool told_by_another = !found.empty();
    if (!told_by_another && !std::exchange(entry.named, true)) to_name.push_back({name, entry.refusal});
  }
  return to_name;
}

void Refusals::forget() { refused_.clear(); }

bool Refusals::any_general() const {
  return std::any_of(refused_.begin(), refused_.end(),
                     [](const auto& known) { return known.second.refusal.is_general(); });
}

bool Refusals::of_gate_or_index() const {
  return std::any_of(refused_.begin(), refused_.end(), [](const auto& known) {
    return known.second.refusal.is_general() || known.first != publishing;
  });
}

}  // namespace flightdeck::redis

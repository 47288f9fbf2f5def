// The database URL, read and completed for one of the ledger's connections.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace flightdeck::postgres {

// `bulk_writing`: as `writing`, of imports, whose commits may take long.
enum class Purpose { writing, bulk_writing, reading, auditing, migration };
constexpr bool writes(Purpose purpose) {
  return purpose == Purpose::writing || purpose == Purpose::bulk_writing;
}
// For a whole begin, commit or read.
std::chrono::milliseconds answer_deadline(Purpose purpose);

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// What the URL says wins.
struct ConnectionSettings {
  // Keywords of libpq.
  NamedValues connect;
  // Parameters of the server, each once. They are set when the connection stands: a pooler in between takes
  // none in the startup packet.
  NamedValues session;
};

// Throws std::runtime_error, without the text of the URL: it may hold a password.
ConnectionSettings connection_settings(const std::string& url, Purpose purpose);

// One list of settings for each server that the URL names, in order. libpq can try several by itself, but
// then the silence of the first one uses up the time of the others.
std::vector<ConnectionSettings> one_for_each_server(const ConnectionSettings& settings);

// What is said about a connection, without values of the URL that are, or may be, a secret: the password; a
// user without one, who may be it; and whatever has no form of its own, as the rest of a password with a `@`
// or `/` that nobody encoded.
std::string without_secrets(std::string text, const NamedValues& connect);

// What `options` of a URL sets: `-c NAME=VALUE`, `-cNAME=VALUE` and `--NAME=VALUE`, with a backslash before a
// blank that belongs to the value. Throws std::runtime_error at anything else.
NamedValues parse_options(const std::string& options);

}  // namespace flightdeck::postgres

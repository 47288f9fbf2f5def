// The database URL, read and completed for one of the ledger's connections.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace flightdeck::postgres {

enum class Purpose { writing, reading, auditing, migration };

// Keywords of libpq with their values; what the URL says wins.
using ConnectionSettings = std::vector<std::pair<std::string, std::string>>;

// Throws std::runtime_error, without the text of the URL: it may hold a password.
ConnectionSettings connection_settings(const std::string& url, Purpose purpose);

// One list of settings for each server that the URL names, in order. libpq can try several by itself, but then the
// silence of the first one uses up the time of the others.
std::vector<ConnectionSettings> one_for_each_server(const ConnectionSettings& settings);

}  // namespace flightdeck::postgres

// What the server counts about itself, read off its /metrics page.
#pragma once

#include <string>
#include <vector>

#include "support/http_client.h"

namespace flightdeck::test {

// The sum of all samples of that name whose labels contain every one of `labels`; -1 when there are none.
double metric(HttpClient& http, const std::string& name, const std::vector<std::string>& labels = {});

// The same, of a counter that may not be there before its first event.
double counter(HttpClient& http, const std::string& name, const std::vector<std::string>& labels = {});

}  // namespace flightdeck::test

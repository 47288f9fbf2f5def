// Entity tags, and the preconditions that requests set with them (RFC 9110, 8.8.3 and 13).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.h"
#include "ledger/precondition.h"
#include "net/field_errors.h"

namespace flightdeck::api {

struct EntityTag {
  // The tag with its quotes.
  std::string_view text;
  bool weak = false;
};

// The value of If-Match or If-None-Match.
struct EntityTags {
  // True for `*`.
  bool any = false;
  std::vector<EntityTag> listed;
};

// nullopt: the value is malformed or lists more than limits::entity_tags tags. The result has views into
// `value`.
std::optional<EntityTags> parse_entity_tags(std::string_view value);

// The conditions that a request sets for the entity tag of its target. They are views into the request.
struct Preconditions {
  std::optional<EntityTags> if_match;
  std::optional<EntityTags> if_none_match;
};

// A malformed header is added to `errors`.
Preconditions read_preconditions(const http::Request& request, net::FieldErrors& errors);

enum class ReadVerdict { proceed, not_modified, failed };
// The verdict on a GET or HEAD of something with this tag. The tag is strong and has its quotes.
ReadVerdict judge_read(const Preconditions& asked, std::string_view tag);

// The same conditions for the ledger, of a flight whose tag is its version. Null: there is no condition.
std::shared_ptr<const ledger::Precondition> of_versions(const Preconditions& asked);

// The tag of a version, with quotes.
std::string version_tag(std::int64_t version);

}  // namespace flightdeck::api

// Entity tags, and what requests make depend on them (RFC 9110, 8.8.3 and 13).
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
  // With its quotes.
  std::string_view text;
  bool weak = false;
};

// The value of If-Match or If-None-Match.
struct EntityTags {
  // `*`.
  bool any = false;
  std::vector<EntityTag> listed;
};

// nullopt: malformed, or of more than limits::entity_tags. Views into `value`.
std::optional<EntityTags> parse_entity_tags(std::string_view value);

// What a request asks of the tag of what it is about. Views into the request.
struct Preconditions {
  std::optional<EntityTags> if_match;
  std::optional<EntityTags> if_none_match;
};

// Records a field that is malformed.
Preconditions read_preconditions(const http::Request& request, net::FieldErrors& errors);

enum class ReadVerdict { proceed, not_modified, failed };
// Of a GET or HEAD of what has this tag (with quotes, strong).
ReadVerdict judge_read(const Preconditions& asked, std::string_view tag);

// As the ledger judges it, of flights whose tags are their versions; null: nothing is asked.
std::shared_ptr<const ledger::Precondition> of_versions(const Preconditions& asked);

// The tag of a version, with quotes.
std::string version_tag(std::int64_t version);

}  // namespace flightdeck::api

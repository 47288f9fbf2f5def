#include "api/preconditions.h"

#include <algorithm>
#include <charconv>

#include "core/limits.h"

namespace flightdeck::api {

namespace {

constexpr std::string_view blanks = " \t";

bool is_tag_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x21 || (byte >= 0x23 && byte != 0x7F);
}

void skip(std::string_view& text, std::string_view characters) {
  text.remove_prefix(std::min(text.find_first_not_of(characters), text.size()));
}

std::optional<EntityTag> take_tag(std::string_view& text) {
  EntityTag tag;
  tag.weak = text.starts_with("W/");
  if (tag.weak) text.remove_prefix(2);
  if (!text.starts_with('"')) return std::nullopt;
  const std::size_t end = text.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  tag.text = text.substr(0, end + 1);
  const std::string_view opaque = text.substr(1, end - 1);
  if (!std::all_of(opaque.begin(), opaque.end(), is_tag_character)) return std::nullopt;
  text.remove_prefix(end + 1);
  return tag;
}

bool match_strongly(const EntityTags& tags, std::string_view tag) {
  return tags.any || std::any_of(tags.listed.begin(), tags.listed.end(),
                                 [tag](const EntityTag& one) { return !one.weak && one.text == tag; });
}

bool match_weakly(const EntityTags& tags, std::string_view tag) {
  return tags.any || std::any_of(tags.listed.begin(), tags.listed.end(),
                                 [tag](const EntityTag& one) { return one.text == tag; });
}

// nullopt: a tag that no version has. Tags are compared character by character: "03" is not "3".
std::optional<std::int64_t> version_of(const EntityTag& tag) {
  const std::string_view number = tag.text.substr(1, tag.text.size() - 2);
  if (number.empty() || number.front() < '1' || number.front() > '9') return std::nullopt;
  std::int64_t version = 0;
  const auto read = std::from_chars(number.data(), number.data() + number.size(), version);
  if (read.ec != std::errc() || read.ptr != number.data() + number.size()) return std::nullopt;
  return version;
}

ledger::Versions versions_of(const EntityTags& tags, bool weak_ones) {
  ledger::Versions versions{tags.any, {}};
  for (const EntityTag& tag : tags.listed) {
    if (tag.weak && !weak_ones) continue;
    if (const auto version = version_of(tag)) versions.listed.push_back(*version);
  }
  return versions;
}

std::optional<EntityTags> read_field(const http::Request& request, http::Header header, std::string_view name,
                                     net::FieldErrors& errors) {
  const std::optional<std::string_view> value = request.header(header);
  if (!value) return std::nullopt;
  std::optional<EntityTags> tags = parse_entity_tags(*value);
  if (!tags) {
    errors.add(name, R"(must be *, or a list of at most )" + std::to_string(limits::entity_tags) +
                         R"( entity tags such as "3" and W/"3")");
  }
  return tags;
}

}  // namespace

std::optional<EntityTags> parse_entity_tags(std::string_view value) {
  EntityTags tags;
  if (value == "*") {
    tags.any = true;
    return tags;
  }
  // Empty elements are forgiven (RFC 9110, 5.6.1).
  for (skip(value, " \t,"); !value.empty(); skip(value, " \t,")) {
    const std::optional<EntityTag> tag = take_tag(value);
    if (!tag || tags.listed.size() == limits::entity_tags) return std::nullopt;
    tags.listed.push_back(*tag);
    skip(value, blanks);
    if (!value.empty() && value.front() != ',') return std::nullopt;
  }
  return tags;
}

Preconditions read_preconditions(const http::Request& request, net::FieldErrors& errors) {
  return {read_field(request, http::Header::if_match, "If-Match", errors),
          read_field(request, http::Header::if_none_match, "If-None-Match", errors)};
}

ReadVerdict judge_read(const Preconditions& asked, std::string_view tag) {
  if (asked.if_match && !match_strongly(*asked.if_match, tag)) return ReadVerdict::failed;
  if (asked.if_none_match && match_weakly(*asked.if_none_match, tag)) return ReadVerdict::not_modified;
  return ReadVerdict::proceed;
}

std::shared_ptr<const ledger::Precondition> of_versions(const Preconditions& asked) {
  if (!asked.if_match && !asked.if_none_match) return nullptr;
  auto condition = std::make_shared<ledger::Precondition>();
  if (asked.if_match) condition->if_match = versions_of(*asked.if_match, false);
  if (asked.if_none_match) condition->if_none_match = versions_of(*asked.if_none_match, true);
  return condition;
}

std::string version_tag(std::int64_t version) { return '"' + std::to_string(version) + '"'; }

}  // namespace flightdeck::api

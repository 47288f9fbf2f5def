// JSON as the tests read it: a missing field or a wrong type throws with a message that shows the document.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace flightdeck::test {

namespace json = boost::json;

inline const json::value& field(const json::value& document, std::string_view name) {
  const json::object* object = document.if_object();
  const json::value* found = object != nullptr ? object->if_contains(name) : nullptr;
  if (found == nullptr) {
    throw std::runtime_error("no field '" + std::string(name) + "' in " + json::serialize(document));
  }
  return *found;
}

inline std::string text(const json::value& document, std::string_view name) {
  const json::value& value = field(document, name);
  if (!value.is_string()) {
    throw std::runtime_error("'" + std::string(name) + "' is no string in " + json::serialize(document));
  }
  return std::string(value.get_string());
}

inline std::int64_t number(const json::value& document, std::string_view name) {
  const json::value& value = field(document, name);
  if (!value.is_int64()) {
    throw std::runtime_error("'" + std::string(name) + "' is no integer in " + json::serialize(document));
  }
  return value.get_int64();
}

inline bool is_null(const json::value& document, std::string_view name) {
  return field(document, name).is_null();
}

inline const json::array& list(const json::value& document, std::string_view name) {
  const json::value& value = field(document, name);
  if (!value.is_array()) {
    throw std::runtime_error("'" + std::string(name) + "' is no list in " + json::serialize(document));
  }
  return value.get_array();
}

// The named string field of every element.
inline std::vector<std::string> texts(const json::array& documents, std::string_view name) {
  std::vector<std::string> all;
  for (const json::value& document : documents) all.push_back(text(document, name));
  return all;
}

}  // namespace flightdeck::test

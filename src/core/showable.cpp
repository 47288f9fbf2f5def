#include "core/showable.h"

#include <algorithm>
#include <array>

namespace flightdeck {

namespace {

constexpr std::size_t shown_bytes_max = 256;

bool in_names(char c) { return (c >= 'a' && c <= 'z') || c == '-'; }

}  // namespace

bool is_secret(std::string_view setting) {
  constexpr std::array<std::string_view, 5> endings{"url", "secret", "key", "password", "token"};
  return std::any_of(endings.begin(), endings.end(), [setting](std::string_view ending) {
    if (!setting.ends_with(ending)) return false;
    const std::size_t before = setting.size() - ending.size();
    return before == 0 || setting[before - 1] == '-';
  });
}

bool is_showable(std::string_view text) {
  return text.size() <= shown_bytes_max && text.find("://") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return c != '@' && c != '=' && static_cast<unsigned char>(c) >= 0x20 && c != 0x7F;
         });
}

std::string showable(std::string_view text) {
  return is_showable(text) ? std::string(text) : std::string("(not shown)");
}

std::string showable_name(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), in_names);
  return plain && !name.empty() ? std::string(name) : std::string("(not shown)");
}

std::string but_given(std::string_view setting, std::string_view value) {
  if (is_secret(setting) || !is_showable(value)) return {};
  return ", not \"" + std::string(value) + "\"";
}

std::string flag_name(std::string_view word) {
  constexpr std::string_view dashes = "--";
  if (!word.starts_with(dashes)) return {};
  const std::string_view name = word.substr(0, word.find('='));
  const std::string_view letters = name.substr(dashes.size());
  const bool plain = std::all_of(letters.begin(), letters.end(), in_names);
  return plain && !letters.empty() ? std::string(name) : std::string();
}

}  // namespace flightdeck

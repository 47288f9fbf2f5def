// The Unicode properties that matter for names of places and flights. Text is UTF-8.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace flightdeck {

// The property White_Space: blanks of every width, including no-break ones, tabs and line ends.
bool is_white_space(char32_t character);

// True for characters that nobody sees, so that two different texts may look the same: control and format
// characters, line and paragraph separators, characters that are ignored when text is shown (joiners,
// fillers, variation selectors, tags), the blank Braille pattern, and code points that are no characters
// (such as U+FFFE). White space within a line is visible.
bool is_invisible(char32_t character);

// The text without the white space at both ends.
std::string_view trim_white_space(std::string_view text);

// The number of characters. nullopt when the text is not UTF-8 or one of them is invisible.
std::optional<std::size_t> count_visible(std::string_view text);

}  // namespace flightdeck

// What Unicode says of characters that names of places and flights are made of. Text is UTF-8.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace flightdeck {

// The property White_Space: blanks of every width, no-break ones too, tabs and line ends.
bool is_white_space(char32_t character);

// What nobody sees, so that two texts may look the same and differ: control and format characters, line and
// paragraph separators, all that is ignored when it is shown (joiners, fillers, variation selectors, tags),
// the blank Braille pattern, and what is no character (U+FFFE and its like). White space within a line is
// none of these.
bool is_invisible(char32_t character);

// Without the white space at both ends.
std::string_view trim_white_space(std::string_view text);

// How many characters these are; nullopt when it is no UTF-8, or one of them is invisible.
std::optional<std::size_t> count_visible(std::string_view text);

}  // namespace flightdeck

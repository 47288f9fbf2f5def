// How messages and logs may repeat what people wrote on a command line, in the environment or in a file. The
// whole program has one rule: a value that may hold a password is not shown, whether it is well formed or
// not.
#pragma once

#include <string>
#include <string_view>

namespace flightdeck {

// True for settings whose value is never shown. Their names end in `url`, `secret`, `key`, `password` or
// `token`.
bool is_secret(std::string_view setting);

// True when the text shows no sign of a password: no `@`, `=`, `://` or control character, and at most 256
// bytes.
bool is_showable(std::string_view text);
// The text itself, or a note that it is not shown.
std::string showable(std::string_view text);

// As `showable`, for the name of a setting or a command, which consists of small letters and hyphens.
std::string showable_name(std::string_view name);

// The end of a message that refuses the value of a setting, such as `, not "1.5"`. Empty when the value may
// not be shown.
std::string but_given(std::string_view setting, std::string_view value);

// The name in a word such as `--redis-url=…`: `--redis-url`. Empty when the word is no flag.
std::string flag_name(std::string_view word);

}  // namespace flightdeck

// What people wrote on a command line, in the environment or in a file, as messages and logs may repeat it.
// One rule for all of the program: a value that may hold a password is not shown, whether it has the form
// that it should have or not.
#pragma once

#include <string>
#include <string_view>

namespace flightdeck {

// The setting's value is never shown: names that end in `url`, `secret`, `key`, `password` or `token`.
bool is_secret(std::string_view setting);

// It has none of the marks of something with a password in it: `@`, `=`, `://`, a control character, more
// than 256 bytes.
bool is_showable(std::string_view text);
// The text, or that it is not shown.
std::string showable(std::string_view text);

// As `showable`, of what should be the name of a setting or a command: small letters and hyphens.
std::string showable_name(std::string_view name);

// `, not "1.5"`: what was given for a setting that refuses it; empty when it may not be shown.
std::string but_given(std::string_view setting, std::string_view value);

// `--redis-url` of `--redis-url=…`; empty when the word does not begin as the name of a flag does.
std::string flag_name(std::string_view word);

}  // namespace flightdeck

#include "app/config.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>
#include <stdexcept>
#include <utility>

#include "app/config_file.h"
#include "app/settings.h"
#include "app/stress_settings.h"
#include "core/showable.h"
#include "core/version.h"

namespace flightdeck::app {

namespace {

constexpr const char* layers_note =
    "Every setting is also an environment variable (FLIGHTDECK_ and its name in capitals, such as\n"
    "FLIGHTDECK_LOG_LEVEL) and a key of the settings file (log-level = \"warn\"). A flag wins over the\n"
    "environment, the environment over the file.\n"
    "Exit codes: 0 done, 1 failed at work, 2 wrong usage or settings.";

constexpr const char* see_help = " (see flightdeck --help)";

// The settings or the command line are wrong; the text says where and how.
class WrongUsage : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string help_of(const Setting& setting) {
  if (setting.default_value.empty()) return setting.help + ".";
  return setting.help + " (default " + setting.default_value + ").";
}

// A complaint of the parser's own, which may repeat what was given.
std::string without_values(std::string text, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    const std::string name = flag_name(argument);
    const std::string value =
        name.empty() ? argument : argument.substr(std::min(name.size() + 1, argument.size()));
    if (value.empty()) continue;
    for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at))
      text.erase(at, value.size());
  }
  return text;
}

class Parser {
 public:
  explicit Parser(const Environment& environment)
      : environment_(environment),
        settings_(all_settings(environment)),
        app_("Flightdeck: flight search, booking and payment.", "flightdeck"),
        serve_(add_command("serve", "Runs the service.")),
        migrate_(add_command("migrate", "Brings the database to the schema of this version.")),
        import_(add_command("import",
                            "Loads a flight schedule (CSV) into the database: adds and updates flights.")),
        audit_(add_command(
            "audit", "Checks that database and Redis agree and that nothing is lost; servers may run.")),
        stress_(app_.add_subcommand(
            "stress",
            "Books on a running deployment as hard as it is told to, then audits that every seat adds up.")),
        stress_settings_(*stress_, environment) {
    app_.set_version_flag("--version", "flightdeck " + std::string(kVersion));
    app_.require_subcommand(1);
    app_.get_formatter()->column_width(34);
    import_->add_option("file", file_, "The schedule.")->required()->type_name("FILE");
    import_
        ->add_option("--shift-to", shift_to_,
                     "Move the schedule by whole days, so that its first day is this one.")
        ->type_name("YYYY-MM-DD");
    audit_->add_flag("--json", json_, "Print the report as JSON.");
  }

  CommandLine parse(const std::vector<std::string>& arguments) {
    if (!arguments.empty() && !arguments.front().starts_with('-') && !is_command(arguments.front())) {
      return refuse("there is no command \"" + showable_name(arguments.front()) +
                    "\", only serve, migrate, import, audit and stress" + see_help);
    }
    // As CLI11 wants them.
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
      app_.parse(std::move(reversed));
      return command();
    } catch (const CLI::CallForHelp&) {
      return EarlyExit{0, app_.help(), {}};
    } catch (const CLI::CallForVersion& version) {
      return EarlyExit{0, std::string(version.what()) + "\n", {}};
    } catch (const CLI::ExtrasError&) {
      return refuse("does not know what to do with " + place_of_extra(arguments) + see_help);
    } catch (const CLI::ArgumentMismatch& error) {
      const std::string what = error.what();
      return refuse(what.substr(0, what.find(':')) + ": takes one value, once" + see_help);
    } catch (const CLI::ParseError& error) {
      return refuse(without_values(error.what(), arguments) + see_help);
    } catch (const WrongUsage& error) {
      return refuse(error.what());
    }
  }

 private:
  // In the order of settings_.
  using Given = std::vector<CLI::Option*>;

  static EarlyExit refuse(std::string what) {
    std::replace(what.begin(), what.end(), '\n', ' ');
    return EarlyExit{2, {}, "flightdeck: " + what + "\n"};
  }

  // The first word that is too many: by its name when it is a flag, else by where it stands. It may be the
  // rest of a value that somebody forgot to put into quotes.
  std::string place_of_extra(const std::vector<std::string>& arguments) const {
    const std::vector<std::string> extras = app_.remaining(true);
    if (extras.empty()) return "its arguments";
    const std::string name = flag_name(extras.front());
    if (!name.empty()) return "\"" + name + "\"";
    const auto found = std::find(arguments.begin(), arguments.end(), extras.front());
    return "argument " + std::to_string(found - arguments.begin() + 1);
  }

  bool is_command(const std::string& name) const {
    return stress_->get_name() == name ||
           std::any_of(given_.begin(), given_.end(),
                       [&name](const auto& command) { return command.first->get_name() == name; });
  }

  CLI::App* add_command(const char* name, const char* description) {
    CLI::App* command = app_.add_subcommand(name, description);
    command->footer(layers_note);
    command
        ->add_option("--config", config_file_, "Read settings from this file, TOML of the form key = value.")
        ->type_name("FILE");
    Given& given = given_[command];
    for (const Setting& setting : settings_) {
      CLI::Option* option = command->add_option("--" + setting.name)->description(help_of(setting));
      option->type_name(setting.form)->expected(1);
      given.push_back(option);
    }
    return command;
  }

  CommandLine command() {
    if (serve_->parsed()) return ServeCommand{resolve(serve_)};
    if (migrate_->parsed()) return MigrateCommand{resolve(migrate_)};
    if (audit_->parsed()) return AuditCommand{resolve(audit_), json_};
    if (stress_->parsed()) {
      auto stress = stress_settings_.resolve();
      if (!stress) throw WrongUsage(stress.error().detail);
      return *std::move(stress);
    }
    ImportCommand import{resolve(import_), file_, std::nullopt};
    if (!shift_to_.empty()) {
      import.shift_to = parse_date(shift_to_);
      if (!import.shift_to)
        throw WrongUsage("--shift-to: must be a date YYYY-MM-DD" + but_given("shift-to", shift_to_));
    }
    return import;
  }

  std::optional<std::string> environment_value(const std::string& name) const {
    auto value = environment_(name);
    if (value && value->empty()) return std::nullopt;
    return value;
  }

  Config resolve(const CLI::App* command) {
    const std::vector<ConfigFileEntry> file_entries = read_file();
    Config config;
    bool listen_given = false;
    const Given& given = given_.at(command);
    for (std::size_t i = 0; i < settings_.size(); ++i) {
      const bool was_given = take(config, settings_[i], *given[i], file_entries);
      if (settings_[i].name == "listen") listen_given = was_given;
    }
    if (config.role == Role::payment_mock && !listen_given) config.listen.port = payment_mock_port;
    // It is that service.
    if (config.role == Role::payment_mock) config.payment.service.reset();
    if (const auto complaint = check_together(config)) throw WrongUsage(*complaint);
    return config;
  }

  std::vector<ConfigFileEntry> read_file() {
    if (config_file_.empty()) config_file_ = environment_value("FLIGHTDECK_CONFIG").value_or("");
    if (config_file_.empty()) return {};
    auto entries = read_config_file(config_file_);
    if (!entries) throw WrongUsage(entries.error().detail);
    for (const ConfigFileEntry& entry : *entries) {
      const bool known = std::any_of(settings_.begin(), settings_.end(),
                                     [&entry](const Setting& setting) { return setting.name == entry.key; });
      if (!known) throw WrongUsage(place_of(entry) + ": there is no such setting");
    }
    return *std::move(entries);
  }

  std::string place_of(const ConfigFileEntry& entry) const {
    return showable(config_file_) + ":" + std::to_string(entry.line) + ": " + showable_name(entry.key);
  }

  // False: the default.
  bool take(Config& config, const Setting& setting, const CLI::Option& flag,
            const std::vector<ConfigFileEntry>& file_entries) const {
    if (flag.count() > 0) {
      apply(config, setting, "--" + setting.name, flag.results().front());
      return true;
    }
    if (const auto value = environment_value(setting.environment_name())) {
      apply(config, setting, setting.environment_name(), *value);
      return true;
    }
    const auto entry = std::find_if(file_entries.begin(), file_entries.end(),
                                    [&setting](const ConfigFileEntry& e) { return e.key == setting.name; });
    if (entry != file_entries.end()) {
      apply(config, setting, place_of(*entry), entry->value);
      return true;
    }
    if (!setting.default_value.empty()) apply(config, setting, setting.name, setting.default_value);
    return false;
  }

  static void apply(Config& config, const Setting& setting, const std::string& place,
                    const std::string& value) {
    if (const auto complaint = setting.apply(config, value)) {
      throw WrongUsage(place + ": " + *complaint + but_given(setting.name, value));
    }
  }

  const Environment& environment_;
  std::vector<Setting> settings_;
  std::map<const CLI::App*, Given> given_;
  std::string config_file_;
  std::string file_;
  std::string shift_to_;
  bool json_ = false;
  CLI::App app_;
  // Made by add_command, which fills the members above.
  CLI::App* serve_;
  CLI::App* migrate_;
  CLI::App* import_;
  CLI::App* audit_;
  CLI::App* stress_;
  StressSettings stress_settings_;
};

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
}

CommandLine parse_command_line(const std::vector<std::string>& arguments, const Environment& environment) {
  return Parser(environment).parse(arguments);
}

}  // namespace flightdeck::app

#include "app/run.h"

int main(int argc, char** argv) {
  using namespace flightdeck::app;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  return run(parse_command_line(arguments, process_environment()));
}

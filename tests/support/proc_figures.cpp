#include "support/proc_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include "support/sanitizers.h"

namespace flightdeck::test {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kBuildFactor = kSanitized ? 8 : 1;
// AddressSanitizer's quarantine.
constexpr std::size_t kFreedAndKept = kSanitized ? 256 * 1024 * 1024 : 0;

}  // namespace

std::size_t open_descriptors(pid_t pid) {
  const fs::directory_iterator all(fs::path("/proc") / std::to_string(pid) / "fd");
  return static_cast<std::size_t>(std::distance(fs::begin(all), fs::end(all)));
}

std::size_t roomy(std::size_t usual) { return kBuildFactor * usual + kFreedAndKept; }

std::size_t resident_bytes(pid_t pid) {
  std::ifstream statm(fs::path("/proc") / std::to_string(pid) / "statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  if (!(statm >> size >> resident)) throw std::runtime_error("no process " + std::to_string(pid));
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::runtime_error("no limit of descriptors is told");
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}

}  // namespace flightdeck::test

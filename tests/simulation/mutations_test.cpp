// The mutations that `./dev simulate --mutations` applies still fit the code.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace flightdeck::simulation {
namespace {

namespace fs = std::filesystem;

const std::string root = FLIGHTDECK_SOURCE_DIR;

bool fits(const fs::path& patch, const std::string& flags) {
  const std::string command = "patch -d '" + root + "' -p1 --dry-run -s --fuzz=0 " + flags + " < '" +
                              patch.string() + "' > /dev/null";
  return std::system(command.c_str()) == 0;
}

TEST(Mutations, FitTheCode) {
  int count = 0;
  for (const auto& entry : fs::directory_iterator(root + "/tests/simulation/mutations")) {
    EXPECT_EQ(entry.path().extension(), ".patch");
    EXPECT_TRUE(fits(entry.path(), "")) << entry.path().filename();
    EXPECT_FALSE(fits(entry.path(), "-R -f")) << entry.path().filename() << " is in the code already";
    ++count;
  }
  EXPECT_GE(count, 14);
}

}  // namespace
}  // namespace flightdeck::simulation

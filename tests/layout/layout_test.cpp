// The project's own tree keeps the rules, and the checks bite: each is fed a tree that breaks its rule.
#include "layout/layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace flightdeck::layout {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ProjectTree, IncludesGoOneWay) {
  EXPECT_THAT(check_includes(FLIGHTDECK_SOURCE_DIR, project_rules(FLIGHTDECK_SOURCE_DIR)), IsEmpty());
}

TEST(ProjectTree, BuildsEverySourceFile) {
  EXPECT_THAT(check_built(FLIGHTDECK_SOURCE_DIR, FLIGHTDECK_BUILD_DIR "/compile_commands.json"), IsEmpty());
}

TEST(ProjectTree, KeepsFilesShort) {
  EXPECT_THAT(check_length(FLIGHTDECK_SOURCE_DIR, project_rules(FLIGHTDECK_SOURCE_DIR)), IsEmpty());
}

TEST(ProjectTree, NamesFilesByWhatIsInside) {
  EXPECT_THAT(check_names(FLIGHTDECK_SOURCE_DIR, project_rules(FLIGHTDECK_SOURCE_DIR)), IsEmpty());
}

TEST(ProjectTree, UsesNoRetiredWord) {
  EXPECT_THAT(check_words(FLIGHTDECK_SOURCE_DIR, project_rules(FLIGHTDECK_SOURCE_DIR)), IsEmpty());
}

TEST(ProjectTree, KeepsLinesShort) {
  EXPECT_THAT(check_width(FLIGHTDECK_SOURCE_DIR, project_rules(FLIGHTDECK_SOURCE_DIR)), IsEmpty());
}

TEST(ProjectTree, HasCommentsAboveWhatTheyExplain) {
  EXPECT_THAT(check_comments(FLIGHTDECK_SOURCE_DIR), IsEmpty());
}

class LayoutCheck : public ::testing::Test {
 protected:
  LayoutCheck() {
    std::string pattern = fs::temp_directory_path() / "flightdeck-layout-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
    // Those are of the project's own tree.
    rules_.long_files.clear();
    rules_.rights_are_used = false;
  }
  ~LayoutCheck() override { fs::remove_all(root_); }

  void write(const fs::path& name, const std::string& text) {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name) << text;
  }
  Problems includes_of(const fs::path& name, const std::string& text) {
    write(name, text);
    return check_includes(root_, rules_);
  }

  fs::path root_;
  Rules rules_ = project_rules(FLIGHTDECK_SOURCE_DIR);
};

TEST_F(LayoutCheck, AllowsIncludesOfTheOwnAndLowerFolders) {
  EXPECT_THAT(
      includes_of("src/booking/decide.cpp",
                  "#include \"booking/decide.h\"\n#include \"flights/flight.h\"\n#include <vector>\n"),
      IsEmpty());
  EXPECT_THAT(includes_of("src/main.cpp", "#include \"app/app.h\"\n"), IsEmpty());
  EXPECT_THAT(includes_of("src/http/server.h", "#include <boost/asio.hpp>\n"), IsEmpty());
}

TEST_F(LayoutCheck, RefusesAnUpwardInclude) {
  EXPECT_THAT(includes_of("src/flights/flight.h", "#include \"booking/booking.h\"\n"),
              ElementsAre("src/flights/flight.h: flights may not include booking/booking.h"));
}

TEST_F(LayoutCheck, RefusesARightThatNobodyUses) {
  rules_.rights_are_used = true;
  rules_.may_include = {{"core", {}}, {"flights", {"core", "events"}}};
  EXPECT_THAT(includes_of("src/flights/flight.h", "#include \"core/ids.h\"\n"),
              ElementsAre("flights includes nothing of events, and need not be allowed to"));
}

TEST_F(LayoutCheck, RefusesASidewaysInclude) {
  EXPECT_THAT(includes_of("src/sqlite/ledger.cpp", "#  include \"memory/ledger.h\"\n"),
              ElementsAre(HasSubstr("sqlite may not include memory/ledger.h")));
}

TEST_F(LayoutCheck, RefusesAnIncludeFromOutsideItsFolder) {
  EXPECT_THAT(includes_of("src/flights/flight.cpp", "#include \"../booking/booking.h\"\n"),
              ElementsAre(HasSubstr("may not include ../booking/booking.h")));
  EXPECT_THAT(includes_of("src/flights/flight.cpp", "#include \"flight.h\"\n"),
              ElementsAre(HasSubstr("without its folder")));
}

TEST_F(LayoutCheck, RefusesTechnologyInBusinessFolders) {
  for (const std::string header :
       {"boost/asio.hpp", "boost/beast/http.hpp", "boost/redis.hpp", "boost/json.hpp", "boost/url.hpp",
        "spdlog/spdlog.h", "prometheus/counter.h", "CLI/CLI.hpp"}) {
    for (const std::string& folder : rules_.business) {
      const std::string file = "src/" + folder + "/x.cpp";
      EXPECT_THAT(includes_of(file, "#include <" + header + ">\n"), ElementsAre(HasSubstr(header))) << folder;
      fs::remove(root_ / file);
    }
  }
}

TEST_F(LayoutCheck, RefusesAFolderWithoutARule) {
  EXPECT_THAT(includes_of("src/novel/x.h", ""), ElementsAre(HasSubstr("no rule")));
}

TEST_F(LayoutCheck, LetsOnlyTestsIncludeTestSupport) {
  EXPECT_THAT(includes_of("src/core/ids_test.cpp", "#include \"support/clock.h\"\n"), IsEmpty());
  EXPECT_THAT(includes_of("src/core/ids_test.cpp", "#include \"doubles/manual_loop.h\"\n"), IsEmpty());
  EXPECT_THAT(includes_of("src/core/ids.cpp", "#include \"support/clock.h\"\n"),
              ElementsAre(HasSubstr("support")));
}

TEST_F(LayoutCheck, RefusesAnUnbuiltSourceFile) {
  write("src/core/built.cpp", "");
  write("src/core/forgotten.cpp", "");
  write("tests/contract/forgotten_test.cpp", "");
  write("bench/forgotten_benchmark.cpp", "");
  write("src/core/header.h", "");
  write("compile_commands.json", "[{\n  \"file\": \"" + (root_ / "src/core/built.cpp").string() + "\"\n}]\n");
  EXPECT_THAT(check_built(root_, root_ / "compile_commands.json"),
              ElementsAre(HasSubstr("bench/forgotten_benchmark.cpp"), HasSubstr("src/core/forgotten.cpp"),
                          HasSubstr("tests/contract/forgotten_test.cpp")));

  const fs::path unity = root_ / "unity_0_cxx.cxx";
  write(unity.filename(), "#include \"" + (root_ / "src/core/forgotten.cpp").string() + "\"\n");
  write("compile_commands.json", "[{\n  \"file\": \"" + unity.string() + "\"\n}]\n");
  EXPECT_THAT(check_built(root_, root_ / "compile_commands.json"),
              ElementsAre(HasSubstr("bench/forgotten_benchmark.cpp"), HasSubstr("src/core/built.cpp"),
                          HasSubstr("tests/contract/forgotten_test.cpp")));
}

TEST_F(LayoutCheck, RefusesALongFileWithoutAReason) {
  std::string lines;
  for (int i = 0; i < rules_.longest_file; ++i) lines += "\n";
  write("src/core/short.cpp", lines);
  EXPECT_THAT(check_length(root_, rules_), IsEmpty());
  write("src/core/long.cpp", lines + "\n");
  EXPECT_THAT(check_length(root_, rules_), ElementsAre(HasSubstr("src/core/long.cpp: 501 lines")));
  rules_.long_files["src/core/long.cpp"] = "";
  EXPECT_THAT(check_length(root_, rules_), ElementsAre(HasSubstr("501 lines"), HasSubstr("without reason")));
  rules_.long_files["src/core/long.cpp"] = "one table";
  EXPECT_THAT(check_length(root_, rules_), IsEmpty());
}

TEST_F(LayoutCheck, RefusesAReasonForAFileThatIsNotLong) {
  write("src/core/short.cpp", "");
  rules_.long_files["src/core/short.cpp"] = "was long once";
  EXPECT_THAT(check_length(root_, rules_), ElementsAre(HasSubstr("listed as long")));
}

TEST_F(LayoutCheck, RefusesNamesThatSayNothing) {
  write("src/core/string_utils.h", "");
  write("src/common/ids.h", "");
  write("src/booking/booking_manager.cpp", "");
  write("tests/helpers.cpp", "");
  write("src/booking/commonplace.cpp", "");
  EXPECT_THAT(check_names(root_, rules_),
              ElementsAre(HasSubstr("src/booking/booking_manager.cpp"), HasSubstr("src/common"),
                          HasSubstr("src/core/string_utils.h"), HasSubstr("tests/helpers.cpp")));
}

TEST_F(LayoutCheck, RefusesARetiredWord) {
  rules_.retired_words = {"Shelf"};
  write("src/core/pool.h", "struct FreeList {};\n// As a Shelf was.\n");
  write("docs/pool.md", "`Shelf`\n");
  write("CHANGELOG.md", "Shelf\n");
  write("src/core/shelves.h", "struct Shelfs {};\n");
  EXPECT_THAT(check_words(root_, rules_), ElementsAre("src/core/pool.h:2: Shelf", "docs/pool.md:1: Shelf"));
}

TEST_F(LayoutCheck, RefusesALongLine) {
  std::string dashes;
  for (int i = 0; i < rules_.longest_line - 3; ++i) dashes += "\u2013";
  write("src/core/ids.h", "// " + dashes + "\n");
  write("migrations/sqlite/0001.sql", "-- " + std::string(120, 'x') + "\n");
  EXPECT_THAT(check_width(root_, rules_), IsEmpty());
  write("dev", std::string(111, '#') + "\n");
  write("src/core/ids.h", "\n//  " + dashes + "\n");
  EXPECT_THAT(check_width(root_, rules_),
              ElementsAre("src/core/ids.h:2: 111 characters", "dev:1: 111 characters"));
}

TEST_F(LayoutCheck, RefusesACommentAfterCode) {
  write("src/core/a.h",
        "// Above.\nint seats = 1'000;  // after\nchar c = '\"';\nconst char* url = \"http://h\";\n"
        "const char* raw = R\"(\n a // b\n)\"; f();  // here\n#endif  // X\n}  // namespace x\n"
        "int i;  // NOLINT(x)\nint j = 0x1'0'0 / 2; /* inside // */\n");
  EXPECT_THAT(check_comments(root_),
              ElementsAre("src/core/a.h:2: a comment after code", "src/core/a.h:7: a comment after code"));
}

}  // namespace
}  // namespace flightdeck::layout

#include "ledger/precondition.h"

#include <gtest/gtest.h>

namespace flightdeck::ledger {
namespace {

using Unmet = Precondition::Unmet;

constexpr std::int64_t current_version = 3;

Versions these(std::vector<std::int64_t> versions) { return {false, std::move(versions)}; }
const Versions any_version{true, {}};

TEST(Precondition, NothingAskedIsAlwaysMet) {
  EXPECT_EQ(Precondition{}.unmet_by(current_version), Unmet::none);
}

TEST(Precondition, IfMatchWantsOneOfTheListed) {
  const auto asked = [](const Versions& versions) {
    return Precondition{versions, {}}.unmet_by(current_version);
  };
  EXPECT_EQ(asked(these({3})), Unmet::none);
  EXPECT_EQ(asked(these({99, 3})), Unmet::none);
  EXPECT_EQ(asked(these({3, 99})), Unmet::none);
  EXPECT_EQ(asked(any_version), Unmet::none);
  EXPECT_EQ(asked(these({})), Unmet::if_match);
  EXPECT_EQ(asked(these({1, 2, 4})), Unmet::if_match);
}

TEST(Precondition, IfNoneMatchWantsNoneOfTheListed) {
  const auto asked = [](const Versions& versions) {
    return Precondition{{}, versions}.unmet_by(current_version);
  };
  EXPECT_EQ(asked(these({1, 2})), Unmet::none);
  EXPECT_EQ(asked(these({})), Unmet::none);
  EXPECT_EQ(asked(these({1, 3})), Unmet::if_none_match);
  EXPECT_EQ(asked(any_version), Unmet::if_none_match);
}

TEST(Precondition, IfMatchIsAskedFirst) {
  EXPECT_EQ((Precondition{these({1}), these({3})}.unmet_by(current_version)), Unmet::if_match);
  EXPECT_EQ((Precondition{these({3}), these({3})}.unmet_by(current_version)), Unmet::if_none_match);
  EXPECT_EQ((Precondition{any_version, these({2})}.unmet_by(current_version)), Unmet::none);
}

}  // namespace
}  // namespace flightdeck::ledger

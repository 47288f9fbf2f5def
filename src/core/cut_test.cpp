#include "core/cut.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flightdeck {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Items = std::vector<int>;

TEST(Cut, KeepsEveryItemAndItsOrder) {
  EXPECT_THAT(cut(Items{1, 2, 3, 4, 5}, 2), ElementsAre(Items{1, 2}, Items{3, 4}, Items{5}));
  EXPECT_THAT(cut(Items{1, 2, 3, 4}, 2), ElementsAre(Items{1, 2}, Items{3, 4}));
  EXPECT_THAT(cut(Items{1, 2}, 3), ElementsAre(Items{1, 2}));
  EXPECT_THAT(cut(Items{}, 3), IsEmpty());
}

}  // namespace
}  // namespace flightdeck

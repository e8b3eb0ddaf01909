#include "tongsuan/base/small_list.h"

#include <gtest/gtest.h>
#include <vector>

#include "tongsuan/base/random.h"

namespace tongsuan {
namespace {

using List = SmallList<std::uint32_t, 2>;

std::vector<std::uint32_t> items(const List& list) {
  return {list.begin(), list.end()};
}

TEST(SmallList, KeepsItsItemsInsideAndOutside) {
  List list{7};
  list.push_back(8);
  EXPECT_EQ(items(list), (std::vector<std::uint32_t>{7, 8}));
  list.push_back(9);
  EXPECT_EQ(items(list), (std::vector<std::uint32_t>{7, 8, 9}));
  EXPECT_EQ(list.front(), 7U);
  EXPECT_EQ(list.back(), 9U);
  list.resize(5);
  EXPECT_EQ(items(list), (std::vector<std::uint32_t>{7, 8, 9, 0, 0}));
  list = {1};
  EXPECT_EQ(list, List{1});
  EXPECT_NE(list, (List{1, 2}));
  EXPECT_EQ(sizeof(List), 16U);
}

// Any changes of a few lists, beside vectors.
TEST(SmallList, DoesWhatAVectorDoes) {
  Random random(1);
  std::array<List, 3> lists;
  std::array<std::vector<std::uint32_t>, 3> twins;
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t a = random.below(3), b = random.below(3);
    const std::size_t count = random.below(6);
    const auto item = static_cast<std::uint32_t>(i);
    switch (random.below(7)) {
      case 0:
        lists[a] = lists[b];
        twins[a] = twins[b];
        break;
      case 1:
        if (a == b) break;
        lists[a] = std::move(lists[b]);
        twins[a] = std::move(twins[b]);
        lists[b].clear();
        twins[b].clear();
        break;
      case 2:
        lists[a].resize(count);
        twins[a].resize(count);
        break;
      case 3:
        lists[a].assign(count, item);
        twins[a].assign(count, item);
        break;
      case 4:
        lists[a] = List(lists[b]);
        twins[a] = twins[b];
        break;
      default:
        lists[a].push_back(item);
        twins[a].push_back(item);
        break;
    }
    ASSERT_EQ(items(lists[a]), twins[a]) << i;
    ASSERT_EQ(items(lists[b]), twins[b]) << i;
  }
}

}  // namespace
}  // namespace tongsuan

#include "tongsuan/report/html.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/market/verify.h"
#include "tongsuan/report/html_checker.h"
#include "tongsuan/report/internal/page.h"
#include "tongsuan/report/map_layout.h"
#include "tongsuan/report/report_fixture.h"

namespace tongsuan::report {
namespace {

using testing::HtmlChecker;
using testing::input_of;
using testing::random_round;
using testing::SignedRound;

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

// A round with everything that a caller may pass.
struct FullRound {
  SignedRound round = market::testing::signed_round();
  RoundView before = view_round(input_of(round));
  RoundInput input = input_of(round);
  FullRound() {
    input.before = &before;
    input.free_welfare = round.certificate.welfare;
    input.trace = {{0, 100, 400}, {0.5, 250, 400}, {1, 390, 400}};
    input.reason_names = {"OUTBID", "PARADOXICALLY_REJECTED"};
    input.reasons.assign(round.market.orders.size(), 1);
    input.verify_command = "tongsuan-verify 'a <b>.txt' c.txt";
  }
  [[nodiscard]] std::string page() const { return round_html(input, view_round(input)); }
};

TEST(Html, TheRoundOfThisTestIsVerified) {
  const SignedRound round = market::testing::signed_round();
  EXPECT_TRUE(market::verify(round.market, round.certificate).ok());
}

TEST(Html, IsWellFormedAndNeedsNoNetwork) {
  const std::string page = FullRound().page();
  HtmlChecker checker(page);
  EXPECT_EQ(checker.check(), "");
  for (const char* id :
       {"map", "heat", "usage", "curves", "trace", "hubs", "flows", "rejected", "certificate",
        "data", "tip", "lang-zh", "theme-dark", "map-use", "when"}) {
    EXPECT_TRUE(checker.ids().contains(id)) << id;
  }
  for (const char* outside : {"http", "src=", "@import", "url(", "//cdn"}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
}

TEST(Html, RandomRoundsAreWellFormed) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SignedRound round;
    if (!random_round(seed, 12, round)) continue;
    const RoundInput input = input_of(round);
    const std::string page = round_html(input, view_round(input));
    ASSERT_EQ(HtmlChecker(page).check(), "") << "seed " << seed;
  }
}

TEST(Html, SameInputSameBytes) {
  EXPECT_EQ(FullRound().page(), FullRound().page());
}

TEST(Html, NamesCannotBreakOut) {
  FullRound full;
  full.round.market.name = "</title><script>alert(1)</script>";
  full.round.market.hubs[0].title_en = "\"><img onerror=x>";
  full.round.market.hubs[0].title_zh = "</text>&\x01";
  full.input.reason_names[1] = "<b>";
  const std::string page = full.page();
  EXPECT_EQ(HtmlChecker(page).check(), "");
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find("<img"), std::string::npos);
  EXPECT_EQ(page.find("<b>.txt"), std::string::npos);
  EXPECT_NE(page.find("&lt;b&gt;.txt"), std::string::npos);
}

TEST(Html, TheScriptCannotBeEndedByData) {
  FullRound full;
  full.round.market.calendar.start = "</script><script>";
  EXPECT_EQ(HtmlChecker(full.page()).check(), "");
}

TEST(Html, ShowsTheLanguageOfTheCallerFirst) {
  FullRound full;
  EXPECT_NE(full.page().find("id=\"lang-en\" checked"), std::string::npos);
  full.input.language = Language::kChinese;
  const std::string page = full.page();
  EXPECT_NE(page.find("id=\"lang-zh\" checked"), std::string::npos);
  EXPECT_NE(page.find("<html lang=\"zh-CN\">"), std::string::npos);
}

TEST(Html, FiguresAreThoseOfTheView) {
  FullRound full;
  const std::string page = full.page();
  const RoundView view = view_round(full.input);
  EXPECT_NE(page.find(view.root), std::string::npos);
  EXPECT_NE(page.find(grouped(fixed(view.totals.welfare, kMicro, 2)) + " CNY"), std::string::npos);
  EXPECT_NE(page.find(grouped(fixed(view.totals.bound, kMicro, 2)) + " CNY"), std::string::npos);
  EXPECT_NE(page.find(percent(view.totals.gap_ppm, 4)), std::string::npos);
  EXPECT_NE(page.find(reason_words("PARADOXICALLY_REJECTED", Language::kChinese)),
            std::string::npos);
  EXPECT_EQ(count(page, "class=\"hubmark\""), 4U);  // two hubs on a wide and on a narrow map
}

TEST(Html, RejectedOrdersAreCutAndTheRestIsCounted) {
  FullRound full;
  RoundView view = view_round(full.input);
  const RejectedOrder order = view.rejected.front();
  view.rejected.assign(100'000, order);
  for (std::size_t i = 0; i < view.rejected.size(); ++i) {
    view.rejected[i].name = "order-" + std::to_string(i);
    view.rejected[i].rate = static_cast<std::int64_t>(i);
  }
  const std::string page = round_html(full.input, view);
  EXPECT_EQ(HtmlChecker(page).check(), "");
  EXPECT_LT(page.size(), 3U << 20);
  EXPECT_NE(page.find("400 / 100,000"), std::string::npos);
  EXPECT_NE(page.find("order-99999"), std::string::npos);    // worth most
  EXPECT_EQ(page.find(">order-99599<"), std::string::npos);  // just below the cut
  EXPECT_NE(page.find("<b>100,000</b>"), std::string::npos);
}

TEST(Words, EveryWordHasBothLanguages) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Word::kCount); ++i) {
    const auto which = static_cast<Word>(i);
    const std::string english = word(which, Language::kEnglish);
    const std::string chinese = word(which, Language::kChinese);
    EXPECT_FALSE(english.empty()) << i;
    EXPECT_FALSE(chinese.empty()) << i;
    EXPECT_NE(english, chinese) << i;
    EXPECT_TRUE(std::none_of(english.begin(), english.end(), [](char c) {
      return static_cast<unsigned char>(c) >= 0xE3;  // lead bytes of Chinese characters
    })) << english;
    EXPECT_TRUE(std::any_of(chinese.begin(), chinese.end(), [](char c) {
      return static_cast<unsigned char>(c) >= 0xE3;
    })) << english;
  }
  for (const char* reason : {"NOT_ELIGIBLE", "NO_COMPATIBLE_HUB", "GANG_TOO_LARGE",
                             "DATA_UNREACHABLE", "WINDOW_TOO_TIGHT", "GREEN_UNMET", "POLICY_CAP",
                             "PRECEDENCE_UNMET", "OUTBID", "PARADOXICALLY_REJECTED"}) {
    EXPECT_STRNE(reason_words(reason, Language::kEnglish), "") << reason;
    EXPECT_STRNE(reason_words(reason, Language::kChinese), "") << reason;
  }
  EXPECT_STREQ(reason_words("PLACED", Language::kEnglish), "");
  EXPECT_STREQ(kind_word(OrderKind::kService, Language::kEnglish), "service");
}

TEST(Page, BothLanguagesAreInThePage) {
  const std::string page = FullRound().page();
  EXPECT_EQ(count(page, "class=\"en\""), count(page, "class=\"zh\""));
  EXPECT_GT(count(page, "class=\"zh\""), 80U);
}

TEST(Page, SlotsAreDatesOfTheCalendar) {
  RoundView view;
  view.start = "2026-12-31T22:30+08:00";
  view.slot_seconds = 3'600;
  EXPECT_EQ(internal::slot_text(view, 0), "12-31 22:30");
  EXPECT_EQ(internal::slot_text(view, 2), "01-01 00:30");
  view.start = "2028-02-28T23:00Z";
  EXPECT_EQ(internal::slot_text(view, 1), "02-29 00:00");
  view.start = "soon";
  EXPECT_EQ(internal::slot_text(view, 3), "+3.0 h");
}

TEST(Page, TicksAreRoundAndInside) {
  for (const double high : {0.03, 1.0, 7.3, 16.4, 99.0, 1'234.0, 5.0e7}) {
    const std::vector<double> found = internal::ticks(0, high, 4);
    EXPECT_GE(found.size(), 3U) << high;
    EXPECT_LE(found.size(), 12U) << high;
    for (const double tick : found) EXPECT_LE(tick, high * 1.001);
  }
  EXPECT_EQ(internal::tick_text(2.5), "2.5");
  EXPECT_EQ(internal::tick_text(1'200), "1,200");
  EXPECT_EQ(internal::coordinate(-3.26), "-3.3");
  EXPECT_EQ(internal::coordinate(12.04), "12");
}

TEST(Page, ShadesGrowWithTheValue) {
  const internal::Scale scale = {10, 80};
  EXPECT_EQ(scale.shade(5), 0);
  EXPECT_EQ(scale.shade(10), 0);
  EXPECT_EQ(scale.shade(79), internal::kShades - 1);
  EXPECT_EQ(scale.shade(500), internal::kShades - 1);
  for (int value = 11; value < 90; ++value) EXPECT_GE(scale.shade(value), scale.shade(value - 1));
  EXPECT_EQ((internal::Scale{3, 3}).shade(3), 0);
}

// ---- Map
// -----------------------------------------------------------------------------------------

bool apart(const Box& a, const Box& b) {
  return a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
}

// Ten clusters, three of them close together on the east coast.
TEST(MapLayout, LabelsAndCirclesDoNotOverlap) {
  const std::vector<Place> places = {{106.5, 29.6}, {106.5, 26.4}, {111.8, 40.4}, {107.6, 35.7},
                                     {113.6, 24.8}, {103.9, 30.6}, {118.4, 31.4}, {121.0, 31.1},
                                     {115.5, 40.4}, {105.2, 37.5}};
  for (const Frame frame : {Frame{880, 560, 205, 48}, {380, 500, 56, 50}}) {
    std::vector<double> radii;
    for (std::size_t i = 0; i < places.size(); ++i) radii.push_back(10 + static_cast<double>(i));
    const std::vector<Disc> discs = lay_out(places, radii, frame);
    for (std::size_t i = 0; i < discs.size(); ++i) {
      EXPECT_GE(discs[i].at.x, discs[i].radius);
      EXPECT_LE(discs[i].at.y, frame.height - discs[i].radius);
      for (std::size_t k = 0; k < i; ++k) {
        const double dx = discs[i].at.x - discs[k].at.x;
        const double dy = discs[i].at.y - discs[k].at.y;
        EXPECT_GE(root_of(dx * dx + dy * dy), discs[i].radius + discs[k].radius);
      }
    }
    const std::vector<LabelSize> sizes(places.size(), {96, 29});
    const std::vector<Box> boxes = place_labels(discs, sizes, {}, frame);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
      EXPECT_GE(boxes[i].left, 0);
      EXPECT_LE(boxes[i].right, frame.width);
      for (std::size_t k = 0; k < boxes.size(); ++k) {
        if (k == i) continue;
        EXPECT_TRUE(apart(boxes[i], boxes[k])) << i << ' ' << k;
        const Disc& disc = discs[k];
        EXPECT_TRUE(apart(boxes[i], {disc.at.x - disc.radius, disc.at.y - disc.radius,
                                     disc.at.x + disc.radius, disc.at.y + disc.radius}))
            << i << ' ' << k;
      }
    }
  }
}

TEST(MapLayout, HubsWithoutCoordinatesStandInARow) {
  const std::vector<Disc> discs = lay_out(std::vector<Place>(4), {9, 9, 9, 9}, {400, 300, 40, 40});
  for (std::size_t i = 1; i < discs.size(); ++i) EXPECT_GT(discs[i].at.x, discs[i - 1].at.x);
  EXPECT_TRUE(lay_out({}, {}, {400, 300, 40, 40}).empty());
}

}  // namespace
}  // namespace tongsuan::report

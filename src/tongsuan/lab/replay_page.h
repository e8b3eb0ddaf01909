// A comparison of replays as one HTML file: no network, no fonts, no libraries.
//
// English and Chinese, light and dark, by radio buttons that style rules read, so that the page
// works without a script; the script adds the slider over hours on the map and values under the
// pointer. Drawings show one load in full (the whole world at 90 %, or what is nearest to it) and
// tables all of them. The same comparison gives the same bytes.
#pragma once

#include <string>

#include "tongsuan/lab/compare.h"
#include "tongsuan/lab/instance.h"
#include "tongsuan/lab/replay_words.h"

namespace tongsuan::lab {

struct ReplayPageInput {
  const Comparison& comparison;
  const Instance& instance;  // of one of the runs: its places, where demand comes from, notes
  Language language = Language::kEnglish;
  std::string command;  // that makes the figures again
};

[[nodiscard]] std::string replay_html(const ReplayPageInput& input);

}  // namespace tongsuan::lab

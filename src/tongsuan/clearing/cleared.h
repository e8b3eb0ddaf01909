// Test helper: a small book cleared with a small budget.
#pragma once

#include <gtest/gtest.h>
#include <utility>

#include "tongsuan/clearing/clear.h"

namespace tongsuan::clearing {

inline Clearing cleared(const Market& market) {
  ClearOptions options;
  options.search_work_units = 4'000;
  options.dual_steps = 100;
  Result<Clearing> result = clear(market, options);
  EXPECT_TRUE(result.ok()) << (result.ok() ? "" : result.error().context);
  return std::move(result).value();
}

}  // namespace tongsuan::clearing

// The answer of `tongsuan clear -o json`: one document.
#pragma once

#include <string>

#include "tongsuan/clearing/clear.h"
#include "tongsuan/domain/market.h"
#include "tongsuan/report/round_view.h"

namespace tongsuan::cli {

struct ClearAnswer {
  const clearing::Clearing& cleared;
  const Market& market;
  const report::RoundView& view;
  const report::RoundView* before;  // null: not asked for
  std::string certificate_path;
  std::string report_path;  // empty: none was written
  bool interrupted = false;
};

[[nodiscard]] std::string clear_json(const ClearAnswer& answer);

}  // namespace tongsuan::cli

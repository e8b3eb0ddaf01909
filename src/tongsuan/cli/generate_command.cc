// tongsuan generate: a synthetic market from a seed.
#include <string>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/market_output.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/lab/national.h"

namespace tongsuan::cli {

Attempt<int> run_generate(Session& session, const Arguments& arguments) {
  TONGSUAN_TRY([[maybe_unused]] const Done allowed, may_write_market(session, arguments));
  lab::NationalOptions options;
  options.orders = static_cast<std::uint32_t>(arguments.whole(Option::kOrders, 1'000));
  options.seed = static_cast<std::uint64_t>(arguments.whole(Option::kSeed, 1));
  options.load_percent =
      static_cast<std::uint32_t>(arguments.whole(Option::kLoad, options.load_percent));
  options.slots = static_cast<std::uint32_t>(arguments.whole(Option::kSlots, options.slots));
  options.resale_per_mille =
      static_cast<std::uint32_t>(arguments.whole(Option::kResale, options.resale_per_mille));
  const Result<Market> market = lab::national_market(options);
  if (!market.ok()) {
    return usage(session, session.say(Message::kGenerateFailed, {market.error().context}));
  }
  return write_made_market(session, arguments, market.value());
}

}  // namespace tongsuan::cli

#include "tongsuan/cli/market_output.h"

#include <string>

#include "tongsuan/cli/files.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/codec/market_text.h"

namespace tongsuan::cli {

Attempt<Done> may_write_market(const Session& session, const Arguments& arguments) {
  return may_write(session, arguments.text(Option::kOutputFile, "-"),
                   arguments.has(Option::kForce));
}

Attempt<int> write_made_market(Session& session, const Arguments& arguments, const Market& market) {
  const std::string_view path = arguments.text(Option::kOutputFile, "-");
  TONGSUAN_TRY(
      [[maybe_unused]] const Done written,
      write_file(session, path, codec::write_market(market), arguments.has(Option::kForce)));
  if (path == "-" || arguments.has(Option::kQuiet)) return int{kOk};
  session.world.err.write(
      session.say(Message::kWroteMarket, {market.name, std::to_string(market.hubs.size()),
                                          std::to_string(market.orders.size()),
                                          std::to_string(market.offers.size()), path}) +
      '\n' + session.say(Message::kTry) + ": tongsuan clear " + shell_word(path) + '\n');
  return int{kOk};
}

}  // namespace tongsuan::cli

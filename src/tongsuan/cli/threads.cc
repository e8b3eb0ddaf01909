#include "tongsuan/cli/threads.h"

#include <algorithm>
#include <string>
#include <thread>

#include "tongsuan/base/text.h"

namespace tongsuan::cli {

Attempt<std::uint32_t> choose_threads(const Session& session, const Arguments& arguments) {
  if (arguments.has(Option::kThreads)) {
    return static_cast<std::uint32_t>(arguments.whole(Option::kThreads, 1));
  }
  const char* variable = session.world.environment("TONGSUAN_THREADS");
  if (variable == nullptr || *variable == '\0') {
    return std::clamp<std::uint32_t>(std::thread::hardware_concurrency(), 1, kThreadsMax);
  }
  std::int64_t threads = 0;
  if (parse_decimal(variable, 0, threads) && threads >= 1 && threads <= kThreadsMax) {
    return static_cast<std::uint32_t>(threads);
  }
  return Failure{.exit_code = kConfiguration,
                 .code = "bad-environment",
                 .what = session.say(Message::kBadThreads, {variable, std::to_string(kThreadsMax)}),
                 .attempt = "export TONGSUAN_THREADS=2"};
}

}  // namespace tongsuan::cli

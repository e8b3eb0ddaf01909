#include <algorithm>
#include <charconv>

#include "tongsuan/access/rate_limit.h"
#include "tongsuan/server/daemon.h"

namespace tongsuan::server {
namespace {

constexpr std::int64_t kRateMax = access::kRateTokensMax / kRateBurstSeconds;

Error usage(std::string what) {
  return {ErrorCode::kInvalidArgument, std::move(what), "tongsuand --help lists the options"};
}

// A whole number within limits, or nothing.
std::optional<std::int64_t> number(const std::string& text, std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc() || end != text.data() + text.size() || value < 0 || value > most) {
    return std::nullopt;
  }
  return value;
}

// Takes the value of an option that has one; nothing where the option has none.
std::optional<Result<Done>> take_value(DaemonOptions& options, const std::string& name,
                                       const std::string& value) {
  const auto text = [&](std::string& into) {
    into = value;
    return Result<Done>(Done{});
  };
  const auto whole = [&](auto& into, std::int64_t most) -> Result<Done> {
    const auto found = number(value, most);
    if (!found) return usage(name + " takes a whole number from 0 to " + std::to_string(most));
    into = static_cast<std::remove_reference_t<decltype(into)>>(*found);
    return Done{};
  };
  if (name == "--data") return text(options.data);
  if (name == "--places") return text(options.places);
  if (name == "--listen") return text(options.listen);
  if (name == "--tls-cert") return text(options.tls_certificate);
  if (name == "--tls-key") return text(options.tls_key);
  if (name == "--at") return text(options.at);
  if (name == "--round") return whole(options.round_seconds, 604'800);
  if (name == "--threads") return whole(options.threads, 64);
  if (name == "--address-rate") return whole(options.address_rate, kRateMax);
  if (name == "--round-threads") return whole(options.clearing.threads, 64);
  if (name == "--round-nice") return whole(options.clearing.stands_back, 19);
  if (name == "--participant-rate") return whole(options.participant_rate, kRateMax);
  if (name == "--speed") {
    std::uint32_t speed = 0;
    const Result<Done> read = whole(speed, 1'000'000);
    options.speed = speed;
    return read;
  }
  return std::nullopt;
}

}  // namespace

Result<DaemonOptions> parse_daemon_options(const std::vector<std::string>& arguments) {
  DaemonOptions options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& name = arguments[i];
    if (name == "--help" || name == "-h") {
      options.help = true;
      return options;
    }
    if (name == "--dev") {
      options.development = true;
      continue;
    }
    if (name == "--simulate") {
      options.simulate = true;
      continue;
    }
    if (name == "--init") {
      options.init = true;
      continue;
    }
    const std::string value = i + 1 < arguments.size() ? arguments[i + 1] : "";
    const auto taken = take_value(options, name, value);
    if (!taken) return usage("there is no option " + name);
    if (i + 1 >= arguments.size()) return usage(name + " needs a value");
    if (!taken->ok()) return taken->error();
    ++i;
  }
  if (options.data.empty()) return usage("--data is missing: the folder of the exchange");
  if (options.init && options.places.empty()) {
    return usage("--init needs --places, a market text");
  }
  if (options.tls_certificate.empty() != options.tls_key.empty()) {
    return usage("--tls-cert and --tls-key come together");
  }
  if (options.threads == 0 || options.clearing.threads == 0 || options.round_seconds == 0) {
    return usage("--threads, --round-threads and --round are at least 1");
  }
  if (options.address_rate == 0 || options.participant_rate == 0) {
    return usage("--address-rate and --participant-rate are at least 1");
  }
  return options;
}

}  // namespace tongsuan::server

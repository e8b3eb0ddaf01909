// Services, options, profiles and curves as bodies of orders.
#include <algorithm>
#include <utility>

#include "tongsuan/base/int128.h"
#include "tongsuan/jobfile/internal/order_parts.h"

namespace tongsuan::jobfile {

std::string json_text(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += "\\u00";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string json_money(std::int64_t micro) {
  return R"({"amount":")" + money_text(micro) + R"(","currency":"CNY"})";
}

std::string order_name(std::string_view name) {
  constexpr std::size_t kNameMax = 64;
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte == 0x7f ? ' ' : c;
  }
  if (out.size() > kNameMax) {
    std::size_t end = kNameMax;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
    out.resize(end);
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  out.erase(0, std::min(out.find_first_not_of(' '), out.size()));
  return out;
}

namespace {

std::string span_json(const TimeSpan& span) {
  return "\"from\":" + json_text(time_text(*span.from)) +
         ",\"until\":" + json_text(time_text(*span.until));
}

std::string leg_json(const JobLeg& leg) {
  return "{\"hub\":" + json_text(leg.hub) + ",\"class\":" + json_text(leg.accelerator) + "," +
         span_json(leg.time) + ",\"devices\":" + std::to_string(leg.devices) + "}";
}

Error refusal(std::string what, std::string hint) {
  return {ErrorCode::kInvalidArgument, std::move(what), std::move(hint)};
}

Error no_price() {
  return refusal("the job says not what it is worth, and no market price is known",
                 "add market: {limit: 14.50 CNY/gpu-h}");
}

// What all legs are worth at a limit per device-hour.
Result<std::int64_t> worth(const std::vector<JobLeg>& legs, std::int64_t limit) {
  int128 sum = 0;
  for (const JobLeg& leg : legs) {
    sum += static_cast<int128>(limit) * leg.devices *
           (leg.time.until->unix_second - leg.time.from->unix_second);
  }
  sum /= 3'600;
  if (sum <= kMoneyMax / 2) return static_cast<std::int64_t>(sum);
  return refusal("the job would be worth more than an order may be", "set a lower limit");
}

class PackageMaker {
 public:
  PackageMaker(const Job& job, const OrderTerms& terms)
      : job_(job), limit_(job.limit ? job.limit : terms.market_price) {}

  Result<Order> make() {
    const char* kind = !job_.times.empty()     ? "service"
                       : !job_.options.empty() ? "options"
                       : !job_.legs.empty()    ? "profile"
                                               : "curve";
    put("kind", json_text(kind));
    if (const std::string name = order_name(job_.name); !name.empty()) put("name", json_text(name));
    Result<Done> made = !job_.times.empty()     ? put_service()
                        : !job_.options.empty() ? put_options()
                        : !job_.legs.empty()    ? put_profile()
                                                : put_curve();
    if (!made.ok()) return made.error();
    if (job_.green.min_share_ppm > 0) {
      put("greenPercent", std::to_string((job_.green.min_share_ppm + 9'999) / 10'000));
    }
    return Order{json_ + "}", warnings_};
  }

 private:
  void put(std::string_view key, const std::string& value) {
    json_ += (json_.empty() ? "{" : ",") + json_text(key) + ":" + value;
  }

  // The same gang of the reference in each of its times.
  Result<Done> put_service() {
    if (job_.accelerators.empty()) {
      return refusal("the job names no accelerators", "add resources: {accelerators: {H800: 8}}");
    }
    const Accelerator& first = job_.accelerators.front();
    const std::uint64_t devices = std::uint64_t{job_.nodes} * first.per_node;
    if (!job_.budget && !limit_) return no_price();
    if (devices > kGangMax) {
      return refusal("the job is larger than an order may be", "ask for fewer nodes");
    }
    if (job_.accelerators.size() > 1) {
      warnings_.push_back("a service runs on one class: " + first.name);
    }
    if (job_.earliest || job_.deadline || job_.elastic || !job_.data.empty() || job_.work > 0) {
      warnings_.push_back("a service has times: window, work, sizes and data are left out");
    }
    put("class", json_text(first.name));
    put("devices", std::to_string(devices));
    put("hubs", json_list(job_.hubs, json_text));
    put("times",
        json_list(job_.times, [](const TimeSpan& span) { return "{" + span_json(span) + "}"; }));
    if (job_.budget) {
      put("value", json_money(*job_.budget));
    } else {
      put("limit", json_money(*limit_));
    }
    if (job_.whole_nodes) put("wholeNodes", "true");
    return Done{};
  }

  void warn_of_legs() {
    if (job_.earliest || job_.deadline || job_.elastic || !job_.data.empty() || job_.work > 0 ||
        job_.whole_nodes) {
      warnings_.push_back(
          "legs have times and devices: window, work, sizes, data and whole_nodes are left out");
    }
  }

  Result<Done> put_options() {
    warn_of_legs();
    std::vector<std::string> options;
    for (const JobOption& option : job_.options) {
      const std::optional<std::int64_t> limit = option.limit ? option.limit : limit_;
      if (!option.value && !limit) return no_price();
      std::int64_t value = option.value.value_or(0);
      if (!option.value) {
        TONGSUAN_TRY(value, worth(option.legs, *limit));
      }
      options.push_back("{\"value\":" + json_money(value) +
                        ",\"legs\":" + json_list(option.legs, leg_json) + "}");
    }
    put("options", json_list(options, [](const std::string& option) { return option; }));
    return Done{};
  }

  Result<Done> put_profile() {
    warn_of_legs();
    if (!job_.budget && !limit_) return no_price();
    std::int64_t value = job_.budget.value_or(0);
    if (!job_.budget) {
      TONGSUAN_TRY(value, worth(job_.legs, *limit_));
    }
    put("legs", json_list(job_.legs, leg_json));
    put("value", json_money(value));
    if (job_.minimum_ppm < kPpm) put("minimumPpm", std::to_string(job_.minimum_ppm));
    return Done{};
  }

  Result<Done> put_curve() {
    if (job_.accelerators.empty()) {
      return refusal("the job names no accelerators", "add resources: {accelerators: {H800: 8}}");
    }
    if (job_.accelerators.size() > 1) {
      warnings_.push_back("a curve buys one class: " + job_.accelerators.front().name);
    }
    if (job_.elastic || !job_.data.empty() || job_.work > 0 || job_.whole_nodes) {
      warnings_.push_back("a curve has steps: work, sizes, data and whole_nodes are left out");
    }
    put("hub", json_text(job_.hubs.front()));
    put("class", json_text(job_.accelerators.front().name));
    put("from", json_text(time_text(*job_.earliest)));
    put("until", json_text(time_text(*job_.deadline)));
    put("steps", json_list(job_.steps, [](const JobStep& step) {
          return "{\"devices\":" + std::to_string(step.devices) +
                 ",\"limit\":" + json_money(step.limit) + "}";
        }));
    return Done{};
  }

  const Job& job_;
  std::optional<std::int64_t> limit_;  // per device-hour, of what has no other price
  std::string json_;
  std::vector<std::string> warnings_;
};

}  // namespace

Result<Order> package_json(const Job& job, const OrderTerms& terms) {
  return PackageMaker(job, terms).make();
}

}  // namespace tongsuan::jobfile

#include "tongsuan/jobfile/order_json.h"

#include <algorithm>
#include <utility>

#include "tongsuan/base/int128.h"
#include "tongsuan/jobfile/internal/order_parts.h"

namespace tongsuan::jobfile {
namespace {

struct Way {
  std::string accelerator;
  std::uint64_t devices = 0;
  Second duration = 0;
};

// Sizes to offer: that of the job, then those of the table, or halves and doubles and both ends.
std::vector<std::uint32_t> sizes_of(const Job& job) {
  std::vector<std::uint32_t> sizes = {job.nodes};
  if (!job.elastic) return sizes;
  const Elastic& elastic = *job.elastic;
  const auto add = [&](std::uint32_t nodes) {
    if (std::ranges::find(sizes, nodes) == sizes.end()) sizes.push_back(nodes);
  };
  if (!elastic.speedup_ppm.empty()) {
    for (const auto& [nodes, ppm] : elastic.speedup_ppm) add(nodes);
    return sizes;
  }
  for (std::uint32_t step = 2; step <= kNodesMax; step *= 2) {
    if (job.nodes / step >= elastic.min_nodes && job.nodes % step == 0) add(job.nodes / step);
    if (std::uint64_t{job.nodes} * step <= elastic.max_nodes) add(job.nodes * step);
  }
  add(elastic.min_nodes);
  add(elastic.max_nodes);
  return sizes;
}

class Maker {
 public:
  Maker(const Job& job, const OrderTerms& terms)
      : job_(job), terms_(terms), work_(job.work > 0 ? job.work : terms.work) {}

  Result<Order> make();

 private:
  void put_hubs();
  // Seconds with so many nodes of the class; none when it is not known or too long.
  [[nodiscard]] std::optional<Second> duration(const Accelerator& accelerator,
                                               std::uint32_t nodes) const;
  void find_ways();
  Result<Done> meet_deadline();
  Result<Done> put_price();
  void put_rest();
  void put(std::string_view key, const std::string& value) {
    json_ += (json_.empty() ? "{" : ",") + json_text(key) + ":" + value;
  }
  static Error refusal(std::string what, std::string hint) {
    return {ErrorCode::kInvalidArgument, std::move(what), std::move(hint)};
  }

  const Job& job_;
  const OrderTerms& terms_;
  Second work_;
  std::vector<Way> ways_;
  std::optional<Moment> latest_start_;
  std::string json_;
  std::vector<std::string> warnings_;
};

std::optional<Second> Maker::duration(const Accelerator& accelerator, std::uint32_t nodes) const {
  const Accelerator& reference = job_.accelerators.front();
  if (&accelerator != &reference && !accelerator.throughput_ppm) return std::nullopt;
  const auto ppm = [](const Accelerator& each) { return each.throughput_ppm.value_or(kPpm); };
  // Work per second, in devices × parts per million × parts per million of the speed-up.
  const uint128 wanted = uint128{job_.nodes} * reference.per_node * ppm(reference);
  uint128 speed = uint128{nodes} * accelerator.per_node * ppm(accelerator);
  uint128 scale = 1;
  if (job_.elastic && !job_.elastic->speedup_ppm.empty() && nodes != job_.nodes) {
    const auto& table = job_.elastic->speedup_ppm;
    const auto row = std::ranges::find(table, nodes, [](const auto& pair) { return pair.first; });
    speed = uint128{job_.nodes} * accelerator.per_node * ppm(accelerator) * row->second;
    scale = kPpm;
  }
  const uint128 seconds = (static_cast<uint128>(work_) * wanted * scale + speed - 1) / speed +
                          static_cast<uint128>(accelerator.setup_cost);
  if (seconds > static_cast<uint128>(kSecondsMax)) return std::nullopt;
  return static_cast<Second>(seconds);
}

void Maker::find_ways() {
  std::size_t left_out = 0;
  for (const std::uint32_t nodes : sizes_of(job_)) {
    for (const Accelerator& accelerator : job_.accelerators) {
      const auto seconds = duration(accelerator, nodes);
      const std::uint64_t devices = std::uint64_t{nodes} * accelerator.per_node;
      if (!seconds && nodes == job_.nodes) {
        warnings_.push_back(accelerator.name +
                            " is left out: market.throughput does not say how fast it is");
      }
      if (!seconds || devices > kGangMax) continue;
      if (ways_.size() < kWaysMax) {
        ways_.push_back({accelerator.name, devices, *seconds});
      } else {
        ++left_out;
      }
    }
  }
  if (left_out > 0) {
    warnings_.push_back("an order has at most " + std::to_string(kWaysMax) +
                        " ways to run: " + std::to_string(left_out) + " further ones are left out");
  }
}

Result<Done> Maker::meet_deadline() {
  if (!job_.deadline) return Done{};
  const std::optional<Moment> begin = job_.earliest ? job_.earliest : terms_.now;
  const Second room = begin ? job_.deadline->unix_second - begin->unix_second : kSecondsMax;
  // The first way stays in its place: limit is about it.
  if (ways_.front().duration > room) {
    return refusal("the job takes " + std::to_string(ways_.front().duration) + " s and has " +
                       std::to_string(std::max<Second>(room, 0)) + " s until its deadline",
                   "set a later deadline, or ask for more nodes");
  }
  std::erase_if(ways_, [&](const Way& way) {
    const bool is_late = way.duration > room;
    if (is_late) {
      warnings_.push_back(std::to_string(way.devices) + " × " + way.accelerator +
                          " is left out: it would end after the deadline");
    }
    return is_late;
  });
  const Second slowest = std::ranges::max_element(ways_, {}, &Way::duration)->duration;
  latest_start_ = Moment{job_.deadline->unix_second - slowest, job_.deadline->zone_seconds};
  return Done{};
}

Result<Done> Maker::put_price() {
  if (job_.budget) {
    put("value", json_money(*job_.budget));
    return Done{};
  }
  const std::optional<std::int64_t> limit = job_.limit ? job_.limit : terms_.market_price;
  if (!limit) {
    return refusal("the job says not what it is worth, and no market price is known",
                   "add market: {limit: 14.50 CNY/gpu-h}");
  }
  const Way& first = ways_.front();
  const int128 value =
      static_cast<int128>(*limit) * static_cast<int128>(first.devices) * work_ / 3'600;
  if (value > kMoneyMax / 2) {
    return refusal("the job would be worth more than an order may be", "set a lower limit");
  }
  // The limit pays for work, not for setting up.
  if (job_.accelerators.front().setup_cost == 0) {
    put("limit", json_money(*limit));
  } else {
    put("value", json_money(static_cast<std::int64_t>(value)));
  }
  return Done{};
}

void Maker::put_rest() {
  if (job_.delay_cost > 0) put("delayCostPerHour", json_money(job_.delay_cost));
  if (job_.grace > 0) put("graceSeconds", std::to_string(job_.grace));
  if (job_.premium > 0) put("premium", json_money(job_.premium));
  if (job_.whole_nodes) put("wholeNodes", "true");
  if (!job_.data.empty()) put("data", json_text(job_.data.front().name));
  if (job_.green.min_share_ppm > 0) {
    put("greenPercent", std::to_string((job_.green.min_share_ppm + 9'999) / 10'000));
  }
}

void Maker::put_hubs() {
  put("hubs", json_list(job_.hubs, json_text));
}

Result<Order> Maker::make() {
  if (job_.accelerators.empty()) {
    return refusal("the job names no accelerators", "add resources: {accelerators: {H800: 8}}");
  }
  if (work_ < 1) {
    return refusal("the job says not how long it takes", "add market: {work: 2h}");
  }
  if (job_.data.size() > 1) {
    return refusal(
        "an order can wait for one data set, and the job has " + std::to_string(job_.data.size()),
        "name one under market.data, and copy the others before");
  }
  find_ways();
  if (ways_.empty() || ways_.front().accelerator != job_.accelerators.front().name) {
    return refusal("the job is larger or longer than an order may be",
                   "ask for fewer nodes, or split the work");
  }
  TONGSUAN_TRY([[maybe_unused]] const Done in_time, meet_deadline());
  put("kind", json_text("block"));
  if (const std::string name = order_name(job_.name); !name.empty()) put("name", json_text(name));
  put("ways", json_list(ways_, [](const Way& way) {
        return "{\"class\":" + json_text(way.accelerator) +
               ",\"devices\":" + std::to_string(way.devices) +
               ",\"durationSeconds\":" + std::to_string(way.duration) + "}";
      }));
  put_hubs();
  if (job_.earliest) put("earliest", json_text(time_text(*job_.earliest)));
  if (latest_start_) put("latestStart", json_text(time_text(*latest_start_)));
  TONGSUAN_TRY([[maybe_unused]] const Done priced, put_price());
  put_rest();
  return Order{json_ + "}", warnings_};
}

}  // namespace

Result<Order> order_json(const Job& job, const OrderTerms& terms) {
  const bool block =
      job.times.empty() && job.options.empty() && job.legs.empty() && job.steps.empty();
  TONGSUAN_TRY(Order order, block ? Maker(job, terms).make() : package_json(job, terms));
  const std::string work = work_json(job, order.json);
  if (!work.empty()) order.json.insert(order.json.size() - 1, ",\"work\":" + work);
  return order;
}

std::string class_to_price(const Job& job) {
  const bool own = std::ranges::all_of(
      job.options, [](const JobOption& option) { return option.value || option.limit; });
  if (job.limit || job.budget || !job.steps.empty() || (!job.options.empty() && own)) return {};
  if (!job.accelerators.empty()) return job.accelerators.front().name;
  return job.legs.empty() ? job.options.front().legs.front().accelerator
                          : job.legs.front().accelerator;
}

}  // namespace tongsuan::jobfile

#include "tongsuan/lab/national.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <string_view>

#include "tongsuan/domain/canonical.h"
#include "tongsuan/lab/demand_writer.h"
#include "tongsuan/lab/draw.h"
#include "tongsuan/lab/national_supply.h"

namespace tongsuan::lab {
namespace {

constexpr std::uint64_t kKindStream = 32;

enum class OrderChoice : std::uint8_t {
  kJob,
  kElastic,
  kService,
  kOptions,
  kBatches,
  kResale,
  kCurve,
};
constexpr std::array<std::uint32_t, 7> kKindWeight = {890, 60, 10, 12, 8, 0, 20};

// "o0000042": sorts as the number does, so that a book of a million orders is born sorted.
class OrderName {
 public:
  [[nodiscard]] std::string_view of(std::uint32_t number) {
    for (std::size_t i = text_.size() - 1; i > 0; --i) {
      text_[i] = static_cast<char>('0' + number % 10);
      number /= 10;
    }
    return {text_.data(), text_.size()};
  }

 private:
  std::array<char, 8> text_ = {'o', '0', '0', '0', '0', '0', '0', '0'};
};

Result<Done> check(const NationalOptions& options) {
  const auto outside = [](std::string_view name, std::uint64_t value, std::uint64_t min,
                          std::uint64_t max) {
    return Error{value > max ? ErrorCode::kLimit : ErrorCode::kInvalidArgument,
                 "a national week cannot have " + std::string(name) + " " + std::to_string(value),
                 "from " + std::to_string(min) + " to " + std::to_string(max)};
  };
  if (options.orders < 1 || options.orders > kNationalOrdersMax) {
    return outside("orders", options.orders, 1, kNationalOrdersMax);
  }
  if (options.slots < kNationalSlotsMin || options.slots > kNationalSlotsMax) {
    return outside("slots", options.slots, kNationalSlotsMin, kNationalSlotsMax);
  }
  if (options.load_percent < kLoadPercentMin || options.load_percent > kLoadPercentMax) {
    return outside("load_percent", options.load_percent, kLoadPercentMin, kLoadPercentMax);
  }
  if (options.resale_per_mille > kResalePerMilleMax) {
    return outside("resale_per_mille", options.resale_per_mille, 0, kResalePerMilleMax);
  }
  return Done{};
}

void add_order(DemandWriter& demand, OrderChoice kind, std::string_view name,
               std::uint32_t gang_max) {
  switch (kind) {
    case OrderChoice::kJob:
      demand.add_job(name, demand.draw_job(gang_max));
      break;
    case OrderChoice::kElastic:
      demand.add_elastic(name, demand.draw_job(gang_max));
      break;
    case OrderChoice::kService:
      demand.add_service(name);
      break;
    case OrderChoice::kOptions:
      demand.add_options(name);
      break;
    case OrderChoice::kBatches:
      demand.add_batches(name);
      break;
    case OrderChoice::kResale:
      demand.add_resale(name);
      break;
    case OrderChoice::kCurve:
      demand.add_curve(name);
      break;
  }
}

}  // namespace

std::uint32_t national_gang_max(std::uint32_t orders) {
  return std::clamp(std::bit_floor(std::max(1U, orders / 60)), 8U, 1'024U);
}

std::uint32_t national_buyers(std::uint32_t orders) {
  return std::clamp(orders / 40, 22U, 440U);
}

std::uint32_t national_data_sets(std::uint32_t orders) {
  return std::clamp(orders / 200, 8U, 4'000U);
}

Result<Market> national_market(const NationalOptions& options) {
  TONGSUAN_TRY([[maybe_unused]] const Done done, check(options));
  Market market;
  market.name = "national-week";
  add_places(market, options.slots);
  const BuyerRanges buyers = add_buyers(market, national_buyers(options.orders));
  const DataSets data = add_data_sets(market, national_data_sets(options.orders), options.seed);
  market.orders.reserve(options.orders);
  market.order_names.reserve(options.orders, std::size_t{options.orders} * 8);
  market.variants.reserve(std::size_t{options.orders} * 7 / 4);

  DemandWriter demand(market, buyers, data, options.seed);
  Random kinds = draw_stream(options.seed, kKindStream);
  std::array<std::uint32_t, kKindWeight.size()> kind_weights = kKindWeight;
  kind_weights[static_cast<std::size_t>(OrderChoice::kJob)] -= options.resale_per_mille;
  kind_weights[static_cast<std::size_t>(OrderChoice::kResale)] += options.resale_per_mille;
  OrderName name;
  const std::uint32_t gang_max = national_gang_max(options.orders);
  for (std::uint32_t i = 0; i < options.orders; ++i) {
    const OrderChoice kind = static_cast<OrderChoice>(draw_weighted(kinds, kind_weights));
    add_order(demand, kind, name.of(i), gang_max);
  }

  add_supply(market, {.devices = devices_for(demand.work(), options.load_percent, options.slots),
                      .orders = options.orders,
                      .seed = options.seed});
  canonicalise(market);
  return market;
}

}  // namespace tongsuan::lab

// Speed of the file formats on a synthetic national book: text → market, market → text, root.
// usage: tongsuan_codec_bench [ORDERS] [REPEATS]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tongsuan/base/random.h"
#include "tongsuan/base/text.h"
#include "tongsuan/codec/codec.h"
#include "tongsuan/market/canonical.h"

#include "measure.h"

namespace {

using tongsuan::Random;
using tongsuan::bench::Timer;

constexpr std::uint32_t kHubs = 40;
constexpr std::uint32_t kSlots = 168;

std::string hub(std::uint64_t i) {
  return "hub-" + std::to_string(i);
}

std::string head() {
  std::string text =
      "tongsuan-market 1\n"
      "market national-week currency=CNY\n"
      "calendar start=2026-12-01T00:00+08:00 slot=1h slots=168\n"
      "class H100 watts=700 node=8\nclass H20 watts=400 node=8\nclass Ascend910B watts=400 node=8\n"
      "zone power commodity=power\nzone green commodity=green\n";
  for (std::uint32_t i = 0; i < kHubs; ++i) {
    text += "hub " + hub(i) + " power=power green=green pue=1.2 at=40.4,111.8 region=west\n";
    for (const char* name : {"H100", "H20", "Ascend910B"}) {
      text += "offer o-" + hub(i) + '-' + name + " seller=s-" + hub(i) + " hub=" + hub(i) +
              " class=" + name + " steps=4000@5.5,4000@7.25\n";
    }
  }
  return text;
}

// A shuffled book: names come in no order, as they would from a queue.
std::string book(std::uint32_t orders, bool sorted) {
  Random random(7);
  std::vector<std::uint32_t> numbers(orders);
  for (std::uint32_t i = 0; i < orders; ++i) numbers[i] = i;
  for (std::uint32_t i = orders; !sorted && i > 1; --i)
    std::swap(numbers[i - 1], numbers[random.below(i)]);
  std::string text = head();
  text.reserve(orders * std::size_t{150});
  for (const std::uint32_t number : numbers) {
    char name[16];
    std::snprintf(name, sizeof name, "j%08u", number);
    const auto gang = std::to_string(8U << random.below(6));
    const auto begin = random.below(kSlots - 48);
    const auto duration = 4 + random.below(20);
    text += std::string("order ") + name + " account=team-" + std::to_string(random.below(2'000)) +
            " gang=" + gang + " run=H100:" + std::to_string(duration) +
            ",Ascend910B:" + std::to_string(duration * 2);
    if (random.below(2) == 0) {
      text += " hubs=*";
    } else {
      const auto first = random.below(kHubs - 3);
      text += " hubs=" + hub(first) + ',' + hub(first + 1) + ',' + hub(first + 2);
    }
    text += " window=" + std::to_string(begin) + ".." + std::to_string(begin + 48) +
            " value=" + tongsuan::decimal(random.between(1'000'000, 90'000'000'000), 6) +
            " delay=" + std::to_string(random.below(40)) + ".5\n";
  }
  return text + "end\n";
}

struct Best {
  double read = 1e9, canonicalise = 1e9, write = 1e9, root = 1e9;
};

std::size_t bytes_of(const tongsuan::Market& market) {
  std::size_t names = 0;
  for (std::uint32_t i = 0; i < market.order_names.size(); ++i)
    names += market.order_names[i].size() + 4;
  return names + market.orders.size() * sizeof(tongsuan::Order) +
         market.variants.size() * sizeof(tongsuan::Variant) +
         market.options.size() * sizeof(tongsuan::Option) +
         market.legs.size() * sizeof(tongsuan::Leg) + market.steps.size() * sizeof(tongsuan::Step) +
         market.hub_lists.size() * 4 + market.hub_sets.size() * 8;
}

void measure(const char* title, const std::string& text, int repeats) {
  Best best;
  std::size_t market_bytes = 0;
  std::size_t orders = 0;
  for (int i = 0; i < repeats; ++i) {
    Timer timer;
    tongsuan::codec::ReadReport report = tongsuan::codec::read_market(text, "bench");
    best.read = std::min(best.read, timer.cpu());
    if (!report.ok()) {
      std::fputs(report.faults.text().c_str(), stderr);
      std::exit(1);
    }
    timer = {};
    const std::string written = tongsuan::codec::write_market(report.market);
    best.write = std::min(best.write, timer.cpu());
    timer = {};
    const tongsuan::Digest root = tongsuan::market::root(report.market);
    best.root = std::min(best.root, timer.cpu());
    timer = {};
    tongsuan::canonicalise(report.market);
    best.canonicalise = std::min(best.canonicalise, timer.cpu());
    market_bytes = bytes_of(report.market);
    orders = report.market.orders.size();
    if (i == 0) {
      std::printf("%s: %zu orders, %.1f MB, root %s\n", title, orders,
                  static_cast<double>(text.size()) / 1e6,
                  tongsuan::hex(root.data(), root.size()).substr(0, 16).c_str());
    }
  }
  const double megabytes = static_cast<double>(text.size()) / 1e6;
  std::printf("  read (canonical)     %7.3f s  %7.1f MB/s\n", best.read, megabytes / best.read);
  std::printf("  write                %7.3f s  %7.1f MB/s\n", best.write, megabytes / best.write);
  std::printf("  root                 %7.3f s\n", best.root);
  std::printf("  canonicalise again   %7.3f s\n", best.canonicalise);
  std::printf("  market               %7.1f bytes per order\n",
              static_cast<double>(market_bytes) / static_cast<double>(orders));
}

// Every second order is accepted somewhere; prices have six decimals and seldom repeat, which is
// the worst case of the format.
tongsuan::Certificate certificate_of(const tongsuan::Market& market) {
  Random random(11);
  tongsuan::Certificate certificate;
  certificate.market = market.name;
  for (std::uint32_t i = 0; i < market.orders.size(); ++i) {
    if (random.below(2) == 0) continue;
    tongsuan::Award award;
    award.order = tongsuan::OrderId{i};
    award.variant = static_cast<std::uint32_t>(random.below(2));
    award.hub = static_cast<std::uint32_t>(random.below(kHubs));
    award.start = static_cast<tongsuan::Slot>(random.below(kSlots));
    certificate.outcome.awards.push_back(award);
  }
  const std::size_t rows =
      (market.hubs.size() * market.classes.size() + market.zones.size()) * kSlots;
  for (std::size_t i = 0; i < rows; ++i) {
    certificate.bound_prices.push_back(random.between(0, 20'000'000));
    certificate.payment_prices.push_back(random.between(0, 20'000'000));
  }
  for (std::uint32_t i = 0; i < market.account_names.size(); ++i) {
    certificate.totals.push_back({tongsuan::AccountId{i}, random.between(0, 1'000'000'000'000), 0});
  }
  return certificate;
}

void measure_certificate(std::uint32_t orders, int repeats) {
  const tongsuan::Market market = tongsuan::codec::read_market(book(orders, true), "bench").market;
  const tongsuan::Certificate certificate = certificate_of(market);
  Best best;
  std::string text;
  for (int i = 0; i < repeats; ++i) {
    Timer timer;
    text = tongsuan::codec::write_certificate(certificate, market);
    best.write = std::min(best.write, timer.cpu());
    timer = {};
    const auto report = tongsuan::codec::read_certificate(text, "bench", market);
    best.read = std::min(best.read, timer.cpu());
    if (!report.ok() || report.certificate != certificate) std::exit(1);
  }
  const double megabytes = static_cast<double>(text.size()) / 1e6;
  std::printf("certificate: %zu awards, %zu prices, %.1f MB\n", certificate.outcome.awards.size(),
              2 * certificate.bound_prices.size(), megabytes);
  std::printf("  read                 %7.3f s  %7.1f MB/s\n", best.read, megabytes / best.read);
  std::printf("  write                %7.3f s  %7.1f MB/s\n", best.write, megabytes / best.write);
}

}  // namespace

int main(int argc, char** argv) {
  const auto orders = static_cast<std::uint32_t>(argc > 1 ? std::atol(argv[1]) : 1'000'000);
  const int repeats = argc > 2 ? std::atoi(argv[2]) : 3;
  measure("sorted file", book(orders, true), repeats);
  measure("shuffled file", book(orders, false), repeats);
  measure_certificate(orders, repeats);
}

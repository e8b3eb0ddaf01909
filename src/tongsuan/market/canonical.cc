#include "tongsuan/market/canonical.h"

#include <array>
#include <utility>

namespace tongsuan::market {
namespace {

// Canonical bytes: numbers in groups of seven bits, low groups first (LEB128), signed ones zigzag;
// texts with their length before them; a reference that may be absent is 0 or 1 + the id.
class Bytes {
 public:
  void clear() { bytes_.clear(); }
  [[nodiscard]] const std::string& get() const { return bytes_; }

  void number(std::uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }
  void signed_number(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    number(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  void maybe(std::uint32_t id) { number(id == kNone ? 0 : std::uint64_t{id} + 1); }
  void slots(SlotRange range) {
    number(range.begin);
    number(range.end);
  }
  void steps(const Market& market, Span32 range) {
    number(range.count());
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      signed_number(market.steps[i].amount.raw());
      signed_number(market.steps[i].price.raw());
    }
  }
  void hubs(const Market& market, Span32 range) {
    number(range.count());
    for (std::uint32_t i = range.begin; i < range.end; ++i) number(market.hub_lists[i].value);
  }

 private:
  std::string bytes_;
};

void append_places(Bytes& bytes, const Market& market) {
  bytes.number(market.classes.size());
  for (std::uint32_t i = 0; i < market.classes.size(); ++i) {
    bytes.text(market.class_names[i]);
    bytes.number(market.classes[i].watts);
    bytes.number(market.classes[i].node_devices);
  }
  bytes.number(market.zones.size());
  for (std::uint32_t i = 0; i < market.zones.size(); ++i) {
    bytes.text(market.zone_names[i]);
    bytes.number(static_cast<std::uint64_t>(market.zones[i].commodity));
    bytes.number(static_cast<std::uint64_t>(market.zones[i].disposal));
  }
  bytes.number(market.hubs.size());
  for (std::uint32_t i = 0; i < market.hubs.size(); ++i) {
    const Hub& hub = market.hubs[i];
    bytes.text(market.hub_names[i]);
    bytes.maybe(hub.power_zone);
    bytes.maybe(hub.green_zone);
    bytes.number(hub.pue_milli);
    bytes.signed_number(hub.latitude_micro);
    bytes.signed_number(hub.longitude_micro);
    bytes.text(hub.region);
    bytes.text(hub.title_zh);
    bytes.text(hub.title_en);
  }
}

void append_networks(Bytes& bytes, const Market& market) {
  bytes.number(market.lines.size());
  for (const Line& line : market.lines) {
    bytes.number(line.from.value);
    bytes.number(line.to.value);
    bytes.slots(line.slots);
    bytes.signed_number(line.min.raw());
    bytes.signed_number(line.max.raw());
    bytes.signed_number(line.tariff.raw());
  }
  bytes.number(market.links.size());
  for (const Link& link : market.links) {
    bytes.number(link.from.value);
    bytes.number(link.to.value);
    bytes.slots(link.slots);
    bytes.steps(market, link.steps);
  }
  bytes.number(market.data_sets.size());
  for (std::uint32_t i = 0; i < market.data_sets.size(); ++i) {
    bytes.text(market.data_names[i]);
    bytes.number(market.data_sets[i].size_mb);
    bytes.hubs(market, market.data_sets[i].replicas);
  }
}

void append_supply(Bytes& bytes, const Market& market) {
  bytes.number(market.node_blocks.size());
  for (const NodeBlock& block : market.node_blocks) {
    bytes.number(block.hub.value);
    bytes.number(block.accelerator.value);
    bytes.slots(block.slots);
    bytes.number(block.nodes);
  }
  bytes.number(market.group_names.size());
  for (std::uint32_t i = 0; i < market.group_names.size(); ++i) bytes.text(market.group_names[i]);
  bytes.number(market.caps.size());
  for (const Cap& cap : market.caps) {
    bytes.number(cap.group.value);
    bytes.maybe(cap.hub);
    bytes.maybe(cap.accelerator);
    bytes.slots(cap.slots);
    bytes.number(cap.devices);
  }
  bytes.number(market.account_names.size());
  for (std::uint32_t i = 0; i < market.account_names.size(); ++i) {
    bytes.text(market.account_names[i]);
    bytes.maybe(market.accounts[i].home);
  }
  bytes.number(market.offers.size());
  for (std::uint32_t i = 0; i < market.offers.size(); ++i) {
    const Offer& offer = market.offers[i];
    bytes.text(market.offer_names[i]);
    bytes.number(offer.seller.value);
    bytes.maybe(offer.hub);
    bytes.maybe(offer.accelerator);
    bytes.maybe(offer.zone);
    bytes.slots(offer.slots);
    bytes.steps(market, offer.steps);
  }
}

void append_book(Bytes& bytes, const Market& market) {
  bytes.text("tongsuan-market-1");
  bytes.text(market.name);
  bytes.text(market.currency);
  bytes.text(market.calendar.start);
  bytes.number(market.calendar.slot_seconds);
  bytes.number(market.calendar.slot_count);
  append_places(bytes, market);
  append_networks(bytes, market);
  append_supply(bytes, market);
  bytes.number(market.hub_sets.size());
  for (const Span32 set : market.hub_sets) bytes.hubs(market, set);
  bytes.number(market.orders.size());
}

void append_options(Bytes& bytes, const Market& market, Span32 options) {
  bytes.number(options.count());
  for (std::uint32_t i = options.begin; i < options.end; ++i) {
    const Option& option = market.options[i];
    bytes.signed_number(option.value);
    bytes.number(option.legs.count());
    for (std::uint32_t k = option.legs.begin; k < option.legs.end; ++k) {
      const Leg& leg = market.legs[k];
      bytes.maybe(leg.hub);
      bytes.maybe(leg.accelerator);
      bytes.maybe(leg.zone);
      bytes.slots(leg.slots);
      bytes.signed_number(leg.amount);
    }
  }
}

// Fields that the kind does not use have their defaults in a canonical market and are left out.
void append_order(Bytes& bytes, const Market& market, std::uint32_t id) {
  const Order& order = market.orders[id];
  bytes.text(market.order_names[id]);
  bytes.number(order.account.value);
  bytes.number(static_cast<std::uint64_t>(order.kind));
  bytes.maybe(order.group);
  bytes.number(order.green_percent);
  bytes.number(order.whole_nodes ? 1 : 0);
  bytes.maybe(order.after);
  const bool placed = order.kind == OrderKind::kBlock || order.kind == OrderKind::kService;
  if (placed) {
    bytes.number(order.hubs.value);
    bytes.signed_number(order.value);
    bytes.number(order.variants.count());
    for (std::uint32_t i = order.variants.begin; i < order.variants.end; ++i) {
      bytes.number(market.variants[i].accelerator.value);
      bytes.number(market.variants[i].gang);
      bytes.number(market.variants[i].duration);
    }
  }
  switch (order.kind) {
    case OrderKind::kBlock:
      bytes.slots(order.window);
      bytes.signed_number(order.delay_cost);
      bytes.maybe(order.data);
      break;
    case OrderKind::kOptions:
      append_options(bytes, market, order.options);
      break;
    case OrderKind::kCurve:
      append_options(bytes, market, order.options);
      bytes.steps(market, order.steps);
      break;
    case OrderKind::kProfile:
      append_options(bytes, market, order.options);
      bytes.number(order.minimum_ppm);
      break;
    case OrderKind::kService:
      bytes.number(order.services.count());
      for (std::uint32_t i = order.services.begin; i < order.services.end; ++i) {
        bytes.slots(market.ranges[i]);
      }
      break;
  }
}

// ---- Tree --------------------------------------------------------------------------------------

Digest leaf_hash(std::string_view bytes) {
  Sha256 hash;
  hash.update(std::string_view("\0", 1));
  hash.update(bytes);
  return hash.finish();
}

Digest pair_hash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 65> message;
  message[0] = 1;
  std::copy(left.begin(), left.end(), message.begin() + 1);
  std::copy(right.begin(), right.end(), message.begin() + 33);
  Sha256 hash;
  hash.update(message.data(), message.size());
  return hash.finish();
}

// Calls leaf(hash) for every leaf of the book in order.
template <class Leaf>
void each_leaf(const Market& market, Leaf leaf) {
  Bytes bytes;
  append_book(bytes, market);
  leaf(leaf_hash(bytes.get()));
  for (std::uint32_t i = 0; i < market.orders.size(); ++i) {
    bytes.clear();
    append_order(bytes, market, i);
    leaf(leaf_hash(bytes.get()));
  }
}

}  // namespace

std::string book_bytes(const Market& market) {
  Bytes bytes;
  append_book(bytes, market);
  return bytes.get();
}

std::string order_bytes(const Market& market, OrderId order) {
  TONGSUAN_CHECK(order.value < market.orders.size());
  Bytes bytes;
  append_order(bytes, market, order.value);
  return bytes.get();
}

// Full subtrees wait on a stack, the largest first, until their right neighbour is as large: as
// many as there are one bits in the number of leaves.
Digest root(const Market& market) {
  std::vector<Digest> stack;
  std::uint64_t count = 0;
  each_leaf(market, [&](Digest hash) {
    for (std::uint64_t bits = count; (bits & 1) != 0; bits >>= 1) {
      hash = pair_hash(stack.back(), hash);
      stack.pop_back();
    }
    stack.push_back(hash);
    ++count;
  });
  Digest hash = stack.back();
  for (std::size_t i = stack.size() - 1; i > 0; --i) hash = pair_hash(stack[i - 1], hash);
  return hash;
}

BookTree::BookTree(const Market& market) {
  std::vector<Digest> level;
  level.reserve(market.orders.size() + 1);
  each_leaf(market, [&](const Digest& hash) { level.push_back(hash); });
  while (level.size() > 1) {
    std::vector<Digest> above;
    above.reserve(level.size() / 2 + 1);
    for (std::size_t i = 0; i + 1 < level.size(); i += 2) {
      above.push_back(pair_hash(level[i], level[i + 1]));
    }
    if (level.size() % 2 != 0) above.push_back(level.back());
    levels_.push_back(std::move(level));
    level = std::move(above);
  }
  levels_.push_back(std::move(level));
}

InclusionProof BookTree::prove(OrderId order) const {
  TONGSUAN_CHECK(order.value + std::size_t{1} < levels_.front().size());
  InclusionProof proof{std::uint64_t{order.value} + 1, levels_.front().size(), {}};
  std::size_t at = order.value + std::size_t{1};
  for (const std::vector<Digest>& level : levels_) {
    const std::size_t beside = at ^ 1U;
    if (beside < level.size()) proof.path.push_back(level[beside]);
    at /= 2;
  }
  return proof;
}

bool includes(const Digest& root, std::string_view leaf_bytes, const InclusionProof& proof) {
  if (proof.leaf >= proof.leaf_count) return false;
  Digest hash = leaf_hash(leaf_bytes);
  std::size_t used = 0;
  std::uint64_t at = proof.leaf;
  for (std::uint64_t count = proof.leaf_count; count > 1; count = count / 2 + count % 2, at /= 2) {
    if ((at ^ 1U) >= count) continue;  // the last one of an odd row moves up as it is
    if (used == proof.path.size()) return false;
    const Digest& beside = proof.path[used++];
    hash = (at & 1U) != 0 ? pair_hash(beside, hash) : pair_hash(hash, beside);
  }
  return used == proof.path.size() && hash == root;
}

}  // namespace tongsuan::market

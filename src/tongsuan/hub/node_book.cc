#include "tongsuan/hub/node_book.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tongsuan/base/text.h"

namespace tongsuan::hub {
namespace {

constexpr std::size_t kPositionDigits = 7;

std::string node_row(const std::string& device_class, std::size_t at) {
  return std::string(NodeBook::kNodePrefix) + device_class + '/' + padded(at, kPositionDigits);
}

std::string down_reason(const Pool& pool, const std::string& accelerator,
                        const cluster::Node& node) {
  if (node.accelerator != accelerator) {
    return node.name + " has " + (node.accelerator.empty() ? "no devices" : node.accelerator) +
           " instead of " + accelerator;
  }
  if (node.devices != pool.devices) {
    return node.name + " has " + std::to_string(node.devices) + " devices; the exchange sells " +
           std::to_string(pool.devices);
  }
  if (!node.up) return node.name + " is down" + (node.detail.empty() ? "" : ": " + node.detail);
  return {};
}

}  // namespace

bool NodeBook::load(const Row& row) {
  if (row.name.starts_with(kToldPrefix)) {
    told_[row.name.substr(kToldPrefix.size())] = row.text;
    return true;
  }
  const std::size_t slash = row.name.rfind('/');
  if (!row.name.starts_with(kNodePrefix) || slash <= kNodePrefix.size()) return false;
  std::int64_t at = 0;
  if (!parse_decimal(row.name.substr(slash + 1), 0, at) || at < 0 ||
      at >= static_cast<std::int64_t>(cluster::kNodesMax)) {
    return false;
  }
  std::vector<std::string>& names =
      names_[row.name.substr(kNodePrefix.size(), slash - kNodePrefix.size())];
  if (names.size() <= static_cast<std::size_t>(at)) names.resize(static_cast<std::size_t>(at) + 1);
  names[static_cast<std::size_t>(at)] = row.text;
  return true;
}

std::vector<Message> NodeBook::look(const cluster::Inventory& inventory,
                                    const std::vector<Pool>& pools, UnixSecond now,
                                    std::vector<Change>& changes) {
  warnings_.clear();
  assign(inventory, pools, changes);
  std::vector<Message> messages;
  for (const Pool& pool : pools) {
    judge(pool, inventory, now);
    compare(pool, now, messages, changes);
  }
  looked_ = true;
  return messages;
}

void NodeBook::assign(const cluster::Inventory& inventory, const std::vector<Pool>& pools,
                      std::vector<Change>& changes) {
  std::set<std::string> known;
  for (const auto& [device_class, names] : names_) known.insert(names.begin(), names.end());
  for (const cluster::Node& node : inventory.nodes) {
    if (known.contains(node.name)) continue;
    const auto pool = std::ranges::find_if(
        pools, [&](const Pool& one) { return accelerator(one.device_class) == node.accelerator; });
    if (pool == pools.end()) continue;
    std::vector<std::string>& names = names_[pool->device_class];
    if (names.size() == cluster::kNodesMax) continue;
    changes.push_back({node_row(pool->device_class, names.size()), node.name});
    names.push_back(node.name);
  }
}

void NodeBook::judge(const Pool& pool, const cluster::Inventory& inventory, UnixSecond now) {
  const std::vector<std::string>& names = names_[pool.device_class];
  const std::string& accelerator = this->accelerator(pool.device_class);
  std::vector<Position>& positions = positions_[pool.device_class];
  positions.resize(pool.nodes);
  std::map<std::string_view, const cluster::Node*> nodes;
  for (const cluster::Node& node : inventory.nodes) nodes.emplace(node.name, &node);
  std::size_t other_devices = 0;
  for (std::size_t at = 0; at < positions.size(); ++at) {
    Position& position = positions[at];
    if (at < names.size()) position.name = names[at];
    const auto found = nodes.find(position.name);
    if (position.name.empty()) {
      position.why = "no node of the cluster is at position " + std::to_string(at) + " of " +
                     pool.device_class;
    } else if (found == nodes.end()) {
      position.why = position.name + " is not in the cluster any more";
    } else {
      const cluster::Node& node = *found->second;
      position.why = down_reason(pool, accelerator, node);
      if (node.accelerator == accelerator && node.devices != pool.devices) ++other_devices;
    }
    const bool was_up = std::exchange(position.up, position.why.empty());
    if (position.up || was_up || position.down_since == 0) position.down_since = now;
  }
  if (names.size() != pool.nodes) {
    warnings_.push_back("the exchange sells " + std::to_string(pool.nodes) + " nodes of " +
                        pool.device_class + ", the cluster has had " +
                        std::to_string(names.size()));
  }
  if (other_devices > 0) {
    warnings_.push_back(std::to_string(other_devices) + " nodes of " + pool.device_class +
                        " have another number of devices than the exchange sells, and are down");
  }
}

void NodeBook::compare(const Pool& pool, UnixSecond now, std::vector<Message>& messages,
                       std::vector<Change>& changes) {
  std::vector<Position>& positions = positions_[pool.device_class];
  std::string& told = told_[pool.device_class];
  const std::string before = told;
  told.resize(positions.size(), '?');
  for (std::size_t at = 0; at < positions.size(); ++at) {
    const bool up = positions[at].up;
    const char word = up ? '1' : '0';
    // Of what was never told nobody thinks that it is up.
    positions[at].doubted = !up && told[at] == '1' && now < positions[at].down_since + patience_;
    if (told[at] == word || positions[at].doubted) continue;
    told[at] = word;
    const auto place = static_cast<std::int64_t>(at);
    const bool goes_on = !messages.empty() && messages.back().word == pool.device_class &&
                         messages.back().end == place && messages.back().up == up;
    if (goes_on) {
      ++messages.back().end;
      continue;
    }
    Message message;
    message.kind = MessageKind::kNodes;
    message.word = pool.device_class;
    message.begin = place;
    message.end = place + 1;
    message.up = up;
    messages.push_back(message);
  }
  if (told != before) changes.push_back({std::string(kToldPrefix) + pool.device_class, told});
}

void NodeBook::forget_told(std::vector<Change>& changes) {
  for (const auto& [device_class, told] : told_) {
    changes.push_back({std::string(kToldPrefix) + device_class, std::nullopt});
  }
  told_.clear();
}

const Position* NodeBook::find(const std::string& device_class, std::uint32_t at) const {
  const auto found = positions_.find(device_class);
  if (found == positions_.end() || at >= found->second.size()) return nullptr;
  return &found->second[at];
}

const std::string& NodeBook::accelerator(const std::string& device_class) const {
  const auto found = accelerators_.find(device_class);
  return found == accelerators_.end() ? device_class : found->second;
}

std::size_t NodeBook::up_count() const {
  std::size_t count = 0;
  for (const auto& [device_class, positions] : positions_) {
    count += static_cast<std::size_t>(std::ranges::count(positions, true, &Position::up));
  }
  return count;
}

std::size_t NodeBook::down_count() const {
  std::size_t count = 0;
  for (const auto& [device_class, positions] : positions_) {
    count += static_cast<std::size_t>(std::ranges::count(positions, false, &Position::up));
  }
  return count;
}

}  // namespace tongsuan::hub

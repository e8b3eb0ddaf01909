// Which node of the cluster stands at which position of a pool of the exchange.
//
// Model. The exchange counts the nodes of a class; the cluster names them. A name gets a position
// once, and keeps it for good, also when the node is away or has become another machine: contracts
// and history speak of positions. New names get the next free one. A position is *up* where its
// node is there, runs work, and has the accelerator and the number of devices that the exchange
// sells; everything else is down, with a reason. What was told of each position is kept, and only
// what differs is told again: up at once, down after `patience` seconds, because whatever runs on a
// node that is told to be down fails at the exchange, and a controller that has just started calls
// all its nodes down for a moment.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tongsuan/cluster/cluster.h"
#include "tongsuan/hub/exchange_port.h"
#include "tongsuan/hub/spool.h"

namespace tongsuan::hub {

struct Position {
  std::string name;  // empty: no node has it
  bool up = false;
  bool doubted = false;  // down, but for too short a time to be told
  std::string why;       // it is down
  UnixSecond down_since = 0;
};

class NodeBook {
 public:
  static constexpr std::string_view kNodePrefix = "node/", kToldPrefix = "told/";

  // How the cluster calls the accelerators of a class; classes that are not there are called the
  // same on both sides.
  NodeBook(std::map<std::string, std::string> accelerators, std::int64_t patience)
      : accelerators_(std::move(accelerators)), patience_(patience) {}

  // Of the spool. False: a row that is none.
  [[nodiscard]] bool load(const Row& row);

  // What differs from what was told, as messages without number; rows that change are added. What
  // they say is told only once the rows are in the spool.
  [[nodiscard]] std::vector<Message> look(const cluster::Inventory& inventory,
                                          const std::vector<Pool>& pools, UnixSecond now,
                                          std::vector<Change>& changes);
  // Everything is to be told again.
  void forget_told(std::vector<Change>& changes);

  // Whether `look` has been called: before that nobody knows what is up.
  [[nodiscard]] bool has_looked() const { return looked_; }
  // Null: the pool has no such position.
  [[nodiscard]] const Position* find(const std::string& device_class, std::uint32_t at) const;
  [[nodiscard]] const std::string& accelerator(const std::string& device_class) const;
  [[nodiscard]] std::size_t up_count() const;
  [[nodiscard]] std::size_t down_count() const;
  // Sentences about what the exchange and the cluster see differently.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void assign(const cluster::Inventory& inventory, const std::vector<Pool>& pools,
              std::vector<Change>& changes);
  void judge(const Pool& pool, const cluster::Inventory& inventory, UnixSecond now);
  void compare(const Pool& pool, UnixSecond now, std::vector<Message>& messages,
               std::vector<Change>& changes);

  std::map<std::string, std::string> accelerators_;
  std::int64_t patience_;
  std::map<std::string, std::vector<std::string>> names_;   // by class, of each position
  std::map<std::string, std::string> told_;                 // by class: '0', '1' or '?' of each
  std::map<std::string, std::vector<Position>> positions_;  // by class, as last seen
  std::vector<std::string> warnings_;
  bool looked_ = false;
};

}  // namespace tongsuan::hub

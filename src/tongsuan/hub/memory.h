// The rows of the spool in memory, and what has been changed of them since the last commit.
//
// Model. Everything below is changed in memory first and reaches the spool with the next `commit`,
// all of it at once. Whoever is about to ask somebody for something commits before. Messages leave
// in the order of their numbers, which are never used twice.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "tongsuan/hub/exchange_port.h"
#include "tongsuan/hub/node_book.h"
#include "tongsuan/hub/output_keep.h"
#include "tongsuan/hub/record.h"
#include "tongsuan/hub/spool.h"

namespace tongsuan::hub {

inline constexpr std::size_t kOdditiesMax = 1'000;  // that are kept for people to look at

class Memory {
 public:
  Memory(Spool& spool, NodeBook& nodes, OutputKeep& outputs)
      : spool_(spool), nodes_(nodes), outputs_(outputs) {}

  // kCorrupt: a row is none of ours.
  [[nodiscard]] Result<Done> load();
  [[nodiscard]] Result<Done> commit();

  [[nodiscard]] std::map<std::string, Record>& records() { return records_; }
  // To be called where a record was changed.
  void touch(const Record& record) { touched_.insert(record.contract.id); }
  Record& add(Record record);
  void forget(const std::string& contract);

  // Gives it its number.
  void queue(Message message);
  void drop(std::uint64_t number);
  // Those of a contract that lead to its end or its pay.
  void drop_meters_and_end(const std::string& contract);
  [[nodiscard]] bool has_meter(const std::string& contract) const {
    return meters_.contains(contract);
  }
  [[nodiscard]] const std::map<std::uint64_t, Message>& messages() const { return messages_; }

  // What was refused for good, for people to look at.
  void note_oddity(const std::string& text);

  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  void set_epoch(std::uint64_t epoch);
  // Whether the hub was somebody else's, or a lost spool's, until the next list is read: what is in
  // it may have been begun by them.
  [[nodiscard]] bool inherits() const { return inherits_; }
  void set_inherits(bool inherits);
  // So much the exchange's clock is ahead of ours, and the cluster's of ours.
  [[nodiscard]] std::int64_t offset() const { return offset_; }
  void set_offset(std::int64_t offset);
  [[nodiscard]] std::int64_t cluster_offset() const { return cluster_offset_; }
  void set_cluster_offset(std::int64_t offset);

  // Rows of others: the node book's, the outputs', and what people are shown.
  [[nodiscard]] std::vector<Change>& changes() { return changes_; }

 private:
  [[nodiscard]] Result<Done> take(const Row& row);
  void put(Message message);

  Spool& spool_;
  NodeBook& nodes_;
  OutputKeep& outputs_;
  std::map<std::string, Record> records_;  // by contract
  std::set<std::string> touched_;
  std::map<std::uint64_t, Message> messages_;
  std::map<std::string, std::size_t> meters_;  // in messages_, by contract
  std::vector<Change> changes_;
  std::uint64_t epoch_ = 0, next_message_ = 1, next_oddity_ = 1;
  std::int64_t offset_ = 0, cluster_offset_ = 0;
  bool inherits_ = false;
};

}  // namespace tongsuan::hub

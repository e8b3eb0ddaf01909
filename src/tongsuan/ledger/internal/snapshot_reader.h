// Fills a state from the bytes of strangers. Every row is looked at by itself as it is read, then
// all of them together; links and sums are derived.
#pragma once

#include <string_view>

#include "tongsuan/base/byte_reader.h"
#include "tongsuan/ledger/state.h"

namespace tongsuan::ledger::internal {

class SnapshotReader {
 public:
  explicit SnapshotReader(std::string_view bytes);
  // The fault says what is wrong; without one `state` is as it was written.
  [[nodiscard]] const ByteFault& read(State& state);

 private:
  void read_head(State& state);
  void read_participant(State& state, std::uint32_t id);
  void read_window(State& state, Participant& row);
  void read_row(HoldRow& row);
  void read_row(RightRow& row);
  template <class Row>
  void read_table(Table<Row>& table, std::uint32_t most);
  template <class Row>
  void read_free(Table<Row>& table);
  void read_programme(State& state);

  Money money(std::int64_t most = kMoneyMax);
  std::int64_t within(std::int64_t least, std::int64_t most);

  // All rows together: null, or what does not fit.
  static const char* misfit(State& state);
  static const char* misfit_participants(const State& state);
  static const char* misfit_holds(const State& state);
  static const char* misfit_rights(const State& state);
  static const char* misfit_vouchers(const State& state);
  static void link(State& state);

  ByteReader in_;
};

}  // namespace tongsuan::ledger::internal

// Collects the faults of one file. Readers name a fault by a view into the bytes of the file; line,
// column, record and field are worked out from it here, so that the fast path carries no positions.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "tongsuan/codec/fault.h"

namespace tongsuan::codec {

class FaultLog {
 public:
  FaultLog(std::string_view bytes, std::string_view file_name, const ReadOptions& options)
      : bytes_(bytes), file_name_(file_name), options_(options) {}

  // `where` must lie in the bytes of the file; it is quoted as the value.
  void add(FaultCode code, std::string_view where, std::string problem, std::string expected = {});
  // About the line, or the end of the file, at `where`: nothing is quoted.
  void add_at(FaultCode code, std::string_view where, std::string problem,
              std::string expected = {});

  [[nodiscard]] bool empty() const { return faults_.count == 0; }
  // False once further faults are only counted, so that their text need not be made.
  [[nodiscard]] bool listing() const { return faults_.listed.size() < options_.faults_max; }
  // All faults, the listed ones in the order of the file.
  [[nodiscard]] FaultList take();

  // The value of a field of the line at `line_begin`; the line itself when the field is absent.
  [[nodiscard]] std::string_view field_value(std::size_t line_begin, std::string_view key) const;
  // The line number of a position, from 1.
  [[nodiscard]] std::uint32_t line_number(std::size_t position) const;

 private:
  [[nodiscard]] std::string_view line_at(std::size_t position) const;
  void locate(std::string_view where, ReadFault& fault) const;

  std::string_view bytes_;
  std::string_view file_name_;
  ReadOptions options_;
  FaultList faults_;
};

// The nearest of several names to one that was mistyped.
class Suggestion {
 public:
  explicit Suggestion(std::string_view wrong) : wrong_(wrong), distance_(wrong.size() / 3 + 1) {}
  void consider(std::string_view name);
  // `what`, then: did you mean "NAME"?
  [[nodiscard]] std::string text(std::string what) const;

 private:
  std::string_view wrong_;
  std::string best_;
  std::size_t distance_;  // only nearer names are suggested: at most a third of the name is wrong
};

// All names that would have been right, and the nearest: one of a, b; did you mean "b"?
template <class Items, class NameOf>
std::string one_of(const Items& items, std::string_view wrong, NameOf name_of) {
  std::string known;
  Suggestion suggestion(wrong);
  for (const auto& item : items) {
    known += known.empty() ? "one of " : ", ";
    known += name_of(item);
    suggestion.consider(name_of(item));
  }
  return suggestion.text(std::move(known));
}

// Edit distance that counts the exchange of two neighbours as one edit; `limit` when it is not
// less.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

}  // namespace tongsuan::codec

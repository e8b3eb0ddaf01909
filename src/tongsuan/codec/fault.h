// What is wrong with a file, in terms of the file: where, which value, and what was expected.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"

namespace tongsuan::codec {

// Names of faults are stable: programs may rely on `fault_code_name`.
enum class FaultCode : std::uint8_t {
  kHeader,            // the first line does not name this format and version
  kCutFile,           // the last line has no line end: the file was cut
  kEndCount,          // the record count of the `end` line is wrong: records are missing
  kAfterEnd,          // something follows the `end` line
  kTooLarge,          // more bytes, records or items than a named limit allows
  kEncoding,          // bytes that are not UTF-8
  kControlCharacter,  // NUL or another control character
  kSyntax,            // a line that is not: record names... field=value...
  kUnknownRecord,
  kUnknownField,
  kDuplicateField,
  kMissingField,
  kConflictingFields,  // fields that exclude each other
  kMissingRecord,
  kDuplicateRecord,
  kBadName,  // a name with characters that names do not have
  kDuplicateName,
  kUnknownName,      // a reference to something that is not declared
  kBadValue,         // a value that is not of the expected form
  kOutOfRange,       // a number beyond its limits
  kTooPrecise,       // a number with more digits than can be kept
  kEmptyRange,       // begin ≥ end
  kOutsideCalendar,  // a slot range that ends after the last slot
  kOverlap,          // two slot ranges of one pair share a slot
  kOrder,            // steps, ranges or awards that do not rise (or fall) as they must
  kCycle,            // orders that wait for each other
  kWrongKind,        // a reference to a thing of another kind
};
[[nodiscard]] const char* fault_code_name(FaultCode code);  // "empty-range"

struct ReadFault {
  FaultCode code = FaultCode::kSyntax;
  std::string file;
  std::uint32_t line = 0;    // from 1
  std::uint32_t column = 0;  // from 1, in characters
  std::string record;        // "order j1"; empty when the line is not a record
  std::string field;         // "window"; empty when the fault is not in a field
  std::string value;         // as written, shortened when it is long
  std::string problem;       // "is an empty range"
  std::string expected;      // "begin..end with begin < end"
};

// m.market:14: order j1: field window: "96..12" is an empty range; expected begin..end with
// begin < end [empty-range]                                                        (one line)
[[nodiscard]] std::string to_string(const ReadFault& fault);

struct ReadOptions {
  std::size_t faults_max = 20;  // faults that are listed; further ones are only counted
};

struct FaultList {
  std::vector<ReadFault> listed;
  std::size_t count = 0;  // all faults, also those that are not listed

  [[nodiscard]] bool empty() const { return count == 0; }
  // One line per listed fault, then "and N more".
  [[nodiscard]] std::string text() const;
  [[nodiscard]] Error error() const;  // kInvalidArgument with `text`; requires a fault
};

}  // namespace tongsuan::codec

#include "tongsuan/codec/fault.h"

namespace tongsuan::codec {

const char* fault_code_name(FaultCode code) {
  switch (code) {
    case FaultCode::kHeader:
      return "header";
    case FaultCode::kCutFile:
      return "cut-file";
    case FaultCode::kEndCount:
      return "end-count";
    case FaultCode::kAfterEnd:
      return "after-end";
    case FaultCode::kTooLarge:
      return "too-large";
    case FaultCode::kEncoding:
      return "encoding";
    case FaultCode::kControlCharacter:
      return "control-character";
    case FaultCode::kSyntax:
      return "syntax";
    case FaultCode::kUnknownRecord:
      return "unknown-record";
    case FaultCode::kUnknownField:
      return "unknown-field";
    case FaultCode::kDuplicateField:
      return "duplicate-field";
    case FaultCode::kMissingField:
      return "missing-field";
    case FaultCode::kConflictingFields:
      return "conflicting-fields";
    case FaultCode::kMissingRecord:
      return "missing-record";
    case FaultCode::kDuplicateRecord:
      return "duplicate-record";
    case FaultCode::kBadName:
      return "bad-name";
    case FaultCode::kDuplicateName:
      return "duplicate-name";
    case FaultCode::kUnknownName:
      return "unknown-name";
    case FaultCode::kBadValue:
      return "bad-value";
    case FaultCode::kOutOfRange:
      return "out-of-range";
    case FaultCode::kTooPrecise:
      return "too-precise";
    case FaultCode::kEmptyRange:
      return "empty-range";
    case FaultCode::kOutsideCalendar:
      return "outside-calendar";
    case FaultCode::kOverlap:
      return "overlap";
    case FaultCode::kOrder:
      return "order";
    case FaultCode::kCycle:
      return "cycle";
    case FaultCode::kWrongKind:
      return "wrong-kind";
  }
  return "unknown";
}

std::string to_string(const ReadFault& fault) {
  std::string text = fault.file + ':' + std::to_string(fault.line) + ": ";
  if (!fault.record.empty()) text += fault.record + ": ";
  if (!fault.field.empty()) text += "field " + fault.field + ": ";
  if (!fault.value.empty()) text += '"' + fault.value + "\" ";
  text += fault.problem;
  if (!fault.expected.empty()) text += "; expected " + fault.expected;
  return text + " [" + fault_code_name(fault.code) + ']';
}

std::string FaultList::text() const {
  std::string text;
  for (const ReadFault& fault : listed) text += to_string(fault) + '\n';
  if (count > listed.size()) text += "and " + std::to_string(count - listed.size()) + " more\n";
  return text;
}

Error FaultList::error() const {
  TONGSUAN_CHECK(count > 0);
  std::string context = text();
  if (!context.empty()) context.pop_back();
  return Error{ErrorCode::kInvalidArgument, std::move(context)};
}

}  // namespace tongsuan::codec

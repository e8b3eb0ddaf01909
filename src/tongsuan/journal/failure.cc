#include "tongsuan/journal/failure.h"

#include "tongsuan/base/text.h"

namespace tongsuan::journal {
namespace {

std::string digest_text(const std::optional<Digest>& digest) {
  return digest ? hex(digest->data(), digest->size()) : std::string("nothing");
}

}  // namespace

const char* fault_name(Fault fault) {
  switch (fault) {
    case Fault::kInvalid:
      return "invalid";
    case Fault::kFull:
      return "full";
    case Fault::kBusy:
      return "busy";
    case Fault::kNotFound:
      return "not found";
    case Fault::kOwned:
      return "owned";
    case Fault::kFenced:
      return "fenced";
    case Fault::kUnknown:
      return "unknown";
    case Fault::kCorrupt:
      return "corrupt";
    case Fault::kCut:
      return "cut";
    case Fault::kNotAJournal:
      return "not a journal";
    case Fault::kSchema:
      return "other version";
    case Fault::kIo:
      return "input/output";
  }
  return "?";
}

std::string to_string(const Damage& damage) {
  std::string text = damage.file + ": sequence " + std::to_string(damage.sequence) + ", offset " +
                     std::to_string(damage.offset) + ": " + damage.what;
  if (damage.expected || damage.found) {
    text +=
        " (expected " + digest_text(damage.expected) + ", found " + digest_text(damage.found) + ')';
  }
  return text;
}

std::string to_string(const Failure& failure) {
  std::string text = std::string(fault_name(failure.fault)) + ": " + failure.context;
  if (failure.damage) text += "; " + to_string(*failure.damage);
  if (!failure.hint.empty()) text += "; try: " + failure.hint;
  return text;
}

}  // namespace tongsuan::journal

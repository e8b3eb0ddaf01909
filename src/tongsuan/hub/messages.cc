#include <algorithm>

#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/hub/exchange_port.h"
#include "tongsuan/json/document.h"
#include "tongsuan/json/object_reader.h"
#include "tongsuan/json/writer.h"

namespace tongsuan::hub {
namespace {

constexpr std::string_view kKinds[] = {"report", "meter", "end", "settle", "nodes"};
constexpr std::size_t kKeyBytes = 24;

}  // namespace

std::string_view to_string(MessageKind kind) {
  return kKinds[static_cast<std::size_t>(kind)];
}

std::string one_line(std::string_view text) {
  std::string line;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text));
    if (line.size() + length > kDetailBytesMax) break;
    const auto byte = static_cast<unsigned char>(text.front());
    if (byte < 0x20 || byte == 0x7f) {
      line += ' ';
    } else if (utf8_length(text) == 0) {
      line += '?';
    } else {
      line += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return line;
}

std::string describe(const Message& message) {
  std::string text(to_string(message.kind));
  if (!message.contract.empty()) text += ' ' + message.contract;
  if (!message.word.empty()) text += ' ' + message.word;
  if (message.kind == MessageKind::kMeter || message.kind == MessageKind::kNodes) {
    text += " [" + std::to_string(message.begin) + ", " + std::to_string(message.end) + ')';
  }
  if (message.kind == MessageKind::kNodes) text += message.up ? " up" : " down";
  return text;
}

std::string message_key(std::string_view hub, const Message& message, std::uint64_t epoch) {
  const std::string what = "tongsuan hub message\n" + std::string(hub) + '\n' + message.contract +
                           '\n' + std::string(to_string(message.kind)) + '\n' +
                           std::to_string(epoch) + '\n' + std::to_string(message.number);
  const Digest digest = sha256(what);
  return "hub-" + base64url({reinterpret_cast<const char*>(digest.data()), kKeyBytes});
}

std::string write_message(const Message& message) {
  std::string text;
  json::Writer out(text);
  out.begin_object().text("kind", to_string(message.kind)).text("contract", message.contract);
  out.number_unsigned("number", message.number);
  out.text("word", message.word).text("detail", message.detail);
  out.number("begin", message.begin).number("end", message.end).truth("up", message.up);
  out.end_object();
  return text;
}

std::optional<Message> read_message(std::string_view text) {
  json::Document document;
  const Result<json::Value> root = document.parse(text);
  if (!root.ok()) return std::nullopt;
  json::Faults faults;
  json::ObjectReader row(root.value(), json::Path(), faults);
  Message message;
  message.kind = static_cast<MessageKind>(row.choice("kind", kKinds));
  message.contract = row.text("contract", {.bytes_min = 0});
  message.number = static_cast<std::uint64_t>(row.integer("number", {.min = 0}));
  message.word = row.text("word", {.bytes_min = 0});
  message.detail = row.text("detail", {.bytes_min = 0, .bytes_max = 4'096});
  message.begin = row.integer("begin");
  message.end = row.integer("end");
  message.up = row.truth("up");
  row.finish();
  if (!faults.empty()) return std::nullopt;
  return message;
}

}  // namespace tongsuan::hub

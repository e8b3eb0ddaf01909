// Large texts in the journal, a piece at a time, so that no batch waits for one.
//
// Model. A text is cut into pieces of 256 KiB, each a blob; a manifest blob names them. The hash of
// the manifest is the name of the text. Writing goes on piece by piece between batches.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tongsuan/journal/port.h"

namespace tongsuan::node {

inline constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

class BlobWriter {
 public:
  explicit BlobWriter(std::string text);
  // Makes one more piece durable. Nothing is lost when it fails: it may be called again.
  [[nodiscard]] journal::Answer<Done> step(journal::Journal& journal);
  [[nodiscard]] bool done() const { return done_; }
  [[nodiscard]] const std::string& text() const { return text_; }
  // The name of the text, once it is all there.
  [[nodiscard]] const Digest& name() const { return name_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
  std::string manifest_;
  Digest name_{};
  bool done_ = false;
};

// A text with the name that it will have: naming takes hashes, so whoever has the time does it.
struct NamedText {
  std::string bytes;  // empty: none
  Digest name{};
};
[[nodiscard]] NamedText name_text(std::string bytes);

// The text of this name; kNotFound or kCorrupt with what is missing.
[[nodiscard]] journal::Answer<std::string> read_text(
    const Digest& name, const std::function<journal::Answer<std::string>(const Digest&)>& blob);

}  // namespace tongsuan::node

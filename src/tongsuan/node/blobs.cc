#include "tongsuan/node/blobs.h"

#include <utility>

#include "tongsuan/base/bytes.h"
#include "tongsuan/base/sha256.h"

namespace tongsuan::node {
namespace {

constexpr std::string_view kMagic = "tstext-1";
constexpr std::size_t kTextMax = std::size_t{4} << 30;

// What a manifest begins with.
std::string head_of(std::string_view text) {
  std::string head(kMagic);
  append_little_endian(head, std::uint64_t{text.size()});
  return head;
}

}  // namespace

BlobWriter::BlobWriter(std::string text) : text_(std::move(text)), manifest_(head_of(text_)) {}

NamedText name_text(std::string bytes) {
  std::string manifest = head_of(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += kPieceBytes) {
    const Digest hash = sha256(std::string_view(bytes).substr(at, kPieceBytes));
    manifest.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  }
  return {std::move(bytes), sha256(manifest)};
}

journal::Answer<Done> BlobWriter::step(journal::Journal& journal) {
  if (at_ < text_.size()) {
    const std::string_view piece = std::string_view(text_).substr(at_, kPieceBytes);
    TONGSUAN_TRY(const Digest hash, journal.put_blob(piece));
    manifest_.append(reinterpret_cast<const char*>(hash.data()), hash.size());
    at_ += piece.size();
    return Done{};
  }
  TONGSUAN_TRY(name_, journal.put_blob(manifest_));
  done_ = true;
  return Done{};
}

journal::Answer<std::string> read_text(
    const Digest& name, const std::function<journal::Answer<std::string>(const Digest&)>& blob) {
  const journal::Answer<std::string> first = blob(name);
  if (!first.ok()) return first.error();
  const std::string& manifest = first.value();
  const auto corrupt = [](const char* what) {
    return journal::Failure{journal::Fault::kCorrupt, what, "check the journal"};
  };
  const std::size_t head = kMagic.size() + 8;
  if (manifest.size() < head || manifest.substr(0, kMagic.size()) != kMagic) {
    return corrupt("a blob is not the manifest of a text");
  }
  const auto size =
      little_endian<std::uint64_t>(std::string_view(manifest).substr(kMagic.size(), 8));
  const std::size_t pieces = (manifest.size() - head) / sizeof(Digest);
  if (size > kTextMax || pieces != (size + kPieceBytes - 1) / kPieceBytes) {
    return corrupt("a manifest names another number of pieces than its text has");
  }
  std::string text;
  text.reserve(size);
  for (std::size_t i = 0; i < pieces; ++i) {
    Digest hash{};
    manifest.copy(reinterpret_cast<char*>(hash.data()), hash.size(), head + i * hash.size());
    const journal::Answer<std::string> piece = blob(hash);
    if (!piece.ok()) return piece.error();
    text += piece.value();
  }
  if (text.size() != size) return corrupt("the pieces of a text are longer or shorter than it");
  return text;
}

}  // namespace tongsuan::node

#include "tongsuan/import/gzip.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <zlib.h>

namespace tongsuan::imports {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const {
    // Reading only: a failed close loses nothing.
    static_cast<void>(std::fclose(file));
  }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

Error io_error(const std::string& path, const char* what) {
  return Error{ErrorCode::kIo, path + ": " + what + ": " + std::strerror(errno)};
}

Error too_large(const std::string& name) {
  return Error{ErrorCode::kLimit,
               name + ": more than " + std::to_string(kTextBytesMax) + " bytes of text",
               "split the file"};
}

Result<std::string> read_bytes(const std::string& path) {
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) return io_error(path, "cannot open");
  std::string bytes;
  std::size_t used = 0;
  for (;;) {
    bytes.resize(std::max<std::size_t>(used * 2, std::size_t{1} << 16));
    used += std::fread(bytes.data() + used, 1, bytes.size() - used, file.get());
    if (std::ferror(file.get()) != 0) return io_error(path, "cannot read");
    if (used > kTextBytesMax) return too_large(path);
    if (used < bytes.size()) break;
  }
  bytes.resize(used);
  return bytes;
}

// zlib's state, released on every way out.
class Inflater {
 public:
  Inflater() : ready_(inflateInit2(&stream_, 15 + 16) == Z_OK) {}
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] z_stream& stream() { return stream_; }

 private:
  z_stream stream_{};
  bool ready_;
};

// The last four bytes of a gzip file hold the size of its last member modulo 2^32. It is a hint
// from the file, so it may only choose how much is reserved first, and only up to zlib's best
// ratio.
std::size_t size_hint(std::string_view packed) {
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    size |= std::uint32_t{static_cast<unsigned char>(packed[packed.size() - 4 + i])} << (8 * i);
  }
  return std::min<std::size_t>(size, packed.size() * 1032) + 64;
}

constexpr std::size_t kChunkMax = std::size_t{1} << 30;  // zlib counts in 32 bits

}  // namespace

Result<std::string> unpack_gzip(std::string_view packed, const std::string& name) {
  Inflater inflater;
  if (!inflater.ready() || packed.size() < 18) {
    return Error{ErrorCode::kCorrupt, name + ": not a complete gzip file"};
  }
  z_stream& stream = inflater.stream();
  std::string text(size_hint(packed), '\0');
  std::size_t used = 0;
  std::size_t taken = 0;
  for (;;) {
    if (used == text.size()) text.resize(text.size() * 2);
    const std::size_t in = std::min(packed.size() - taken, kChunkMax);
    const std::size_t out = std::min(text.size() - used, kChunkMax);
    // zlib's interface has no const; it does not write to the input.
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + taken));
    stream.avail_in = static_cast<uInt>(in);
    stream.next_out = reinterpret_cast<Bytef*>(text.data() + used);
    stream.avail_out = static_cast<uInt>(out);
    const int status = inflate(&stream, Z_NO_FLUSH);
    taken += in - stream.avail_in;
    used += out - stream.avail_out;
    if (used > kTextBytesMax) return too_large(name);
    if (status == Z_STREAM_END) {
      if (taken == packed.size()) break;
      inflateReset(&stream);  // a further member follows
      continue;
    }
    if (status == Z_OK && (stream.avail_out == 0 || taken < packed.size())) continue;
    const bool cut = status == Z_OK || status == Z_BUF_ERROR;
    return Error{ErrorCode::kCorrupt,
                 name + (cut ? ": gzip data end too early" : ": gzip data are damaged") +
                     " after " + std::to_string(taken) + " bytes",
                 "fetch the file again"};
  }
  text.resize(used);
  return text;
}

Result<std::string> read_text(const std::string& path) {
  Result<std::string> bytes = read_bytes(path);
  if (!bytes.ok() || !bytes.value().starts_with("\x1f\x8b")) return bytes;
  return unpack_gzip(bytes.value(), path);
}

}  // namespace tongsuan::imports

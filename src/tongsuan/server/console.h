// The console's files: a built browser application, read once at start and answered from memory.
//
// Model. A table from the path of a request ("assets/app-1a2b.js") to the bytes that answer it, in
// up to three encodings: `name`, `name.gz` and `name.br` of the folder are one entry. A path that
// is not in the table and has no dot in its last segment is one of the application's own: it gets
// index.html. There is no other file system behind it, so a path can reach nothing else.
//
// Invariants. Routes of the exchange come first, and everything below /v1 is theirs. Files of
// assets/ and workers/ have a hash of their content in their name and never change; all others are
// asked for again, by their ETag. The policy of content lets in scripts, styles and data of this
// origin only. Files of workers/ may also compile WebAssembly, which pages may not.
//
// Ownership. The table owns the bytes; it does not change once it is read.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/net/message.h"

namespace tongsuan::server {

inline constexpr std::size_t kConsoleFilesMax = 2'048;
inline constexpr std::size_t kConsoleBytesMax = std::size_t{64} << 20;  // of all encodings

class Console {
 public:
  [[nodiscard]] static Result<Console> read(const std::string& folder);

  // Nothing where the path is not the console's.
  [[nodiscard]] std::optional<net::Response> answer(const net::Request& request) const;

  [[nodiscard]] std::size_t files() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  // By what is preferred: brotli, gzip, as it is.
  static constexpr std::array<std::string_view, 3> kEncodings = {"br", "gzip", ""};
  static constexpr std::array<std::string_view, 3> kSuffixes = {".br", ".gz", ""};
  struct Variant {
    std::string body, tag;
    bool there = false;
  };
  using Entry = std::array<Variant, kEncodings.size()>;

  Console() = default;
  [[nodiscard]] Result<Done> add(const std::string& name, const std::string& path);
  [[nodiscard]] Result<Done> check(const std::string& folder) const;
  [[nodiscard]] const std::pair<const std::string, Entry>* find(
      const std::vector<std::string>& path) const;

  std::map<std::string, Entry, std::less<>> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace tongsuan::server

#include "tongsuan/server/console.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tongsuan/base/sha256.h"
#include "tongsuan/base/text.h"
#include "tongsuan/server/internal/header_text.h"

namespace tongsuan::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kIndex = "index.html";
constexpr std::string_view kHowToBuild =
    "build the console with npm ci && npm run build in console/";

constexpr std::string_view kPagePolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";
// A worker has the policy of its own file.
constexpr std::string_view kWorkerPolicy =
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "frame-ancestors 'none'";

std::string_view content_type(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".html", "text/html; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},
      {".json", "application/json"},
      {".svg", "image/svg+xml"},
      {".wasm", "application/wasm"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".txt", "text/plain; charset=utf-8"},
      {".webmanifest", "application/manifest+json"},
  };
  for (const auto& [suffix, type] : kTypes) {
    if (name.ends_with(suffix)) return type;
  }
  return "application/octet-stream";
}

bool is_worker(std::string_view name) {
  return name.starts_with("workers/");
}
bool never_changes(std::string_view name) {
  return name.starts_with("assets/") || is_worker(name);
}

Error console_error(ErrorCode code, std::string what, std::string_view hint = kHowToBuild) {
  return {code, std::move(what), std::string(hint)};
}

Result<std::string> read_console_file(const std::string& path, std::size_t size) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(size, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file || file.peek() != std::ifstream::traits_type::eof()) {
    return console_error(ErrorCode::kIo, path + " cannot be read, or changed while it was read",
                         "check its rights, and start again once the build is done");
  }
  return bytes;
}

// Its first segment belongs to the exchange.
bool is_of_exchange(const std::vector<std::string>& path) {
  return !path.empty() && path.front() == "v1";
}

}  // namespace

Result<Done> Console::add(const std::string& name, const std::string& path) {
  std::error_code failed;
  const std::uintmax_t size = fs::file_size(path, failed);
  if (failed) return console_error(ErrorCode::kIo, path + " cannot be read: " + failed.message());
  if (size > kConsoleBytesMax - bytes_ || entries_.size() >= kConsoleFilesMax) {
    return console_error(ErrorCode::kLimit,
                         "the console has more than " + std::to_string(kConsoleFilesMax) +
                             " files or " + std::to_string(kConsoleBytesMax >> 20) +
                             " MiB: it is kept in memory",
                         "name the folder of a build, console/dist, and nothing above it");
  }
  TONGSUAN_TRY(std::string body, read_console_file(path, static_cast<std::size_t>(size)));
  std::size_t encoding = 0;
  while (!name.ends_with(kSuffixes[encoding])) ++encoding;
  const std::string plain = name.substr(0, name.size() - kSuffixes[encoding].size());
  const Digest digest = sha256(body);
  bytes_ += body.size();
  // Each encoding has a tag of its own, because its bytes are others.
  entries_[plain][encoding] = {std::move(body), '"' + hex(digest.data(), 16) + '"', true};
  return Done{};
}

Result<Done> Console::check(const std::string& folder) const {
  if (!entries_.contains(kIndex)) {
    return console_error(ErrorCode::kNotFound,
                         folder + " has no " + std::string(kIndex) + ": it is no built console");
  }
  for (const auto& [name, entry] : entries_) {
    if (entry.back().there) continue;
    return console_error(ErrorCode::kCorrupt, name + " is in " + folder + " only compressed");
  }
  return Done{};
}

Result<Console> Console::read(const std::string& folder) {
  std::error_code failed;
  fs::recursive_directory_iterator files(folder, failed);
  if (failed) {
    return console_error(ErrorCode::kIo,
                         "the console's folder " + folder + " cannot be read: " + failed.message());
  }
  Console console;
  for (; files != fs::recursive_directory_iterator(); files.increment(failed)) {
    if (failed) break;
    const fs::file_status status = files->symlink_status(failed);
    const std::string path = files->path().string();
    if (fs::is_directory(status)) continue;
    if (!fs::is_regular_file(status)) {
      return console_error(ErrorCode::kInvalidArgument, path + " is no plain file",
                           "replace it by what it points to; the console is plain files only");
    }
    const std::string name = files->path().lexically_relative(folder).generic_string();
    TONGSUAN_TRY([[maybe_unused]] const Done added, console.add(name, path));
  }
  if (failed) return console_error(ErrorCode::kIo, folder + ": " + failed.message());
  TONGSUAN_TRY([[maybe_unused]] const Done good, console.check(folder));
  return console;
}

const std::pair<const std::string, Console::Entry>* Console::find(
    const std::vector<std::string>& path) const {
  std::string name;
  for (const std::string& segment : path) name += (name.empty() ? "" : "/") + segment;
  auto found = entries_.find(name);
  if (found != entries_.end()) return &*found;
  // A file that is not there is an error; everything else is a place in the application.
  if (!path.empty() && path.back().find('.') != std::string::npos) return nullptr;
  if (!path.empty() && never_changes(path.front() + '/')) return nullptr;
  found = entries_.find(kIndex);
  return found == entries_.end() ? nullptr : &*found;
}

std::optional<net::Response> Console::answer(const net::Request& request) const {
  if (request.method != net::Method::kGet && request.method != net::Method::kHead) return {};
  if (is_of_exchange(request.path)) return {};
  const auto* found = find(request.path);
  if (found == nullptr) return {};
  const auto& [name, entry] = *found;
  std::size_t encoding = 0;
  while (!kEncodings[encoding].empty() &&
         (!entry[encoding].there ||
          !internal::lists(request.headers, "accept-encoding", kEncodings[encoding]))) {
    ++encoding;
  }
  const Variant& variant = entry[encoding];
  net::Response response;
  response.headers.list = {
      {"ETag", variant.tag},
      {"Cache-Control", never_changes(name) ? "public, max-age=31536000, immutable" : "no-cache"},
      {"Vary", "Accept-Encoding"},
      {"Content-Security-Policy", std::string(is_worker(name) ? kWorkerPolicy : kPagePolicy)},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
  };
  if (internal::has_already(request.headers, variant.tag)) {
    response.status = 304;
    return response;
  }
  if (!kEncodings[encoding].empty()) {
    response.headers.list.push_back({"Content-Encoding", std::string(kEncodings[encoding])});
  }
  response.content_type = content_type(name);
  response.body = variant.body;
  return response;
}

}  // namespace tongsuan::server

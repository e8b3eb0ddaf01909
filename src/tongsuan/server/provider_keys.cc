#include "tongsuan/server/provider_keys.h"

#include <algorithm>
#include <fstream>

#include "tongsuan/access/mode.h"
#include "tongsuan/net/client.h"
#include "tongsuan/server/daemon_options.h"

namespace tongsuan::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr milliseconds kProviderDeadline{10'000};

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(access::kJwksBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.is_open()) {
    return Error{ErrorCode::kIo, path + " cannot be read", "check its name and its rights"};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

Result<std::string> fetch(const KeySource& source) {
  net::ClientOptions options;
  options.ca_file = source.ca_file;
  options.send_deadline = options.answer_deadline = options.body_deadline = kProviderDeadline;
  options.body_bytes = access::kJwksBytesMax;
  TONGSUAN_TRY(net::Client client, net::Client::make(source.base, options));
  TONGSUAN_TRY(net::Response response, client.request(net::Method::kGet, source.target));
  if (response.status == 200) return std::move(response.body);
  return Error{ErrorCode::kUnavailable,
               source.base + source.target + " answers " + std::to_string(response.status),
               "check the address of the provider's keys (jwks_uri)"};
}

}  // namespace

Result<KeySource> key_source(const ProviderOptions& options) {
  const std::string& jwks = options.jwks;
  const std::size_t mark = jwks.find("://");
  if (mark == std::string::npos)
    return KeySource{.file = jwks, .base = {}, .target = {}, .ca_file = {}};
  const std::size_t host = mark + 3;
  const std::size_t path = std::min(jwks.find('/', host), jwks.size());
  const bool local = access::is_loopback(std::string_view(jwks).substr(host, path - host));
  if (!jwks.starts_with("https://") && !(jwks.starts_with("http://") && local)) {
    return Error{ErrorCode::kInvalidArgument,
                 "jwks is fetched by https, so that nobody on the way changes it",
                 "jwks = \"https://…\", or the name of a file"};
  }
  return KeySource{.file = {},
                   .base = jwks.substr(0, path),
                   .target = path < jwks.size() ? jwks.substr(path) : "/",
                   .ca_file = options.ca_file};
}

Result<access::Jwks> read_keys(const KeySource& source) {
  TONGSUAN_TRY(const std::string text,
               source.file.empty() ? fetch(source) : read_text(source.file));
  Result<access::Jwks> keys = access::Jwks::parse(text);
  if (keys.ok()) return keys;
  Error error = keys.error();
  error.context = (source.file.empty() ? source.base + source.target : source.file) +
                  " is no set of keys: " + error.context;
  return error;
}

ProviderKeys::ProviderKeys(Read read, Take take, Log& log)
    : read_(std::move(read)), take_(std::move(take)), log_(log) {}

ProviderKeys::~ProviderKeys() {
  stop();
}

void ProviderKeys::start(seconds every, bool have) {
  thread_ = std::thread([this, every, have] { loop(every, have); });
}

void ProviderKeys::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void ProviderKeys::hurry() {
  {
    const std::lock_guard lock(mutex_);
    hurried_ = true;
  }
  changed_.notify_all();
}

void ProviderKeys::renew() {
  Result<access::Jwks> keys = read_();
  if (keys.ok()) {
    take_(std::move(keys).value());
    return;
  }
  log_.write("provider-keys-failed", [&](json::Writer& out) {
    out.text("reason", keys.error().context).text("try", keys.error().hint);
  });
}

void ProviderKeys::loop(seconds every, bool have) {
  steady_clock::time_point last = steady_clock::now();
  if (!have) renew();
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    // Who hurries waits for the pause, and everybody for the period.
    const seconds wait = hurried_ ? std::min(kHurryPause, every) : every;
    if (steady_clock::now() < last + wait) {
      changed_.wait_until(lock, last + wait);
      continue;
    }
    hurried_ = false;
    last = steady_clock::now();
    lock.unlock();
    renew();
    lock.lock();
  }
}

}  // namespace tongsuan::server

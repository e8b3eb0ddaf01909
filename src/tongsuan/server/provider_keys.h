// The public keys of an OpenID provider, from a file or an address, read again now and then.
//
// Keys that were read once stay until others have been read: a provider that does not answer for a
// while lets nobody's tokens become strange. `hurry` asks for them at once, because a token named a
// key that is not known; at most every kHurryPause, whoever sends such tokens.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "tongsuan/access/jwks.h"
#include "tongsuan/base/result.h"
#include "tongsuan/server/log.h"

namespace tongsuan::server {

struct ProviderOptions;

inline constexpr std::chrono::seconds kHurryPause{10};

struct KeySource {
  std::string file;  // or:
  std::string base, target, ca_file;
};
// Refuses addresses that somebody on the way could change: https, or http on this machine.
[[nodiscard]] Result<KeySource> key_source(const ProviderOptions& options);
[[nodiscard]] Result<access::Jwks> read_keys(const KeySource& source);

class ProviderKeys {
 public:
  using Read = std::function<Result<access::Jwks>()>;
  using Take = std::function<void(access::Jwks)>;
  // Both are called on a thread of its own, from `start` to `stop`.
  ProviderKeys(Read read, Take take, Log& log);
  ~ProviderKeys();
  ProviderKeys(const ProviderKeys&) = delete;
  ProviderKeys& operator=(const ProviderKeys&) = delete;

  // Reads every so often; the first time at once unless `have` says that keys are there.
  void start(std::chrono::seconds every, bool have);
  void stop();
  void hurry();  // any thread

 private:
  void loop(std::chrono::seconds every, bool have);
  void renew();

  Read read_;
  Take take_;
  Log& log_;
  std::mutex mutex_;  // guards the rest
  std::condition_variable changed_;
  bool stopping_ = false, hurried_ = false;
  std::thread thread_;
};

}  // namespace tongsuan::server

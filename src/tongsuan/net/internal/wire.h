// A blocking connection with deadlines, over TCP or TLS, for the client.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tongsuan/base/result.h"

namespace tongsuan::net {

struct TlsOfClient {
  std::string ca_file, certificate, key;
};

// The settings for TLS; made once per client.
class TlsSettings;
[[nodiscard]] Result<std::shared_ptr<TlsSettings>> make_tls_settings(const TlsOfClient& files);

class Wire {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  struct Reach {
    std::chrono::milliseconds patience;
    std::function<bool(std::string_view address)> allowed;  // empty: all are
  };
  // `tls` is null for plain TCP. Tries every address of the host that is allowed.
  [[nodiscard]] static Result<Wire> connect(const std::string& host, std::uint16_t port,
                                            std::shared_ptr<TlsSettings> tls, const Reach& reach);
  Wire(Wire&&) noexcept;
  Wire& operator=(Wire&&) noexcept;
  ~Wire();

  [[nodiscard]] Result<Done> write(std::string_view bytes, Deadline deadline);
  // How many came; 0 at the end.
  [[nodiscard]] Result<std::size_t> read(std::span<char> room, Deadline deadline);
  // Whether the peer has hung up or said something unasked.
  [[nodiscard]] bool is_stale() const;

 private:
  struct Impl;
  explicit Wire(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tongsuan::net

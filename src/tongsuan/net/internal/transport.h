// Bytes to and from one peer, over TCP or TLS, without a word of Asio; fuzzers have one in memory.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace tongsuan::net {

// Whoever owns a transport. Called on its thread, never from inside a call of the transport.
class TransportUser {
 public:
  TransportUser() = default;
  TransportUser(const TransportUser&) = delete;
  TransportUser& operator=(const TransportUser&) = delete;
  virtual ~TransportUser() = default;
  virtual void on_ready(bool ok) = 0;  // after start
  // `count` is 0 at the end of what the peer sends; `ok` is false when the connection is broken.
  virtual void on_read(std::size_t count, bool ok) = 0;
  virtual void on_written(bool ok) = 0;
};

// One read and one write at a time. The shared pointers keep the user alive until it was called.
class Transport {
 public:
  enum class Written { kDone, kLater, kBroken };  // kLater: on_written will be called

  Transport() = default;
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;
  virtual ~Transport() = default;
  virtual void start(std::shared_ptr<TransportUser> user) = 0;
  virtual void read(std::shared_ptr<TransportUser> user, std::span<char> room) = 0;
  // The bytes have to stay until it is done.
  [[nodiscard]] virtual Written write(std::shared_ptr<TransportUser> user,
                                      std::span<const std::string_view> parts) = 0;
  virtual void end_sending() = 0;
  // So that a reader who does not read cannot have the kernel keep megabytes.
  virtual void keep_send_buffer_small() = 0;
  virtual void close() = 0;
  [[nodiscard]] virtual std::string peer_subject() const = 0;
};

}  // namespace tongsuan::net

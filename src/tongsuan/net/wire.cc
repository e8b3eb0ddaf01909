#include "tongsuan/net/internal/wire.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tongsuan::net {
namespace {

using Clock = std::chrono::steady_clock;

Error broken(const char* what, int number) {
  return {ErrorCode::kUnavailable, std::string(what) + ": " + std::strerror(number), ""};
}

// Waits for poll's events; false at the deadline.
bool wait_for(int socket, short events, Wire::Deadline deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd poll_for{socket, events, 0};
    const int timeout =
        left <= 0 ? 0 : static_cast<int>(std::min<decltype(left)>(left + 1, 60'000));
    const int ready = ::poll(&poll_for, 1, timeout);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the next call says what is wrong
    if (Clock::now() >= deadline) return false;
  }
}

Error timed_out(const char* what) {
  return {ErrorCode::kTimeout, std::string(what) + " took longer than allowed", ""};
}

// OpenSSL's own sockets raise SIGPIPE when the peer has gone; these do not.
int bio_write(BIO* bio, const char* bytes, int size) {
  const int socket = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  const auto count = ::send(socket, bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(count);
}

int bio_read(BIO* bio, char* bytes, int size) {
  const int socket = static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
  BIO_clear_retry_flags(bio);
  const auto count = ::recv(socket, bytes, static_cast<std::size_t>(size), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(count);
}

long bio_control(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO* make_bio(int socket) {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  BIO* bio = BIO_new(method);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  return bio;
}

std::string ssl_reason() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "the connection was closed";
  const char* reason = ERR_reason_error_string(code);
  if (reason != nullptr) return reason;
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

}  // namespace

class TlsSettings {
 public:
  TlsSettings() : context(SSL_CTX_new(TLS_client_method())) {}
  ~TlsSettings() { SSL_CTX_free(context); }
  TlsSettings(const TlsSettings&) = delete;
  TlsSettings& operator=(const TlsSettings&) = delete;
  SSL_CTX* context;
};

Result<std::shared_ptr<TlsSettings>> make_tls_settings(const TlsOfClient& files) {
  auto settings = std::make_shared<TlsSettings>();
  SSL_CTX* context = settings->context;
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  const bool has_roots = files.ca_file.empty()
                             ? SSL_CTX_set_default_verify_paths(context) == 1
                             : SSL_CTX_load_verify_file(context, files.ca_file.c_str()) == 1;
  if (!has_roots) {
    return Error{ErrorCode::kInvalidArgument,
                 "certificates of authorities " + files.ca_file + ": " + ssl_reason(),
                 "name a PEM file that this user may read"};
  }
  if (files.certificate.empty()) return settings;
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return Error{
        ErrorCode::kInvalidArgument,
        "certificate " + files.certificate + " with key " + files.key + ": " + ssl_reason(),
        "name PEM files that belong together and that this user may read"};
  }
  return settings;
}

struct Wire::Impl {
  explicit Impl(int opened) : socket(opened) {}
  ~Impl() {
    if (ssl != nullptr) {
      if (is_open) SSL_shutdown(ssl);  // a word of goodbye, without waiting for one
      SSL_free(ssl);
    }
    ERR_clear_error();
    ::close(socket);
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  // Runs one call of OpenSSL until it is through; its result.
  template <class Call>
  Result<int> through(Call call, const char* what, Deadline deadline) {
    for (;;) {
      ERR_clear_error();
      const int result = call();
      if (result > 0) return result;
      const int error = SSL_get_error(ssl, result);
      if (error == SSL_ERROR_ZERO_RETURN) return 0;
      if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) {
        is_open = false;
        return failure(what);
      }
      if (!wait_for(socket, error == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) {
        return timed_out(what);
      }
    }
  }
  [[nodiscard]] Error failure(const char* what) const {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK) {
      ERR_clear_error();
      return {ErrorCode::kUnavailable,
              std::string("the server's certificate is not trusted: ") +
                  X509_verify_cert_error_string(verdict),
              "ca_file of the settings names the authority that signed it"};
    }
    return {ErrorCode::kUnavailable, std::string(what) + ": " + ssl_reason(), ""};
  }

  int socket;
  std::shared_ptr<TlsSettings> settings;
  SSL* ssl = nullptr;
  bool is_open = false;
};

Wire::Wire(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Wire::Wire(Wire&&) noexcept = default;
Wire& Wire::operator=(Wire&&) noexcept = default;
Wire::~Wire() = default;

namespace {

Result<int> connect_to(const addrinfo& address, Wire::Deadline deadline) {
  const int socket = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return broken("cannot open a socket", errno);
  const int yes = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  int problem = ::connect(socket, address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (problem == EINPROGRESS) {
    if (!wait_for(socket, POLLOUT, deadline)) {
      ::close(socket);
      return timed_out("connecting");
    }
    socklen_t size = sizeof problem;
    getsockopt(socket, SOL_SOCKET, SO_ERROR, &problem, &size);
  }
  if (problem == 0) return socket;
  ::close(socket);
  return broken("cannot connect", problem);
}

bool is_address(const std::string& host) {
  in6_addr ignored{};
  return inet_pton(AF_INET, host.c_str(), &ignored) == 1 ||
         inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

Error nobody_there(const std::string& host, std::uint16_t port, const Error& why) {
  const std::string where = host + " port " + std::to_string(port);
  return {
      why.code, where + ": " + why.context,
      why.hint.empty() ? "is a server running there? look at the address and the port" : why.hint};
}

std::string text_of(const addrinfo& address) {
  std::array<char, NI_MAXHOST> text{};
  const int status = getnameinfo(address.ai_addr, address.ai_addrlen, text.data(), text.size(),
                                 nullptr, 0, NI_NUMERICHOST);
  return status == 0 ? text.data() : "";
}

}  // namespace

Result<Wire> Wire::connect(const std::string& host, std::uint16_t port,
                           std::shared_ptr<TlsSettings> tls, const Reach& reach) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (status != 0) {
    return nobody_there(
        host, port,
        {ErrorCode::kUnavailable, gai_strerror(status), "look at the name of the host"});
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
  Result<int> socket = Error{ErrorCode::kUnavailable, "no address that is allowed", ""};
  const Deadline deadline = Clock::now() + reach.patience;
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    if (reach.allowed && !reach.allowed(text_of(*address))) continue;
    socket = connect_to(*address, deadline);
    if (socket.ok()) break;
  }
  if (!socket.ok()) return nobody_there(host, port, socket.error());
  auto impl = std::make_unique<Impl>(socket.value());
  if (tls == nullptr) return Wire(std::move(impl));

  impl->settings = std::move(tls);
  impl->ssl = SSL_new(impl->settings->context);
  BIO* bio = make_bio(impl->socket);
  SSL_set_bio(impl->ssl, bio, bio);
  // The certificate has to be for this very host.
  X509_VERIFY_PARAM* rules = SSL_get0_param(impl->ssl);
  if (is_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_host(rules, host.c_str(), host.size());
    // The macro for it has a cast that our warnings refuse.
    SSL_ctrl(impl->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(host.c_str()));
  }
  Impl& wire = *impl;
  const Result<int> shaken =
      wire.through([&] { return SSL_connect(wire.ssl); }, "the handshake of TLS", deadline);
  if (!shaken.ok()) return nobody_there(host, port, shaken.error());
  wire.is_open = true;
  return Wire(std::move(impl));
}

Result<Done> Wire::write(std::string_view bytes, Deadline deadline) {
  Impl& wire = *impl_;
  while (!bytes.empty()) {
    if (wire.ssl != nullptr) {
      const int size = static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20));
      TONGSUAN_TRY(const int count,
                   wire.through([&] { return SSL_write(wire.ssl, bytes.data(), size); }, "sending",
                                deadline));
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    const auto count = ::send(wire.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      if (!wait_for(wire.socket, POLLOUT, deadline)) return timed_out("sending");
    } else if (errno != EINTR) {
      return broken("sending", errno);
    }
  }
  return Done{};
}

Result<std::size_t> Wire::read(std::span<char> room, Deadline deadline) {
  Impl& wire = *impl_;
  if (wire.ssl != nullptr) {
    const int size = static_cast<int>(std::min<std::size_t>(room.size(), 1 << 20));
    TONGSUAN_TRY(const int count,
                 wire.through([&] { return SSL_read(wire.ssl, room.data(), size); },
                              "waiting for the answer", deadline));
    return static_cast<std::size_t>(count);
  }
  for (;;) {
    const auto count = ::recv(wire.socket, room.data(), room.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EAGAIN) {
      if (!wait_for(wire.socket, POLLIN, deadline)) return timed_out("waiting for the answer");
    } else if (errno != EINTR) {
      return broken("waiting for the answer", errno);
    }
  }
}

bool Wire::is_stale() const {
  if (impl_->ssl != nullptr) {
    // Tickets of TLS 1.3 come unasked; reading nothing takes them in, and sees a goodbye.
    char byte = 0;
    ERR_clear_error();
    const int count = SSL_peek(impl_->ssl, &byte, 1);
    const bool is_quiet = count <= 0 && SSL_get_error(impl_->ssl, count) == SSL_ERROR_WANT_READ;
    ERR_clear_error();
    return !is_quiet;
  }
  char byte = 0;
  const auto count = ::recv(impl_->socket, &byte, 1, MSG_PEEK);
  return count >= 0 || (errno != EAGAIN && errno != EINTR);
}

}  // namespace tongsuan::net

// Everything of Asio: sockets, TLS, the threads. What a connection does is in connection.cc.
#include "tongsuan/net/server.h"

#include <arpa/inet.h>
#include <array>
#include <condition_variable>
#include <ctime>
#include <map>
#include <mutex>
#include <openssl/x509.h>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include "tongsuan/net/internal/connection.h"
#include "tongsuan/net/internal/lane.h"
#include "tongsuan/net/internal/transport.h"

namespace tongsuan::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Tcp = asio::ip::tcp;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kRefusalsAtOnce = 64;  // above that, connections are closed without a word
constexpr std::size_t kFilesOfOthers = 64;   // open files that are left to the rest of the program
constexpr unsigned kThreadsMax = 256;
constexpr int kStreamKernelBytes = 64 * 1024;  // of a reader of events
constexpr milliseconds kGraceAfterStop{200};   // for last answers to be sent

// ---- Transports --------------------------------------------------------------------------------

void shrink_send_buffer(Tcp::socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::send_buffer_size(kStreamKernelBytes), ignored);
}

class TcpTransport final : public Transport {
 public:
  explicit TcpTransport(Tcp::socket socket) : socket_(std::move(socket)) {}

  void start(std::shared_ptr<TransportUser> user) override {
    asio::post(socket_.get_executor(), [user = std::move(user)] { user->on_ready(true); });
  }
  void read(std::shared_ptr<TransportUser> user, std::span<char> room) override {
    socket_.async_read_some(asio::buffer(room.data(), room.size()),
                            [user = std::move(user)](const error_code& ec, std::size_t count) {
                              user->on_read(count, !ec || ec == asio::error::eof);
                            });
  }
  // Most answers fit into the kernel's buffer: then there is nothing to wait for.
  Written write(std::shared_ptr<TransportUser> user,
                std::span<const std::string_view> parts) override {
    buffers_.clear();
    for (const std::string_view part : parts) buffers_.emplace_back(part.data(), part.size());
    error_code ec;
    std::size_t count = socket_.write_some(buffers_, ec);
    if (ec && ec != asio::error::would_block && ec != asio::error::try_again) {
      return Written::kBroken;
    }
    if (count == asio::buffer_size(buffers_)) return Written::kDone;
    std::size_t done = 0;
    while (count >= buffers_[done].size()) count -= buffers_[done++].size();
    buffers_.erase(buffers_.begin(), buffers_.begin() + static_cast<std::ptrdiff_t>(done));
    buffers_.front() += count;
    asio::async_write(socket_, buffers_,
                      [user = std::move(user)](const error_code& failure, std::size_t) {
                        user->on_written(!failure);
                      });
    return Written::kLater;
  }
  void end_sending() override {
    error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
  }
  void keep_send_buffer_small() override { shrink_send_buffer(socket_); }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }
  [[nodiscard]] std::string peer_subject() const override { return {}; }

 private:
  Tcp::socket socket_;
  std::vector<asio::const_buffer> buffers_;
};

std::string subject_of(X509* certificate) {
  if (certificate == nullptr) return {};
  std::string subject;
  if (BIO* memory = BIO_new(BIO_s_mem())) {
    X509_NAME_print_ex(memory, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253);
    std::array<char, 1024> text{};
    const int size = BIO_read(memory, text.data(), static_cast<int>(text.size()));
    if (size > 0) subject.assign(text.data(), static_cast<std::size_t>(size));
    BIO_free(memory);
  }
  X509_free(certificate);
  return subject;
}

class TlsTransport final : public Transport {
 public:
  TlsTransport(Tcp::socket socket, std::shared_ptr<asio::ssl::context> context)
      : context_(std::move(context)), stream_(std::move(socket), *context_) {}

  void start(std::shared_ptr<TransportUser> user) override {
    stream_.async_handshake(
        asio::ssl::stream_base::server,
        [user = std::move(user)](const error_code& ec) { user->on_ready(!ec); });
  }
  void read(std::shared_ptr<TransportUser> user, std::span<char> room) override {
    stream_.async_read_some(asio::buffer(room.data(), room.size()),
                            [user = std::move(user)](const error_code& ec, std::size_t count) {
                              const bool ended = ec == asio::error::eof ||
                                                 ec == asio::ssl::error::stream_truncated;
                              user->on_read(count, !ec || ended);
                            });
  }
  Written write(std::shared_ptr<TransportUser> user,
                std::span<const std::string_view> parts) override {
    buffers_.clear();
    for (const std::string_view part : parts) buffers_.emplace_back(part.data(), part.size());
    asio::async_write(
        stream_, buffers_,
        [user = std::move(user)](const error_code& ec, std::size_t) { user->on_written(!ec); });
    return Written::kLater;
  }
  // Without TLS's own goodbye: every message says its length itself, or has a last chunk.
  void end_sending() override {
    error_code ignored;
    stream_.next_layer().shutdown(Tcp::socket::shutdown_send, ignored);
  }
  void keep_send_buffer_small() override { shrink_send_buffer(stream_.next_layer()); }
  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }
  [[nodiscard]] std::string peer_subject() const override {
    // native_handle is not const, though this changes nothing.
    auto& stream = const_cast<asio::ssl::stream<Tcp::socket>&>(stream_);
    return subject_of(SSL_get1_peer_certificate(stream.native_handle()));
  }

 private:
  std::shared_ptr<asio::ssl::context> context_;
  asio::ssl::stream<Tcp::socket> stream_;
  std::vector<asio::const_buffer> buffers_;
};

// ---- Who may come in ---------------------------------------------------------------------------

// How many connections there are, in all and by address.
class Gate {
 public:
  using Address = std::array<unsigned char, 16>;
  enum class Verdict { kWelcome, kFull, kAddressFull };

  Gate(std::size_t all_max, std::size_t address_max)
      : all_max_(all_max), address_max_(address_max) {}

  static Address of(const asio::ip::address& address) {
    Address bytes{};
    if (address.is_v4()) {
      bytes = asio::ip::make_address_v6(asio::ip::v4_mapped, address.to_v4()).to_bytes();
    } else {
      bytes = address.to_v6().to_bytes();
      // One customer has a whole /64; but for addresses of IPv4 in disguise.
      if (!address.to_v6().is_v4_mapped()) std::fill(bytes.begin() + 8, bytes.end(), 0);
    }
    return bytes;
  }
  Verdict enter(const Address& address) {
    const std::lock_guard lock(mutex_);
    if (all_ >= all_max_) return Verdict::kFull;
    std::size_t& count = by_address_[address];
    if (count >= address_max_) return Verdict::kAddressFull;
    ++count;
    ++all_;
    return Verdict::kWelcome;
  }
  void leave(const Address& address) {
    const std::lock_guard lock(mutex_);
    --all_;
    const auto found = by_address_.find(address);
    if (--found->second == 0) by_address_.erase(found);
  }
  bool enter_refused() {
    const std::lock_guard lock(mutex_);
    if (refused_ == kRefusalsAtOnce) return false;
    ++refused_;
    return true;
  }
  void leave_refused() {
    const std::lock_guard lock(mutex_);
    --refused_;
  }

 private:
  std::mutex mutex_;
  const std::size_t all_max_, address_max_;
  std::size_t all_ = 0, refused_ = 0;
  std::map<Address, std::size_t> by_address_;
};

std::string http_date() {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(parts.tm_wday)], parts.tm_mday,
                kMonths[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900,
                parts.tm_hour, parts.tm_min, parts.tm_sec);
  return text.data();
}

// Deadlines are looked at this often: a quarter of the shortest, so that none is late by much.
milliseconds tick_of(const Limits& limits) {
  milliseconds shortest{1'000};
  for (const milliseconds deadline :
       {limits.header_deadline, limits.body_deadline, limits.idle_deadline, limits.answer_deadline,
        limits.write_deadline, limits.linger, limits.heartbeat}) {
    shortest = std::min(shortest, deadline);
  }
  return std::max(milliseconds{5}, shortest / 4);
}

// ---- Lanes -------------------------------------------------------------------------------------

class AsioLane final : public Lane, public std::enable_shared_from_this<AsioLane> {
 public:
  AsioLane(const ServerOptions& server_options, const Handler& server_handler,
           std::shared_ptr<Gate> gate, std::shared_ptr<std::atomic<std::size_t>> answers)
      : Lane(server_options, server_handler, std::move(answers)),
        gate_(std::move(gate)),
        timer_(context),
        tick_(tick_of(options.limits)) {
    date = http_date();
  }

  void run() {
    thread_ = std::this_thread::get_id();
    tick();
    context.run();
  }

  bool post(Letter letter) override {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    letters_.push_back(std::move(letter));
    // One call for all letters that come before it is made.
    if (letters_.size() == 1) {
      asio::post(context, [self = shared_from_this()] { self->open_letters(); });
    }
    return true;
  }
  [[nodiscard]] bool is_this_thread() const override {
    return std::this_thread::get_id() == thread_;
  }
  void forget(Connection& connection) override {
    const std::size_t index = connection.index;
    leave_gate(connection, members_[index].address);
    if (!connection.is_refused) counters.connections_open.subtract_one();
    if (index + 1 != members_.size()) {
      members_[index] = std::move(members_.back());
      members_[index].connection->index = index;
    }
    members_.pop_back();
    if (draining_ && members_.empty()) tell_drained();
  }

  // The lane's thread. A refused connection is told why and closed.
  void adopt(const std::shared_ptr<Connection>& connection, const Gate::Address& address,
             const Problem* refusal) {
    connection->is_refused = refusal != nullptr;
    if (is_over_) return leave_gate(*connection, address);
    connection->index = members_.size();
    members_.push_back({connection, address});
    if (refusal != nullptr) return connection->refuse(*refusal);
    counters.connections_open.add();
    connection->start();
    if (draining_) connection->drain();
  }

  // From the thread that stops the server.
  void drain() {
    asio::post(context, [self = shared_from_this()] {
      self->draining_ = true;
      self->each([](Connection& connection) { connection.drain(); });
      if (self->members_.empty()) self->tell_drained();
    });
  }
  void abandon() {
    asio::post(context, [self = shared_from_this()] {
      self->each([](Connection& connection) { connection.abandon(); });
    });
  }
  void end() {
    asio::post(context, [self = shared_from_this()] {
      self->each([](Connection& connection) { connection.close(); });
      self->timer_.cancel();
      self->is_over_ = true;
      self->end_post();
    });
  }
  void wait_until_empty(Clock::time_point deadline) {
    std::unique_lock lock(mutex_);
    drained_changed_.wait_until(lock, deadline, [this] { return is_drained_; });
  }

  asio::io_context context{1};

 private:
  struct Member {
    std::shared_ptr<Connection> connection;
    Gate::Address address;
  };

  // Connections may leave while they are visited; each is visited once at least.
  template <class Visit>
  void each(Visit visit) {
    for (std::size_t i = members_.size(); i-- > 0;) {
      if (i >= members_.size()) continue;
      const std::shared_ptr<Connection> connection = members_[i].connection;
      visit(*connection);
    }
  }

  void leave_gate(const Connection& connection, const Gate::Address& address) {
    if (connection.is_refused) {
      gate_->leave_refused();
    } else {
      gate_->leave(address);
    }
  }

  void tell_drained() {
    const std::lock_guard lock(mutex_);
    is_drained_ = true;
    drained_changed_.notify_all();
  }

  // Nothing is taken any more; streams that were just begun end here.
  void end_post() {
    std::vector<Letter> letters;
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      letters.swap(letters_);
    }
    for (const Letter& letter : letters) {
      if (letter.stream != nullptr) letter.stream->close();
    }
  }

  void open_letters() {
    std::vector<Letter> letters;
    {
      const std::lock_guard lock(mutex_);
      letters.swap(letters_);
    }
    for (Letter& letter : letters) letter.connection->open_letter(letter);
  }

  void tick() {
    if (is_over_) return;
    date = http_date();
    const Clock::time_point now = Clock::now();
    each([now](Connection& connection) { connection.tick(now); });
    timer_.expires_after(tick_);
    timer_.async_wait([self = shared_from_this()](const error_code& ec) {
      if (!ec) self->tick();
    });
  }

  std::shared_ptr<Gate> gate_;
  asio::steady_timer timer_;
  const milliseconds tick_;
  std::thread::id thread_;
  std::vector<Member> members_;
  bool draining_ = false, is_over_ = false;

  // Shared with other threads.
  std::mutex mutex_;
  std::condition_variable drained_changed_;
  std::vector<Letter> letters_;
  bool ended_ = false, is_drained_ = false;
};

// ---- Starting ----------------------------------------------------------------------------------

std::string library_reason() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "unknown";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

Error bad_file(const char* what, const std::string& path, const error_code& ec) {
  ERR_clear_error();
  return {ErrorCode::kInvalidArgument, std::string(what) + ' ' + path + ": " + ec.message(),
          "name a PEM file that this user may read"};
}

Result<std::shared_ptr<asio::ssl::context>> make_tls(const TlsFiles& files) {
  using asio::ssl::context;
  auto tls = std::make_shared<context>(context::tls_server);
  SSL_CTX* native = tls->native_handle();
  error_code ec;
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  static constexpr std::string_view kSession = "tongsuan";
  SSL_CTX_set_session_id_context(native, reinterpret_cast<const unsigned char*>(kSession.data()),
                                 kSession.size());
  tls->use_certificate_chain_file(files.certificate, ec);
  if (ec) return bad_file("certificate", files.certificate, ec);
  tls->use_private_key_file(files.key, context::pem, ec);
  if (ec) return bad_file("private key", files.key, ec);
  if (SSL_CTX_check_private_key(native) != 1) {
    return Error{ErrorCode::kInvalidArgument,
                 files.key + " is not the key of " + files.certificate + ": " + library_reason(),
                 "name the key that the certificate was made for"};
  }
  if (files.client_ca.empty()) return tls;
  tls->load_verify_file(files.client_ca, ec);
  if (ec) return bad_file("certificates of client authorities", files.client_ca, ec);
  SSL_CTX_set_client_CA_list(native, SSL_load_client_CA_file(files.client_ca.c_str()));
  tls->set_verify_mode(
      asio::ssl::verify_peer | (files.client_required ? asio::ssl::verify_fail_if_no_peer_cert : 0),
      ec);
  if (ec) return bad_file("certificates of client authorities", files.client_ca, ec);
  return tls;
}

Error cannot_listen(const ServerOptions& options, const error_code& ec) {
  const std::string port = std::to_string(options.port);
  const std::string elsewhere = "--listen 127.0.0.1:0 for any free port";
  if (ec == asio::error::address_in_use) {
    return {ErrorCode::kUnavailable, "port " + port + " is in use by another program", elsewhere};
  }
  if (ec == asio::error::access_denied) {
    return {ErrorCode::kUnavailable, "this user may not listen on port " + port, elsewhere};
  }
  return {ErrorCode::kUnavailable,
          "cannot listen on " + options.address + " port " + port + ": " + ec.message(), elsewhere};
}

Result<Done> listen(const ServerOptions& options, Tcp::acceptor& acceptor) {
  error_code ec;
  const asio::ip::address address = asio::ip::make_address(options.address, ec);
  if (ec) {
    return Error{ErrorCode::kInvalidArgument, options.address + " is not an IP address",
                 "--listen 127.0.0.1:0 for this machine only"};
  }
  const Tcp::endpoint endpoint(address, options.port);
  acceptor.open(endpoint.protocol(), ec);
  if (!ec) acceptor.set_option(Tcp::acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(endpoint, ec);
  if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return cannot_listen(options, ec);
  return Done{};
}

// No more connections than files may be open.
std::size_t connections_max(const Limits& limits) {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) {
    return limits.connections;
  }
  const auto open = static_cast<std::size_t>(files.rlim_cur);
  return std::min(limits.connections, open > 2 * kFilesOfOthers + kRefusalsAtOnce
                                          ? open - kFilesOfOthers - kRefusalsAtOnce
                                          : kFilesOfOthers);
}

}  // namespace

struct Server::Impl {
  Impl(const ServerOptions& server_options, const Handler& handler)
      : options(server_options),
        gate(std::make_shared<Gate>(connections_max(options.limits),
                                    options.limits.connections_per_address)) {
    const auto answers = std::make_shared<std::atomic<std::size_t>>(0);
    for (unsigned i = 0; i < options.threads; ++i) {
      lanes.push_back(std::make_shared<AsioLane>(options, handler, gate, answers));
    }
    acceptor.emplace(lanes[0]->context);
    pause.emplace(lanes[0]->context);
  }

  // The first lane's thread accepts for all.
  void accept() {
    const std::shared_ptr<AsioLane> lane = lanes[next++ % lanes.size()];
    acceptor->async_accept(lane->context, [this, lane](const error_code& ec, Tcp::socket socket) {
      if (ec == asio::error::operation_aborted || !acceptor->is_open()) return;
      if (ec && ec != asio::error::connection_aborted) return accept_later();  // no files left
      if (!ec) {
        asio::dispatch(lane->context, [this, lane, accepted = std::move(socket)]() mutable {
          admit(lane, std::move(accepted));
        });
      }
      accept();
    });
  }
  void accept_later() {
    pause->expires_after(milliseconds{50});
    pause->async_wait([this](const error_code& ec) {
      if (!ec && acceptor->is_open()) accept();
    });
  }

  void admit(const std::shared_ptr<AsioLane>& lane, Tcp::socket socket) {
    error_code ec;
    const auto peer = socket.remote_endpoint(ec);
    if (!ec) socket.set_option(Tcp::no_delay(true), ec);
    if (!ec) socket.non_blocking(true, ec);
    if (ec) return;
    const Gate::Address address = Gate::of(peer.address());
    const Gate::Verdict verdict = gate->enter(address);
    const bool is_welcome = verdict == Gate::Verdict::kWelcome;
    (is_welcome ? lane->counters.connections_accepted : lane->counters.connections_refused).add();
    // A refusal over TLS would cost more than the connection that is refused.
    if (!is_welcome && (tls != nullptr || !gate->enter_refused())) return;
    std::unique_ptr<Transport> transport;
    if (tls != nullptr) {
      transport = std::make_unique<TlsTransport>(std::move(socket), tls);
    } else {
      transport = std::make_unique<TcpTransport>(std::move(socket));
    }
    const auto connection =
        std::make_shared<Connection>(lane, std::move(transport), peer.address().to_string());
    const Problem full{503, kConnections, "the server has as many connections as it may have",
                       "come back in a minute"};
    const Problem address_full{429, kConnectionsOfAddress,
                               "your address has as many connections as one may have",
                               "use one connection for many requests"};
    lane->adopt(connection, address,
                is_welcome                        ? nullptr
                : verdict == Gate::Verdict::kFull ? &full
                                                  : &address_full);
  }

  void stop(milliseconds deadline) {
    if (threads.empty()) return;
    const Clock::time_point end = Clock::now() + deadline;
    asio::post(lanes[0]->context, [this] {
      error_code ignored;
      acceptor->close(ignored);
      pause->cancel();
    });
    for (const auto& lane : lanes) lane->drain();
    for (const auto& lane : lanes) lane->wait_until_empty(end);
    for (const auto& lane : lanes) lane->abandon();
    const Clock::time_point grace_end = Clock::now() + kGraceAfterStop;
    for (const auto& lane : lanes) lane->wait_until_empty(grace_end);
    for (const auto& lane : lanes) lane->end();
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  }

  const ServerOptions options;
  std::shared_ptr<Gate> gate;
  std::shared_ptr<asio::ssl::context> tls;
  std::vector<std::shared_ptr<AsioLane>> lanes;
  std::optional<Tcp::acceptor> acceptor;
  std::optional<asio::steady_timer> pause;
  std::size_t next = 0;
  std::uint16_t port = 0;
  std::vector<std::thread> threads;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() {
  stop(milliseconds{0});
}

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, Handler handler) {
  if (options.threads == 0 || options.threads > kThreadsMax) {
    return Error{ErrorCode::kInvalidArgument,
                 std::to_string(options.threads) + " threads are not possible",
                 "from 1 to " + std::to_string(kThreadsMax)};
  }
  auto impl = std::make_unique<Impl>(options, handler);
  if (options.tls) {
    TONGSUAN_TRY(impl->tls, make_tls(*options.tls));
  }
  TONGSUAN_TRY([[maybe_unused]] const Done done, listen(options, *impl->acceptor));
  error_code ec;
  impl->port = impl->acceptor->local_endpoint(ec).port();
  impl->accept();
  for (const auto& lane : impl->lanes) impl->threads.emplace_back([lane] { lane->run(); });
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const {
  return impl_->port;
}
void Server::stop(milliseconds deadline) {
  impl_->stop(deadline);
}

void Counters::add_to(ServerCounters& sum) const {
  sum.connections_open += connections_open.get();
  sum.connections_accepted += connections_accepted.get();
  sum.connections_refused += connections_refused.get();
  sum.handshakes_failed += handshakes_failed.get();
  sum.requests += requests.get();
  sum.answers_unwanted += answers_unwanted.get();
  sum.bytes_read += bytes_read.get();
  sum.bytes_written += bytes_written.get();
  sum.streams_open += streams_open.get();
  sum.streams_started += streams_started.get();
  sum.slow_readers_closed += slow_readers.get();
  sum.handler_microseconds += handler_microseconds.get();
  for (std::size_t i = 0; i < answers.size(); ++i) sum.answers[i] += answers[i].get();
  for (std::size_t i = 0; i < handler_latency.size(); ++i) {
    sum.handler_latency[i] += handler_latency[i].get();
  }
}

ServerCounters Server::counters() const {
  ServerCounters sum;
  for (const auto& lane : impl_->lanes) lane->counters.add_to(sum);
  return sum;
}

}  // namespace tongsuan::net

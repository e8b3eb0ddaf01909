#include "http_load.h"

#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include "tongsuan/base/text.h"

namespace tongsuan::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::string_view kNumber = "{n}";
constexpr std::size_t kNumberDigits = 12;

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

struct Answer {
  int status = 0;
  std::size_t size = 0;  // of head and body; 0 while it is not whole
};

// The first answer in the bytes: only what servers of benches send, with a Content-Length.
Answer first_answer(std::string_view bytes) {
  const std::size_t end = bytes.find("\r\n\r\n");
  if (end == std::string_view::npos || bytes.size() < 12) return {};
  Answer answer;
  std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
  std::size_t length = 0;
  std::string_view head = bytes.substr(0, end + 2);
  for (std::size_t line = head.find('\n'); line + 1 < head.size();
       line = head.find('\n', line + 1)) {
    static constexpr std::string_view kLength = "content-length:";
    const std::string_view rest = head.substr(line + 1);
    if (rest.size() < kLength.size() ||
        strncasecmp(rest.data(), kLength.data(), kLength.size()) != 0) {
      continue;
    }
    const std::size_t digits = rest.find_first_not_of(' ', kLength.size());
    std::from_chars(rest.data() + digits, rest.data() + rest.size(), length);
  }
  const std::size_t size = end + 4 + length;
  if (bytes.size() >= size) answer.size = size;
  return answer;
}

// Connections of one thread.
class LoadThread {
 public:
  LoadThread(const LoadOptions& options, std::atomic<std::uint64_t>& number, unsigned connections)
      : options_(options), number_(number), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    peers_.resize(connections);
    for (Peer& peer : peers_) open(peer);
  }
  ~LoadThread() {
    for (const Peer& peer : peers_) ::close(peer.socket);
    ::close(epoll_);
  }
  LoadThread(const LoadThread&) = delete;
  LoadThread& operator=(const LoadThread&) = delete;

  void run(LoadResult& result) {
    const auto begin = Clock::now() + seconds(options_.warm_up_seconds);
    const auto end = begin + seconds(options_.seconds);
    double cpu = 0, process_cpu = 0;
    for (Peer& peer : peers_) ask(peer);
    for (auto now = Clock::now(); now < end; now = Clock::now()) {
      if (!measuring_ && now >= begin) {
        measuring_ = true;
        cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        process_cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
      }
      epoll_event events[64];
      const int count = epoll_wait(epoll_, events, 64, 50);
      for (int i = 0; i < count; ++i) serve(peers_[events[i].data.u32], events[i].events);
    }
    result_.client_cpu_seconds = seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu;
    result_.process_cpu_seconds = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - process_cpu;
    result = std::move(result_);
  }

 private:
  struct Peer {
    int socket = -1;
    std::string out, in;
    std::size_t sent = 0;
    bool waits_to_write = false;
    Clock::time_point began;
  };
  static Clock::duration seconds(double count) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(count));
  }
  void open(Peer& peer) {
    peer.socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    inet_pton(AF_INET, options_.address.c_str(), &address.sin_addr);
    const int yes = 1;
    setsockopt(peer.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (::connect(peer.socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      give_up("cannot connect");
    }
    watch(peer, EPOLL_CTL_ADD, EPOLLIN);
  }
  void watch(const Peer& peer, int what, unsigned events) {
    epoll_event event{};
    event.events = events;
    event.data.u32 = static_cast<std::uint32_t>(&peer - peers_.data());
    epoll_ctl(epoll_, what, peer.socket, &event);
  }
  void ask(Peer& peer) {
    peer.out.clear();
    peer.sent = 0;
    options_.make(number_.fetch_add(1, std::memory_order_relaxed), peer.out);
    peer.began = Clock::now();
    send_on(peer);
  }
  void send_on(Peer& peer) {
    const auto count = ::send(peer.socket, peer.out.data() + peer.sent, peer.out.size() - peer.sent,
                              MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) peer.sent += static_cast<std::size_t>(count);
    const bool waits = peer.sent < peer.out.size();
    if (waits != peer.waits_to_write) {
      watch(peer, EPOLL_CTL_MOD, waits ? EPOLLIN | EPOLLOUT : EPOLLIN);
    }
    peer.waits_to_write = waits;
  }
  void serve(Peer& peer, unsigned events) {
    if ((events & EPOLLOUT) != 0 && peer.waits_to_write) send_on(peer);
    if ((events & ~static_cast<unsigned>(EPOLLOUT)) == 0) return;
    char bytes[16 * 1024];
    const auto count = ::recv(peer.socket, bytes, sizeof bytes, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) return begin_again(peer);
    peer.in.append(bytes, static_cast<std::size_t>(count));
    const Answer answer = first_answer(peer.in);
    if (answer.size == 0) return;
    peer.in.erase(0, answer.size);
    if (measuring_) note(peer, answer);
    ask(peer);
  }
  void note(const Peer& peer, const Answer& answer) {
    ++result_.answers[answer.status];
    result_.bytes_read += answer.size;
    result_.bytes_sent += peer.out.size();
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - peer.began);
    result_.microseconds.push_back(static_cast<std::uint32_t>(took.count()));
  }
  void begin_again(Peer& peer) {
    if (measuring_) ++result_.broken;
    ::close(peer.socket);
    peer.in.clear();
    peer.waits_to_write = false;
    open(peer);
    ask(peer);
  }

  const LoadOptions& options_;
  std::atomic<std::uint64_t>& number_;
  const int epoll_;
  std::vector<Peer> peers_;
  bool measuring_ = false;
  LoadResult result_;
};

// The text with every "{n}" made room for, and where they are.
struct Numbered {
  std::string text;
  std::vector<std::size_t> places;
};

Numbered numbered(std::string_view text) {
  Numbered result;
  for (;;) {
    const std::size_t at = text.find(kNumber);
    result.text += text.substr(0, at);
    if (at == std::string_view::npos) return result;
    result.places.push_back(result.text.size());
    result.text.append(kNumberDigits, '0');
    text.remove_prefix(at + kNumber.size());
  }
}

}  // namespace

double LoadResult::milliseconds_at(std::uint64_t per_mille) const {
  if (microseconds.empty()) return 0;
  const std::size_t place =
      std::min(microseconds.size() - 1, microseconds.size() * per_mille / 1000);
  return microseconds[place] * 1e-3;
}

LoadResult put_load(const LoadOptions& options) {
  std::atomic<std::uint64_t> number = 1;
  std::vector<LoadResult> results(options.threads);
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < options.threads; ++i) {
    const unsigned share =
        options.connections / options.threads + (i < options.connections % options.threads ? 1 : 0);
    threads.emplace_back([&, i, share] { LoadThread(options, number, share).run(results[i]); });
  }
  for (std::thread& thread : threads) thread.join();
  LoadResult sum;
  sum.seconds = options.seconds;
  for (const LoadResult& part : results) {
    sum.client_cpu_seconds += part.client_cpu_seconds;
    sum.process_cpu_seconds = part.process_cpu_seconds;
    sum.broken += part.broken;
    sum.bytes_read += part.bytes_read;
    sum.bytes_sent += part.bytes_sent;
    for (const auto& [status, count] : part.answers) sum.answers[status] += count;
    sum.microseconds.insert(sum.microseconds.end(), part.microseconds.begin(),
                            part.microseconds.end());
  }
  std::sort(sum.microseconds.begin(), sum.microseconds.end());
  return sum;
}

std::function<void(std::uint64_t, std::string&)> maker_of(const RequestTemplate& request) {
  std::string head = request.method + ' ' + request.target + " HTTP/1.1\r\nHost: " + request.host;
  for (const std::string& header : request.headers) head += "\r\n" + header;
  const bool has_body =
      !request.body.empty() || (request.method != "GET" && request.method != "HEAD");
  if (has_body) {
    head += "\r\nContent-Length: " + std::to_string(numbered(request.body).text.size());
  }
  return
      [all = numbered(head + "\r\n\r\n" + request.body)](std::uint64_t number, std::string& out) {
        out += all.text;
        if (all.places.empty()) return;
        const std::string digits = padded(number, kNumberDigits);
        for (const std::size_t place : all.places) digits.copy(out.data() + place, kNumberDigits);
      };
}

}  // namespace tongsuan::bench

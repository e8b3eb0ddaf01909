// Readers of an exchange's event stream while orders flow. One connection sends orders at a steady
// rate and learns the sequence of each; every reader notes when the event of that sequence comes.
// usage: bench_stream_load --target http://127.0.0.1:PORT --token TOKEN --body-file ORDER
//   [--readers 1000] [--rate 50] [--seconds 10]
// Lag is from the first byte of the request to the bytes of its event at a reader: it has the
// acknowledgement in it. "{n}" in the order becomes its number.
#include <algorithm>
#include <arpa/inet.h>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "http_load.h"

namespace {

using namespace tongsuan::bench;
using Clock = std::chrono::steady_clock;

struct Arguments {
  std::uint16_t port = 0;
  std::string token = "dev-load", order;
  unsigned readers = 1'000;
  double rate = 50, seconds = 10;
};

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "bench_stream_load: %s\n", what.c_str());
  std::exit(2);
}

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--target") {
      arguments.port = static_cast<std::uint16_t>(std::atoi(value.c_str() + value.rfind(':') + 1));
    } else if (name == "--token") {
      arguments.token = value;
    } else if (name == "--body-file") {
      std::ifstream in(value, std::ios::binary);
      arguments.order.assign(std::istreambuf_iterator<char>(in), {});
    } else if (name == "--readers") {
      arguments.readers = static_cast<unsigned>(std::atoi(value.c_str()));
    } else if (name == "--rate") {
      arguments.rate = std::atof(value.c_str());
    } else if (name == "--seconds") {
      arguments.seconds = std::atof(value.c_str());
    } else {
      fail("there is no option " + name);
    }
  }
  if (arguments.port == 0 || arguments.order.empty()) fail("--target and --body-file are needed");
  return arguments;
}

// From one of many addresses of this machine: a server limits connections of each.
int connect_from(unsigned number, std::uint16_t port) {
  const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in from{}, to{};
  from.sin_family = to.sin_family = AF_INET;
  from.sin_addr.s_addr = htonl(0x7F000001U + number % 64);
  to.sin_addr.s_addr = htonl(0x7F000001U);
  to.sin_port = htons(port);
  const int yes = 1;
  setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::bind(file, reinterpret_cast<sockaddr*>(&from), sizeof from) != 0 ||
      ::connect(file, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    fail(std::string("cannot connect: ") + std::strerror(errno));
  }
  return file;
}

void send_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(file, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail("the exchange takes no requests any more");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// ---- Orders ----------------------------------------------------------------------------------

// When each order was sent, by the sequence that it got.
class Sender {
 public:
  explicit Sender(const Arguments& arguments) : arguments_(arguments) {}

  void run() {
    const int file = connect_from(0, arguments_.port);
    const auto make = maker_of(
        {.method = "POST",
         .target = "/v1/orders",
         .body = arguments_.order,
         .headers = {"Authorization: Bearer " + arguments_.token, "Content-Type: application/json",
                     "Idempotency-Key: stream-" + std::to_string(getpid()) + "-{n}"}});
    const auto begun = Clock::now();
    const auto pause = std::chrono::duration<double>(1 / arguments_.rate);
    const auto count = static_cast<std::uint64_t>(arguments_.rate * arguments_.seconds);
    for (std::uint64_t i = 0; i < count; ++i) {
      std::this_thread::sleep_until(
          begun + std::chrono::duration_cast<Clock::duration>(pause * static_cast<double>(i)));
      std::string request;
      make(i, request);
      const auto asked = Clock::now();
      send_all(file, request);
      if (!learn(file, asked)) ++refused;
    }
    ::close(file);
  }
  [[nodiscard]] std::map<std::uint64_t, Clock::time_point> sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
  }
  std::atomic<std::uint64_t> refused = 0;

 private:
  bool learn(int file, Clock::time_point asked) {
    std::string answer;
    char bytes[4'096];
    while (answer.find("\r\n\r\n") == std::string::npos || !answer.ends_with("}")) {
      const auto count = ::recv(file, bytes, sizeof bytes, 0);
      if (count <= 0) fail("the exchange ended a connection");
      answer.append(bytes, static_cast<std::size_t>(count));
    }
    static constexpr std::string_view kSequence = R"("sequence":")";
    const std::size_t at = answer.find(kSequence);
    if (answer.compare(9, 3, "201") != 0 || at == std::string::npos) return false;
    std::uint64_t sequence = 0;
    const char* digits = answer.data() + at + kSequence.size();
    std::from_chars(digits, answer.data() + answer.size(), sequence);
    const std::lock_guard lock(mutex_);
    sent_.emplace(sequence, asked);
    return true;
  }

  const Arguments& arguments_;
  std::mutex mutex_;
  std::map<std::uint64_t, Clock::time_point> sent_;
};

// ---- Readers ---------------------------------------------------------------------------------

struct Came {
  std::uint64_t sequence = 0;
  Clock::time_point at;
};

struct ReaderState {
  int file = -1;
  std::string line;        // that is not whole yet
  std::uint64_t last = 0;  // sequence
  bool ended = false;
};

class Readers {
 public:
  explicit Readers(const Arguments& arguments)
      : epoll_(epoll_create1(EPOLL_CLOEXEC)), readers_(arguments.readers) {
    const std::string request =
        "GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: "
        "Bearer " +
        arguments.token + "\r\n\r\n";
    for (unsigned i = 0; i < readers_.size(); ++i) {
      readers_[i].file = connect_from(i, arguments.port);
      send_all(readers_[i].file, request);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u32 = i;
      epoll_ctl(epoll_, EPOLL_CTL_ADD, readers_[i].file, &event);
    }
  }

  void run(const std::atomic<bool>& stop) {
    epoll_event ready[256];
    while (true) {
      const int count = epoll_wait(epoll_, ready, 256, 50);
      if (count == 0 && stop) return;
      for (int i = 0; i < count; ++i) take(readers_[ready[i].data.u32]);
    }
  }

  std::uint64_t events = 0, bytes = 0, ended = 0, out_of_order = 0;
  std::vector<Came> came;

 private:
  void take(ReaderState& reader) {
    char buffer[32 * 1'024];
    const auto count = ::recv(reader.file, buffer, sizeof buffer, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) {
      ++ended;
      epoll_ctl(epoll_, EPOLL_CTL_DEL, reader.file, nullptr);
      return;
    }
    const auto now = Clock::now();
    bytes += static_cast<std::uint64_t>(count);
    std::string_view rest(buffer, static_cast<std::size_t>(count));
    for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
      reader.line += rest.substr(0, end);
      see(reader, now);
      reader.line.clear();
      rest.remove_prefix(end + 1);
    }
    reader.line += rest;
  }
  void see(ReaderState& reader, Clock::time_point now) {
    if (reader.line.starts_with("event:")) ++events;
    if (!reader.line.starts_with("id:")) return;
    const std::size_t digits = reader.line.find_first_not_of(' ', 3);
    std::uint64_t sequence = 0;
    std::from_chars(reader.line.data() + digits, reader.line.data() + reader.line.size(), sequence);
    if (sequence <= reader.last) ++out_of_order;
    reader.last = sequence;
    came.push_back({sequence, now});
  }

  const int epoll_;
  std::vector<ReaderState> readers_;
};

void print(const Arguments& arguments, Sender& sender, const Readers& readers) {
  const auto sent = sender.sent();
  std::vector<double> lags;
  for (const Came& one : readers.came) {
    const auto asked = sent.find(one.sequence);
    if (asked == sent.end()) continue;
    lags.push_back(std::chrono::duration<double>(one.at - asked->second).count() * 1e3);
  }
  std::ranges::sort(lags);
  const auto at = [&](double share) {
    const auto place = static_cast<std::size_t>(share * static_cast<double>(lags.size() - 1));
    return lags.empty() ? 0 : lags[place];
  };
  const std::uint64_t due = sent.size() * arguments.readers;
  std::printf(
      "%u readers, %zu orders in %.0f s (%llu refused): %.0f events/s, %.1f MB/s delivered\n",
      arguments.readers, sent.size(), arguments.seconds,
      static_cast<unsigned long long>(sender.refused),
      static_cast<double>(readers.events) / arguments.seconds,
      static_cast<double>(readers.bytes) * 1e-6 / arguments.seconds);
  std::printf("lag p50 %.2f ms, p99 %.2f ms, max %.2f ms\n", at(.5), at(.99), at(1));
  std::printf("%zu of %llu orders seen by readers; %llu streams ended, %llu ids out of order\n",
              lags.size(), static_cast<unsigned long long>(due),
              static_cast<unsigned long long>(readers.ended),
              static_cast<unsigned long long>(readers.out_of_order));
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments = read_arguments(argc, argv);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  Readers readers(arguments);
  std::this_thread::sleep_for(std::chrono::seconds(1));  // all of them are listening
  std::atomic<bool> stop = false;
  std::thread reading([&] { readers.run(stop); });
  Sender sender(arguments);
  sender.run();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  stop = true;
  reading.join();
  print(arguments, sender, readers);
  return 0;
}

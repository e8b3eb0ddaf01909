// Load on an HTTP server. usage: bench_http_load --target URL [--method M] [--header 'Name: value']
// ...
//   [--body-file FILE] [--connections 64] [--threads 1] [--seconds 5] [--warm-up 1] [--json]
// Without --target it measures the HTTP layer alone: an echo server in this process, with
// --server-threads 1. "{n}" in target, headers and body becomes the number of the request.
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>

#include "tongsuan/net/server.h"

#include "http_load.h"
#include "measure.h"

namespace {

using namespace tongsuan;
using namespace tongsuan::bench;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "%s\ntry: bench_http_load --target http://127.0.0.1:8440/healthz\n",
               what.c_str());
  std::exit(2);
}

struct Arguments {
  LoadOptions load;
  RequestTemplate request;
  std::string target;  // empty: the echo server
  unsigned server_threads = 1;
  bool json = false;
};

double number(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(value >= 0) || value > 1e6) fail(text + " is no number");
  return value;
}

unsigned count(const std::string& text) {
  const double value = number(text);
  if (value < 1) fail(text + " has to be at least 1");
  return static_cast<unsigned>(value);
}

std::string file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) fail("cannot read " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

void take(Arguments& arguments, const std::string& name, const std::string& value) {
  if (name == "--target") {
    arguments.target = value;
  } else if (name == "--method") {
    arguments.request.method = value;
  } else if (name == "--header") {
    arguments.request.headers.push_back(value);
  } else if (name == "--body-file") {
    arguments.request.body = file(value);
  } else if (name == "--connections") {
    arguments.load.connections = count(value);
  } else if (name == "--threads") {
    arguments.load.threads = count(value);
  } else if (name == "--seconds") {
    arguments.load.seconds = number(value);
  } else if (name == "--warm-up") {
    arguments.load.warm_up_seconds = number(value);
  } else if (name == "--server-threads") {
    arguments.server_threads = count(value);
  } else {
    fail("there is no option " + name);
  }
}

Arguments read(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--json") {
      arguments.json = true;
    } else if (i + 1 == argc) {
      fail(name + " needs a value");
    } else {
      take(arguments, name, argv[++i]);
    }
  }
  return arguments;
}

// http://A.B.C.D:PORT/PATH
void aim(Arguments& arguments) {
  std::string_view rest = arguments.target;
  if (!rest.starts_with("http://")) fail("--target has to begin with http://");
  rest.remove_prefix(7);
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) arguments.request.target = rest.substr(slash);
  rest = rest.substr(0, slash);
  arguments.request.host = rest;
  const std::size_t colon = rest.find(':');
  if (colon == std::string_view::npos) fail("--target has to name a port");
  arguments.load.address = rest.substr(0, colon);
  std::from_chars(rest.data() + colon + 1, rest.data() + rest.size(), arguments.load.port);
}

void print(const Arguments& arguments, const LoadResult& result, std::optional<double> server_cpu) {
  std::uint64_t good = 0;
  for (const auto& [status, many] : result.answers) good += status / 100 == 2 ? many : 0;
  if (arguments.json) {
    JsonLine line;
    line.put("connections", std::uint64_t{arguments.load.connections})
        .put("per_s", result.per_second())
        .put("p50_ms", result.milliseconds_at(500))
        .put("p99_ms", result.milliseconds_at(990))
        .put("p999_ms", result.milliseconds_at(999))
        .put("max_ms", result.milliseconds_at(1000))
        .put("not_2xx", result.count() - good)
        .put("broken", result.broken)
        .put("bytes_read", result.bytes_read)
        .put("bytes_sent", result.bytes_sent)
        .put("client_cpu_s", result.client_cpu_seconds);
    if (server_cpu) line.put("server_cpu_s", *server_cpu);
    return line.print();
  }
  std::printf("%8.0f requests/s over %u connections for %.1f s\n", result.per_second(),
              arguments.load.connections, result.seconds);
  std::printf("p50 %.2f ms, p99 %.2f ms, p999 %.2f ms, max %.2f ms\n", result.milliseconds_at(500),
              result.milliseconds_at(990), result.milliseconds_at(999),
              result.milliseconds_at(1000));
  std::printf("%.1f MB sent, %.1f MB read; CPU: client %.2f s",
              static_cast<double>(result.bytes_sent) * 1e-6,
              static_cast<double>(result.bytes_read) * 1e-6, result.client_cpu_seconds);
  if (server_cpu) {
    std::printf(", server %.2f s (%.1f µs a request)", *server_cpu,
                *server_cpu * 1e6 / static_cast<double>(result.count() + 1));
  }
  std::printf("\nanswers:");
  for (const auto& [status, many] : result.answers) {
    std::printf(" %d: %llu", status, static_cast<unsigned long long>(many));
  }
  std::printf("; broken connections: %llu\n", static_cast<unsigned long long>(result.broken));
}

void measure_echo(Arguments& arguments) {
  net::ServerOptions options;
  options.threads = arguments.server_threads;
  options.limits.connections = options.limits.connections_per_address =
      arguments.load.connections + 8;
  auto started = net::Server::start(options, [](net::Request&& request, net::Reply reply) {
    reply.send({.content_type = "text/plain", .body = std::move(request.body)});
  });
  if (!started.ok()) fail(started.error().context);
  const auto server = std::move(started).value();
  arguments.load.port = server->port();
  const LoadResult result = put_load(arguments.load);
  print(arguments, result, result.process_cpu_seconds - result.client_cpu_seconds);
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments = read(argc, argv);
  if (!arguments.target.empty()) aim(arguments);
  arguments.load.make = maker_of(arguments.request);
  if (arguments.target.empty()) {
    measure_echo(arguments);
  } else {
    print(arguments, put_load(arguments.load), std::nullopt);
  }
  return 0;
}

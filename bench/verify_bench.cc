// Verification by a stranger: writes a market and its certificate as files, runs tongsuan-verify on
// them, and measures the same work part by part in this process, on one thread.
//
//   tongsuan_verify_bench VERIFIER FOLDER BOOK
// VERIFIER is the program tongsuan-verify; FOLDER takes the files; BOOK as in books.h. The
// outcome is a first placement at prices λ* (solver/assign.h), settled and sealed: of the size of a
// good one, and made in seconds.
#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string>

#include "tongsuan/clearing/certify.h"
#include "tongsuan/codec/codec.h"
#include "tongsuan/market/bounded_book.h"
#include "tongsuan/market/canonical.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/strengthen.h"
#include "tongsuan/market/ties.h"
#include "tongsuan/market/verify.h"
#include "tongsuan/solver/assign.h"
#include "tongsuan/solver/dual.h"

#include "books.h"
#include "measure.h"

namespace {

using namespace tongsuan;

constexpr int kRepeats = 3;

bool write_file(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file.good();
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Result<market::Verified> first_outcome(const Market& market) {
  TONGSUAN_TRY(const market::Problem problem, market::compile(market));
  // As a clearing does: thin books are presolved for the bound, and the verifier does it again.
  const bool thin = solver::is_thin(problem);
  const solver::DualResult dual =
      solver::solve_dual(thin ? market::strengthen(problem) : problem, {});
  Outcome outcome;
  outcome.flows.assign(problem.line_slots.size(), 0);
  const std::vector<market::Placement> placements =
      solver::assign(problem, dual.prices, outcome.flows);
  for (std::uint32_t order = 0; order < placements.size(); ++order) {
    if (placements[order].choice == kNone) continue;
    outcome.awards.push_back(market::make_award(problem, order, placements[order]));
  }
  clearing::Proof proof;
  proof.bound_prices = dual.prices;
  proof.bound = dual.bound;
  proof.strengthenings = thin ? kPresolve : 0;
  TONGSUAN_TRY(clearing::Certified certified,
               clearing::certify(market, problem, std::move(outcome), std::move(proof),
                                 {.seed = 1, .round = 1}));
  return std::move(certified.verified);
}

int make_files(const std::string& name, const std::string& stem) {
  const std::optional<bench::Book> book = bench::open_book(name);
  if (!book) return 1;
  const Result<market::Verified> verified = first_outcome(book->market);
  if (!verified.ok()) {
    std::fprintf(stderr, "%s\n", verified.error().context.c_str());
    return 1;
  }
  return write_file(stem + ".market", codec::write_market(book->market)) &&
                 write_file(stem + ".cert",
                            codec::write_certificate(verified.value().certificate(), book->market))
             ? 0
             : 1;
}

// Wall time, CPU time and peak memory of the program, the best of some runs.
void run_program(const std::string& verifier, const std::string& stem) {
  double wall = 1e9, cpu = 1e9, megabytes = 0;
  for (int i = 0; i < kRepeats; ++i) {
    const double begin = bench::wall_seconds();
    const pid_t child = fork();
    if (child == 0) {
      const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
      dup2(null, STDOUT_FILENO);
      const std::string market = stem + ".market", certificate = stem + ".cert";
      execl(verifier.c_str(), verifier.c_str(), market.c_str(), certificate.c_str(), nullptr);
      _exit(127);
    }
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      std::fprintf(stderr, "%s did not verify %s\n", verifier.c_str(), stem.c_str());
      std::exit(1);
    }
    const auto seconds = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    wall = std::min(wall, bench::wall_seconds() - begin);
    cpu = std::min(cpu, seconds(usage.ru_utime) + seconds(usage.ru_stime));
    megabytes = std::max(megabytes, static_cast<double>(usage.ru_maxrss) * 1024e-6);
  }
  std::printf("tongsuan-verify      %7.3f s wall  %7.3f s cpu  %7.0f MB (mapped files included)\n",
              wall, cpu, megabytes);
}

template <class Work>
auto timed(const char* what, double megabytes, Work work) {
  const bench::Timer timer;
  auto result = work();
  const double seconds = timer.wall();
  std::printf("  %-18s %7.3f s", what, seconds);
  if (megabytes > 0) std::printf("  %7.1f MB/s", megabytes / seconds);
  std::printf("\n");
  return result;
}

int parts(const std::string& stem) {
  const std::string text = read_file(stem + ".market");
  const std::string certificate_text = read_file(stem + ".cert");
  const auto size = static_cast<double>(text.size()) * 1e-6;
  const auto certificate_size = static_cast<double>(certificate_text.size()) * 1e-6;
  std::printf("market %.1f MB, certificate %.1f MB\n", size, certificate_size);
  const double before = bench::peak_megabytes();
  const codec::ReadReport read =
      timed("read market", size, [&] { return codec::read_market(text, "market"); });
  if (!read.ok()) return 1;
  std::printf(
      "  memory of the market: at most %.0f bytes per order\n",
      (bench::peak_megabytes() - before) * 1e6 / static_cast<double>(read.market.orders.size()));
  const codec::CertificateReport report = timed("read certificate", certificate_size, [&] {
    return codec::read_certificate(certificate_text, "certificate", read.market);
  });
  if (!report.ok()) return 1;
  const Certificate& certificate = report.certificate;
  timed("of verify: root", 0, [&] { return market::root(read.market); });
  const market::Problem problem =
      timed("of verify: compile", 0, [&] { return market::compile(read.market).value(); });
  timed("of verify: use", 0, [&] { return market::net_use(problem, certificate.outcome); });
  const market::Workers alone;
  const market::BoundedBook whole(problem, market::Presolved::kNo, alone);
  timed("bound, all choices", 0,
        [&] { return market::dual_bound(whole, certificate.bound_prices); });
  if (certificate.strengthenings == kPresolve) {
    const market::BoundedBook left(problem, market::Presolved::kYes, alone);
    timed("of verify: bound", 0,
          [&] { return market::dual_bound(left, certificate.bound_prices); });
  }
  timed("of verify: ties", 0, [&] {
    Outcome outcome = certificate.outcome;
    market::apply_tie_rule(read.market, certificate.seed, outcome);
    return outcome.awards.size();
  });
  const market::Verdict verdict =
      timed("verify", 0, [&] { return market::verify(read.market, certificate); });
  std::printf("%s: %zu orders, %zu choices, %zu awards, gap %lld ppm\n",
              market::fault_name(verdict.fault), read.market.orders.size(), problem.choices.size(),
              certificate.outcome.awards.size(), static_cast<long long>(verdict.gap_ppm()));
  return verdict.ok() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: tongsuan_verify_bench VERIFIER FOLDER BOOK\n");
    return 2;
  }
  std::string name = argv[3];
  std::string stem = name;
  std::replace(stem.begin(), stem.end(), ':', '-');
  stem = std::string(argv[2]) + '/' + stem;
  if (!bench::apart([&] { return make_files(name, stem); })) return 1;
  run_program(argv[1], stem);
  return bench::apart([&] { return parts(stem); }) ? 0 : 1;
}

// The packing game on the public trace "openb": every rule, and the bound that none can pass.
//
//   tongsuan_packing_bench FOLDER [--first-seed N] [--last-seed N] [--draw trace|replacement]
//                          [--learn PODS] [--learn-seed N]
//
// FOLDER holds openb_node_list_gpu_node.csv and openb_pod_list_default.csv.gz (data/jobs_openb).
// Seeds are 42 to 51 where nothing else is said. With --draw replacement every pod is drawn with
// replacement, so that no rule can count on a kind to come a certain number of times. With --learn
// FGD and our plans know the distribution from so many drawn pods only, not from the trace.
//
// First a table: GPU allocation in per cent of the cluster when 100 % have arrived, mean and
// standard deviation over the seeds, pods dropped, seconds of a game. Then a line for each seed:
// the bound, FGD, both of our rules, and how far the better one is from the bound. docs/packing.md
// explains it.
#include <cmath>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tongsuan/lab/packing.h"

#include "measure.h"

namespace {

using namespace tongsuan;
using namespace tongsuan::lab::packing;

struct Contest {
  Workload workload;
  Workload known;  // the same, or a sample of it
  std::vector<std::uint64_t> seeds;
  Draw draw;
  Plan plan_open;                    // for Admission::kWhateverFits
  Plan plan_worth;                   // for Admission::kWhatIsWorthIt
  std::vector<std::int64_t> prices;  // of the bound: one set for all seeds

  [[nodiscard]] double percent(std::int64_t milli) const {
    return 100.0 * static_cast<double>(milli) / static_cast<double>(workload.gpu_capacity());
  }
};

using MakeRule = std::function<std::unique_ptr<Rule>(std::uint64_t seed)>;

// Plays all seeds, prints the line of the table, and returns per cent by seed.
std::vector<double> contest(const Contest& contest, const std::string& name, std::size_t batch,
                            const MakeRule& make) {
  std::vector<double> percents;
  double sum = 0;
  std::int64_t dropped = 0;
  const bench::Timer timer;
  for (const std::uint64_t seed : contest.seeds) {
    const std::unique_ptr<Rule> rule = make(seed);
    const Game game{.arrivals = draw_arrivals(contest.workload, seed, contest.draw),
                    .batch = batch};
    const GameResult result = play(contest.workload, game, *rule);
    percents.push_back(contest.percent(result.allocated));
    sum += percents.back();
    dropped += result.dropped;
  }
  const auto count = static_cast<double>(percents.size());
  double squares = 0;
  for (const double percent : percents)
    squares += (percent - sum / count) * (percent - sum / count);
  std::printf("%-36s %6zu  %6.2f ± %.2f  %7.0f  %5.2f\n", name.c_str(), batch, sum / count,
              std::sqrt(squares / std::max(count - 1, 1.0)), static_cast<double>(dropped) / count,
              timer.cpu() / count);
  std::fflush(stdout);
  return percents;
}

MakeRule published(const Contest& contest, PublishedRule rule) {
  return [&contest, rule](std::uint64_t seed) { return make_rule(rule, contest.known, seed); };
}

MakeRule following(const Contest& contest, Admission admission) {
  return [&contest, admission](std::uint64_t) {
    const Plan& plan =
        admission == Admission::kWhateverFits ? contest.plan_open : contest.plan_worth;
    return make_follow_rule(contest.known, plan, admission);
  };
}

void print_seeds(const Contest& contest, const std::vector<std::vector<double>>& rows) {
  std::printf("\nseed   bound      FGD  plan: whatever fits  plan: what is worth it  left\n");
  for (std::size_t i = 0; i < contest.seeds.size(); ++i) {
    const std::vector<std::uint32_t> arrivals =
        draw_arrivals(contest.workload, contest.seeds[i], contest.draw);
    const double bound = contest.percent(allocation_bound(
        contest.workload, count_kinds(contest.workload, arrivals), contest.prices));
    std::printf("%4llu  %6.3f   %6.3f  %19.3f  %22.3f  %.3f\n",
                static_cast<unsigned long long>(contest.seeds[i]), bound, rows[0][i], rows[1][i],
                rows[2][i], bound - std::max(rows[1][i], rows[2][i]));
  }
}

void print_tables(const Contest& all) {
  constexpr std::array kRules{PublishedRule::kRandom,        PublishedRule::kDotProduct,
                              PublishedRule::kBestFit,       PublishedRule::kFgd,
                              PublishedRule::kFgdRandomTies, PublishedRule::kFgdBestFit};
  std::printf("%-36s %6s  %-13s  %7s  %5s\n", "rule", "batch", "allocated, %", "dropped", "s");
  std::vector<std::vector<double>> rows;
  for (const PublishedRule rule : kRules) {
    std::vector<double> row = contest(all, rule_name(rule), 1, published(all, rule));
    if (rule == PublishedRule::kFgd) rows.push_back(std::move(row));
  }
  const MakeRule open = following(all, Admission::kWhateverFits);
  const MakeRule worth = following(all, Admission::kWhatIsWorthIt);
  rows.push_back(contest(all, "plan, whatever fits", 1, open));
  rows.push_back(contest(all, "plan, what is worth it", 1, worth));
  for (const std::size_t batch : {50U, 200U, 1'000U}) {
    contest(all, "FGD, large pods of a batch first", batch, published(all, PublishedRule::kFgd));
    contest(all, "plan, whatever fits", batch, open);
    contest(all, "plan, what is worth it", batch, worth);
  }
  print_seeds(all, rows);
}

}  // namespace

int main(int argc, char** argv) {
  const bench::BenchArguments arguments(
      argc, argv,
      "tongsuan_packing_bench FOLDER [--first-seed N] [--last-seed N] [--draw trace|replacement] "
      "[--learn PODS] [--learn-seed N]");
  Result<Workload> workload = read_openb_workload(arguments.books.front());
  if (!workload.ok()) {
    std::fprintf(stderr, "%s; %s\n", workload.error().context.c_str(),
                 workload.error().hint.c_str());
    return 1;
  }
  const std::string draw = arguments.text("draw", "trace");
  if (draw != "trace" && draw != "replacement") {
    std::fprintf(stderr, "--draw is trace or replacement, not %s\n", draw.c_str());
    return 2;
  }
  const Sample sample{.pods = arguments.number("learn", 0),
                      .seed = arguments.number("learn-seed", 1)};
  Contest all{
      .workload = workload.value(),
      .known = sample.pods > 0 ? sample_workload(workload.value(), sample) : workload.value(),
      .seeds = {},
      .draw = draw == "trace" ? Draw::kShuffledTrace : Draw::kWithReplacement,
      .plan_open = {},
      .plan_worth = {},
      .prices = {}};
  for (std::uint64_t seed = arguments.number("first-seed", 42);
       seed <= arguments.number("last-seed", 51); ++seed) {
    all.seeds.push_back(seed);
  }
  const bench::Timer timer;
  all.plan_open = make_plan(all.known, {.share_permille = kShareWhateverFits});
  all.plan_worth = make_plan(all.known, {.share_permille = kShareWhatIsWorthIt});
  const double planned = timer.cpu();
  all.prices = find_bound_prices(all.workload, expected_pods(all.workload));
  std::printf("two plans %.1f s, prices of the bound %.1f s\n", planned, timer.cpu() - planned);
  print_tables(all);
  return 0;
}

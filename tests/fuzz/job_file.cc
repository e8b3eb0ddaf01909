#include <algorithm>

#include "tongsuan/base/check.h"
#include "tongsuan/jobfile/order_json.h"

#include "entries.h"

namespace tongsuan::fuzz {

void job_file(std::string_view bytes) {
  const jobfile::ReadOptions options = {"fuzz", jobfile::Moment{1'796'085'000, 28'800}};
  const Result<jobfile::Job> read = jobfile::read_job(bytes, options);
  if (!read.ok()) {
    TONGSUAN_CHECK(read.error().context.starts_with("fuzz:") && !read.error().hint.empty());
    return;
  }
  const jobfile::Job& job = read.value();
  TONGSUAN_CHECK(!job.accelerators.empty() && job.nodes >= 1 && job.nodes <= jobfile::kNodesMax);
  TONGSUAN_CHECK(job.warnings.size() <= jobfile::kWarningsMax);
  for (const jobfile::Accelerator& accelerator : job.accelerators) {
    TONGSUAN_CHECK(jobfile::is_name(accelerator.name) && accelerator.per_node >= 1);
  }
  TONGSUAN_CHECK(std::ranges::all_of(job.hubs, jobfile::is_name));
  const jobfile::OrderTerms terms = {.work = 3'600, .market_price = 5'000'000, .now = options.now};
  const Result<jobfile::Order> order = jobfile::order_json(job, terms);
  if (!order.ok()) {
    TONGSUAN_CHECK(!order.error().context.empty() && !order.error().hint.empty());
    return;
  }
  const std::string& json = order.value().json;
  TONGSUAN_CHECK(json.starts_with("{\"kind\":\"block\"") && json.ends_with('}'));
  TONGSUAN_CHECK(json.find("\"ways\":[{\"class\":\"" + job.accelerators.front().name + '"') !=
                 std::string::npos);
  TONGSUAN_CHECK(std::ranges::none_of(json, [](char c) { return c == '\n' || c == 0; }));
}

std::vector<std::string> job_file_seeds() {
  return {
      "name: a\nnum_nodes: 4\nresources:\n  accelerators: {H100: 8, Ascend910B: 8}\n"
      "  infra: [hub/guian, tianfu]\nmarket:\n  account: team\n  work: 40h\n"
      "  throughput: {Ascend910B: 0.55}\n  variants: {Ascend910B: {image: b, setup_cost: 2h}}\n"
      "  window: {earliest: 2026-12-01T00:00+08:00, deadline: 2026-12-06}\n"
      "  limit: 14.50 CNY/gpu-h\n  elastic: {min_nodes: 2, max_nodes: 8, speedup: {2: 0.6}}\n"
      "  preempt: {allowed: true, checkpoint_every: 30m}\n"
      "  data: [{name: c, size: 4TB, at: [guian]}]\n"
      "  green: {min_share: 70%, matching: hourly}\n  purpose: training\nrun: x\n",
      "resources: {accelerators: [H800:8]}\nenvs: &e {a: *b}\nmarket: {budget: 4 CNY}\n",
      "#!/bin/bash\n#SBATCH -J a -N 2-4 --gres=gpu:H800:8 -t 1-12:00:00 -b now+2hours\n"
      "#SBATCH --deadline=2026-12-06 --exclusive --mem 4G\n#TONGSUAN limit: 6 CNY/gpu-h\n"
      "#TONGSUAN variants:\n#TONGSUAN   A800: {setup_cost: 5m}\n#TONGSUAN throughput: {A800: 0.5}\n"
      "srun x\n"};
}

}  // namespace tongsuan::fuzz

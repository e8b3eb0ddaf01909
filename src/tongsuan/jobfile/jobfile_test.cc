#include "tongsuan/jobfile/jobfile.h"

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

#include "tongsuan/jobfile/order_json.h"

namespace tongsuan::jobfile {
namespace {

// The blocks of docs/jobfile.md that are files.
std::vector<std::string> documented(const std::string& kind) {
  std::ifstream file(TONGSUAN_SOURCE_DIR "/docs/jobfile.md");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> blocks;
  const std::string fence = "```" + kind + "\n";
  for (std::size_t at = text.find(fence); at != text.npos; at = text.find(fence, at)) {
    at += fence.size();
    blocks.push_back(text.substr(at, text.find("```", at) - at));
  }
  return blocks;
}

OrderTerms market_terms() {
  return {.work = 3'600, .market_price = 5'000'000, .now = {}};
}

// Of an order, what comes before and what is behind ,"work":
std::pair<std::string, std::string> parts_of(const Job& job) {
  const auto order = order_json(job, market_terms());
  if (!order.ok()) return {order.error().context, {}};
  const std::string& json = order.value().json;
  const std::size_t at = json.find(R"(,"work":)");
  if (at == std::string::npos) return {json, {}};
  return {json.substr(0, at) + "}", json.substr(at + 8, json.size() - at - 9)};
}
std::string order_of(const Job& job) {
  return parts_of(job).first;
}
std::string work_of(const Job& job) {
  return parts_of(job).second;
}

Job task(const std::string& text) {
  const auto job = read_job(text, {});
  EXPECT_TRUE(job.ok()) << job.error().context;
  return job.ok() ? job.value() : Job();
}

TEST(JobFile, EveryDocumentedExampleIsAnOrder) {
  for (const char* kind : {"yaml", "bash"}) {
    const auto blocks = documented(kind);
    EXPECT_FALSE(blocks.empty());
    for (const std::string& text : blocks) {
      const Job job = task(text);
      EXPECT_TRUE(job.warnings.empty()) << job.warnings.front();
      EXPECT_TRUE(order_json(job, market_terms()).ok()) << order_of(job);
    }
  }
}

TEST(JobFile, SaysWhatRuns) {
  const std::string task_file = "resources: {accelerators: H800}\n";
  EXPECT_EQ(work_of(task(task_file)), "") << "nothing";
  EXPECT_EQ(work_of(task(task_file + "setup: pip install .\nrun: python x.py\n")),
            R"({"script":"#!/bin/sh\u000aset -e\u000apip install .\u000apython x.py\u000a",)"
            R"("service":"firm"})");
  const std::string script = "#!/bin/bash\n#SBATCH --gres=gpu:H800:8\n#SBATCH -t 60\nsrun x\n";
  EXPECT_EQ(work_of(task(script)),
            R"({"script":"#!/bin/bash\u000a#SBATCH --gres=gpu:H800:8\u000a#SBATCH -t 60\u000a)"
            R"(srun x\u000a","service":"firm"})");
}

TEST(JobFile, SaysWhatRunsOnEachClass) {
  Job job = task(documented("yaml").at(1));
  EXPECT_EQ(work_of(job),
            R"({"script":"#!/bin/sh\u000aset -e\u000atorchrun train.py\u000a","variants":)"
            R"({"Ascend910B":{"script":"#!/bin/sh\u000aset -e\u000atorchrun --npu train.py\u000a",)"
            R"("image":"train-cann:8"}},"service":"spot"})");
  job.image = "train:1";
  job.accelerators[1].run.clear();
  EXPECT_EQ(work_of(job),
            R"({"script":"#!/bin/sh\u000aset -e\u000atorchrun train.py\u000a","image":"train:1",)"
            R"("variants":{"Ascend910B":{"image":"train-cann:8"}},"service":"spot"})");
}

constexpr const char* kService = R"(
name: chat
num_nodes: 2
resources: {accelerators: H800:4, infra: [hub/guian, hub/horinger]}
market:
  times:
    - {from: 2026-12-01T20:00+08:00, until: 2026-12-01T23:00+08:00}
    - {from: 2026-12-02T20:00+08:00, until: 2026-12-02T23:00+08:00}
  limit: 6 CNY/gpu-h
  whole_nodes: true
)";

TEST(JobFile, AJobWithTimesIsAService) {
  const Job job = task(kService);
  EXPECT_EQ(order_of(job),
            R"({"kind":"service","name":"chat","class":"H800","devices":8,)"
            R"("hubs":["guian","horinger"],)"
            R"("times":[{"from":"2026-12-01T20:00:00+08:00","until":"2026-12-01T23:00:00+08:00"},)"
            R"({"from":"2026-12-02T20:00:00+08:00","until":"2026-12-02T23:00:00+08:00"}],)"
            R"("limit":{"amount":"6.00","currency":"CNY"},"wholeNodes":true})");
}

TEST(JobFile, TimesFollowEachOther) {
  std::string text = kService;
  text.replace(text.find("12-02T20"), 8, "12-01T22");
  EXPECT_FALSE(read_job(text, {}).ok());
  text = kService;
  text.replace(text.find(", until: 2026-12-01T23:00+08:00"), 31, "");
  EXPECT_FALSE(read_job(text, {}).ok());
}

TEST(JobFile, OptionsAreOneOrder) {
  EXPECT_EQ(
      order_of(task(documented("yaml").at(3))),
      R"({"kind":"options","name":"evaluation","options":[)"
      R"({"value":{"amount":"400.00","currency":"CNY"},"legs":[{"hub":"guian","class":"H800",)"
      R"("from":"2026-12-01T20:00:00+08:00","until":"2026-12-01T23:00:00+08:00","devices":16}]},)"
      R"({"value":{"amount":"320.00","currency":"CNY"},"legs":[{"hub":"horinger","class":"H800",)"
      R"("from":"2026-12-02T08:00:00+08:00","until":"2026-12-02T12:00:00+08:00","devices":8},)"
      R"({"hub":"horinger","class":"H800","from":"2026-12-02T12:00:00+08:00",)"
      R"("until":"2026-12-02T14:00:00+08:00","devices":16}]}]})");
}

TEST(JobFile, LegsOfAProfileAreAsTheJobSays) {
  EXPECT_EQ(
      order_of(task(documented("yaml").at(4))),
      R"({"kind":"profile","name":"campaign","legs":[{"hub":"guian","class":"H800",)"
      R"("from":"2026-12-01T20:00:00+08:00","until":"2026-12-01T23:00:00+08:00","devices":16},)"
      R"({"hub":"guian","class":"H800","from":"2026-12-02T20:00:00+08:00",)"
      R"("until":"2026-12-02T23:00:00+08:00","devices":32}],)"
      R"("value":{"amount":"1008.00","currency":"CNY"},"minimumPpm":500000})");
}

TEST(JobFile, StepsAreACurve) {
  EXPECT_EQ(order_of(task(documented("yaml").at(5))),
            R"({"kind":"curve","name":"batch","hub":"guian","class":"H800",)"
            R"("from":"2026-12-01T20:00:00+08:00","until":"2026-12-02T08:00:00+08:00",)"
            R"("steps":[{"devices":16,"limit":{"amount":"8.00","currency":"CNY"}},)"
            R"({"devices":32,"limit":{"amount":"5.00","currency":"CNY"}}]})");
}

TEST(JobFile, OnlyWhatHasNoPriceAsksForOne) {
  const auto asks = [](std::size_t at) { return class_to_price(task(documented("yaml").at(at))); };
  EXPECT_EQ(asks(0), "H800");
  for (const std::size_t at : {1U, 2U, 3U, 4U, 5U}) EXPECT_EQ(asks(at), "") << at;
  Job job = task(documented("yaml").at(3));
  job.options.front().value.reset();
  EXPECT_EQ(class_to_price(job), "H800");
  EXPECT_EQ(order_json(job, {}).error().context,
            "the job says not what it is worth, and no market price is known");
  job.options.back().limit = kMoneyMax / 4;
  EXPECT_EQ(order_of(job), "the job would be worth more than an order may be");
}

TEST(JobFile, ATaskIsAnOrderAtTheMarketsPrice) {
  const Job job = task(documented("yaml").at(0));
  EXPECT_EQ(job.name, "hello");
  EXPECT_EQ(job.run, "python hello.py");
  EXPECT_EQ(order_of(job),
            R"({"kind":"block","name":"hello","ways":[{"class":"H800","devices":8,)"
            R"("durationSeconds":3600}],"hubs":[],"limit":{"amount":"5.00","currency":"CNY"}})");
}

TEST(JobFile, SubstitutesAndSizesBecomeWays) {
  const Job job = task(documented("yaml").at(1));
  EXPECT_EQ(job.account, "team-nlp");
  EXPECT_EQ(job.accelerators.at(1).image, "train-cann:8");
  EXPECT_EQ(job.preempt, (Preempt{true, 1'800, 720}));
  EXPECT_EQ(job.data.at(0), (DataSet{"corpus-v3", 4'000'000, {"guian"}}));
  EXPECT_EQ(order_of(job), R"({"kind":"block","name":"qwen-sft","ways":[)"
                           R"({"class":"H100","devices":32,"durationSeconds":144000},)"
                           R"({"class":"Ascend910B","devices":32,"durationSeconds":269019},)"
                           R"({"class":"H100","devices":16,"durationSeconds":288000},)"
                           R"({"class":"H100","devices":64,"durationSeconds":72000},)"
                           R"({"class":"Ascend910B","devices":64,"durationSeconds":138110}],)"
                           R"("hubs":[],"earliest":"2026-12-01T00:00:00+08:00",)"
                           R"("latestStart":"2026-12-02T16:00:00+08:00",)"
                           R"("limit":{"amount":"14.50","currency":"CNY"},"data":"corpus-v3",)"
                           R"("greenPercent":70})");
  const auto order = order_json(job, {});
  EXPECT_EQ(order.value().warnings.at(0),
            "16 × Ascend910B is left out: it would end after the deadline");
}

TEST(JobFile, AScriptIsAnOrder) {
  const Job job = task(documented("bash").at(0));
  EXPECT_EQ(job.nodes, 4U);
  EXPECT_TRUE(job.whole_nodes);
  EXPECT_TRUE(job.script.starts_with("#!/bin/bash"));
  EXPECT_EQ(order_of(job), R"({"kind":"block","name":"qwen-sft","ways":[)"
                           R"({"class":"Ascend910B","devices":32,"durationSeconds":144000},)"
                           R"({"class":"H800","devices":32,"durationSeconds":81200}],"hubs":[],)"
                           R"("earliest":"2026-12-01T00:00:00+08:00",)"
                           R"("latestStart":"2026-12-04T08:00:00+08:00",)"
                           R"("limit":{"amount":"6.30","currency":"CNY"},"wholeNodes":true})");
}

TEST(JobFile, SlurmOptionsHaveManyForms) {
  const auto nodes = [](const std::string& lines) {
    return task("#!/bin/sh\n" + lines + "\n#SBATCH --gres=gpu:H800:8 -t 60\ntrue\n").nodes;
  };
  for (const char* line :
       {"#SBATCH -N3", "#SBATCH -N 3", "#SBATCH --nodes=3", "#SBATCH --nodes 3",
        "#SBATCH\t--nodes='3'", "#SBATCH -N 3 # a remark", "#SBATCH -o out -N 3 -p \"big one\"",
        "\n# text\n##SBATCH -N 9\n#SBATCH -N=3"}) {
    EXPECT_EQ(nodes(line), 3U) << line;
  }
  EXPECT_EQ(task("#!/bin/sh\n#SBATCH --gres=gpu:H800:8 -t 60\ntrue\n#SBATCH -N 3\n").nodes, 1U)
      << "after a command nothing counts";
}

TEST(JobFile, SlurmTimesMayCountFromNow) {
  const std::string script =
      "#!/bin/sh\n#SBATCH -N 2-8 --gpus-per-node=H800:4 -t 1:00:00 -b now+2hours\ntrue\n";
  EXPECT_FALSE(read_job(script, {}).ok());
  const auto job = read_job(script, {.file = "a.sh", .now = Moment{1'000'000, 0}});
  ASSERT_TRUE(job.ok());
  EXPECT_EQ(job.value().earliest, (Moment{1'007'200, 0}));
  EXPECT_EQ(job.value().elastic, (Elastic{2, 8, {}}));
}

TEST(JobFile, WhatIsNotUsedIsSaid) {
  const Job job =
      task("name: a\nresources: {accelerators: {H800: 1, A800: 1}, colour: red}\nx: 1\n");
  ASSERT_EQ(job.warnings.size(), 3U);
  EXPECT_EQ(job.warnings[0], "job:2:47: \"resources.colour\" is not known and has no effect");
  EXPECT_EQ(job.warnings[1], "job:3:1: \"x\" is not known and has no effect");
  EXPECT_EQ(job.warnings[2],
            "job:1:1: A800 is left out: market.variants does not say what to run there");
  EXPECT_EQ(
      task("#!/bin/sh\n#SBATCH --gres=gpu:H800:8 -t 60 --colour=red --hue 3\n").warnings.size(),
      2U);
}

struct Wrong {
  std::string text;
  const char* expected;  // begins so
};

TEST(JobFile, RefusesWithLineColumnAndReason) {
  const std::string head = "resources: {accelerators: H800:8}\nmarket:\n";
  const Wrong cases[] = {
      {"  limit: 14.50 CNY", "job:3:10: market.limit: \"14.50 CNY\" does not say per what"},
      {"  limits: 14.50 CNY/gpu-h", "job:3:3: \"market.limits\" is not known; known are account"},
      {"  work: 40", "job:3:9: market.work: \"40\" has no unit"},
      {"  work: [1h]", "job:3:9: market.work is no text"},
      {"  limit: 1 CNY/gpu-h\n  budget: 4 CNY", "job:3:3: market has both limit and budget"},
      {"  window: {deadline: tomorrow}", "job:3:22: market.window.deadline: \"tomorrow\" expected"},
      {"  window: {deadline: 2026-01-01, earliest: 2026-01-02}", "job:3:3: market.window ends"},
      {"  throughput: {A800: 1}", "job:3:16: market.throughput: the job does not name the class"},
      {"  throughput: {H800: 0}", "job:3:22: market.throughput.H800 is no number above 0"},
      {"  variants: {H800: {imaeg: a}}", "job:3:21: \"market.variants.H800.imaeg\" is not known"},
      {"  elastic: {min_nodes: 2}", "job:3:12: market.elastic does not have the 1 nodes"},
      {"  elastic: {max_nodes: 4, speedup: {9: 2}}", "job:3:12: market.elastic.speedup has sizes"},
      {"  elastic: {max_nodes: 4, speedup: {x: 2}}", "job:3:37: market.elastic.speedup has"},
      {"  preempt: {allowed: maybe}", "job:3:22: market.preempt.allowed: \"maybe\" is neither"},
      {"  data: [{size: 4TB}]", "job:3:10: market.data: a data set has no name"},
      {"  data: [{name: a, size: 4}]", "job:3:26: market.data.size: \"4\" expected a size"},
      {"  green: {min_share: 7}", "job:3:22: market.green.min_share: \"7\" expected a share"},
      {"  green: {matching: weekly}", "job:3:21: market.green.matching is neither"},
      {"  purpose: fun", "job:3:12: market.purpose is none of"},
      {"  account: ' a'", "job:3:12: market.account: \" a\" is no name"},
      {"  hubs: [aws/us-east-1]", "job:3:10: market.hubs: \"aws/us-east-1\" is no hub"},
      {"  work: 1h\n  work: 2h", "job:4:3: \"work\" comes twice"},
      {"  work: *a", "job:3:9: is no YAML"},
      {"  - a", "job:3:3: market has no keys"},
      {"  work: 1h\n---\na: 1", "job:1:1: there is more than one document"},
      {"  ? [a]\n  : b", "job:3:5: a key is not a plain word"},
  };
  for (const Wrong& wrong : cases) {
    const auto job = read_job(head + wrong.text + "\n", {});
    ASSERT_FALSE(job.ok()) << wrong.text;
    EXPECT_TRUE(job.error().context.starts_with(wrong.expected)) << job.error().context;
    EXPECT_FALSE(job.error().hint.empty());
  }
}

constexpr const char* kLeg =
    "{hub: h, class: A, devices: 2, from: 2026-12-01T20:00Z, until: 2026-12-01T21:00Z}";

TEST(JobFile, RefusesPackagesThatAreNone) {
  const std::string leg = kLeg;
  const std::string without_hub = "{" + leg.substr(leg.find("class"));
  const std::string without_class = leg.substr(0, 8) + leg.substr(leg.find("devices"));
  const std::string without_devices = leg.substr(0, 18) + leg.substr(leg.find("from"));
  const std::string window = "window: {earliest: 2026-12-01, deadline: 2026-12-02}, ";
  const Wrong cases[] = {
      {"{options: []}", "job:1:19: market.options has no items"},
      {"{options: [{value: 4 CNY}]}", "job:1:20: market.options: an option has no legs"},
      {"{options: [{legs: []}]}", "job:1:27: market.options.legs has no items"},
      {"{options: [{value: 4, legs: [" + leg + "]}]}", "job:1:28: market.options.value: \"4\""},
      {"{options: [{value: 4 CNY, limit: 4 CNY/gpu-h, legs: [" + leg + "]}]}",
       "job:1:20: market.options: an option has both"},
      {"{options: [{legs: [" + leg + "]}], budget: 5 CNY}", "job:1:9: market has options, and a b"},
      {"{options: [{legs: [" + leg + "]}], legs: [" + leg + "]}",
       "job:1:9: market has options and"},
      {"{options: [{colour: red}]}", "job:1:21: \"market.options.colour\" is not known"},
      {"{legs: [" + without_hub + "]}", "job:1:17: market.legs names no hub"},
      {"{legs: [" + without_class + "]}", "job:1:17: market.legs names no class"},
      {"{legs: [" + without_devices + "]}", "job:1:17: market.legs says not how many"},
      {"{legs: [{hub: h, from: 2026-12-01}]}", "job:1:17: market.legs is no time from"},
      {"{legs: [{devices: 0}]}", "job:1:27: market.legs.devices: \"0\" is no number"},
      {"{legs: [{from: soon}]}", "job:1:24: market.legs.from: \"soon\""},
      {"{legs: [" + leg + "], minimum: 0}", "job:1:1"},
      {"{minimum: 50%}", "job:1:9: market has minimum without legs"},
      {"{steps: [{devices: 2}]}", "job:1:18: market.steps: a step has no devices, or no limit"},
      {"{steps: [{devices: 2, limit: 4 CNY}]}", "job:1:38: market.steps.limit: \"4 CNY\""},
      {"{steps: [{devices: 2, limit: 4 CNY/gpu-h}, {devices: 2, limit: 5 CNY/gpu-h}]}",
       "job:1:52: market.steps: a step is worth more"},
      {"{steps: [{devices: 2, limit: 4 CNY/gpu-h}]}", "job:1:9: market has steps, and no window"},
      {"{" + window + "steps: [{devices: 2, limit: 4 CNY/gpu-h}]}",
       "job:1:9: market has steps, and not one hub"},
      {"{" + window + "limit: 3 CNY/gpu-h, steps: [{devices: 2, limit: 4 CNY/gpu-h}]}",
       "job:1:9: market has steps, and a limit"},
  };
  for (const Wrong& wrong : cases) {
    const auto job = read_job("market: " + wrong.text, {});
    ASSERT_FALSE(job.ok()) << wrong.text;
    EXPECT_TRUE(job.error().context.starts_with(wrong.expected)) << job.error().context;
    EXPECT_FALSE(job.error().hint.empty());
  }
  std::string many = leg;
  for (int i = 0; i < 64; ++i) many += ", " + leg;
  EXPECT_FALSE(read_job("market: {legs: [" + many + "]}", {}).ok());
}

TEST(JobFile, RefusesWhatStandsOutsideOfMarket) {
  const Wrong cases[] = {
      {"", "job:1:1: the job names no accelerators"},
      {"a", "job:1:1: the file has no keys"},
      {"[1]", "job:1:1: the file has no keys"},
      {"resources: {accelerators: H800:0}", "job:1:27: resources.accelerators: \"0\" is no number"},
      {"resources: {accelerators: {H800: x}}", "job:1:34: resources.accelerators: \"x\" is no"},
      {"resources: {accelerators: {H800: {a: b}}}", "job:1:34: resources.accelerators has more"},
      {"resources: {accelerators: [H800:8, H800:4]}", "job:1:36: resources.accelerators: \"H800\""},
      {"resources: {accelerators: 'H 800'}",
       "job:1:27: resources.accelerators: \"H 800\" is no name"},
      {"num_nodes: 0", "job:1:12: num_nodes: \"0\" is no number from 1"},
      {"name: {a: b}", "job:1:7: name is no text"},
      {"resources: {infra: aws/x}", "job:1:20: resources.infra: \"aws/x\" is no hub"},
      {"#!/bin/sh\n#SBATCH -t 60\n", "job:1:1: the script asks for no accelerators"},
      {"#!/bin/sh\n#SBATCH --gres=gpu:H800:8\n", "job:1:1: the script has no time limit"},
      {"#!/bin/sh\n#SBATCH --gres=gpu:8\n", "job:2:9: --gres: \"gpu:8\" does not say which class"},
      {"#!/bin/sh\n#SBATCH --gres=gpu:H800:8,nvme:1\n", "job:2:9: --gres: "},
      {"#!/bin/sh\n#SBATCH -N\n", "job:2:9: -N has no value"},
      {"#!/bin/sh\n#SBATCH -N 4-2\n", "job:2:12: --nodes: \"4-2\" is no number of nodes"},
      {"#!/bin/sh\n#SBATCH --time=UNLIMITED\n", "job:2:9: --time: \"UNLIMITED\" expected"},
      {"#!/bin/sh\n#SBATCH -t 0\n", "job:2:12: --time: \"0\" is no limit"},
      {"#!/bin/sh\n#SBATCH -b soon\n", "job:2:12: \"soon\" expected a time"},
      {"#!/bin/sh\n#SBATCH -b now+2moons\n", "job:2:12: expected now"},
      {"#!/bin/sh\n#SBATCH -A 'a b'\n", "job:2:12: --account: \"a b\" is no name"},
      {"#!/bin/sh\n#SBATCH --gres=gpu:H800:8 -t 60\n#TONGSUAN limit: 5\n",
       "job:3:18: market.limit: \"5\" names no currency"},
      {"#!/bin/sh\n#SBATCH --gres=gpu:H800:8 -t 60\n#TONGSUAN limit: [\n", "job:"},
  };
  for (const Wrong& wrong : cases) {
    const auto job = read_job(wrong.text, {});
    ASSERT_FALSE(job.ok()) << wrong.text;
    EXPECT_TRUE(job.error().context.starts_with(wrong.expected)) << job.error().context;
  }
  EXPECT_EQ(read_job(std::string(kFileBytesMax + 1, 'a'), {}).error().code, ErrorCode::kLimit);
}

TEST(JobFile, HasLimitsForDepthAndAliases) {
  const auto problem = [](const std::string& text) { return read_job(text, {}).error().context; };
  EXPECT_TRUE(problem("a: " + std::string(20, '[') + std::string(20, ']')).ends_with("16 deep"));
  EXPECT_FALSE(read_job(std::string(100'000, '['), {}).ok());
  EXPECT_FALSE(read_job(std::string(100'000, '{'), {}).ok());
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'i'; ++c) {
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 9; ++i) bomb += "*" + std::string(1, static_cast<char>(c - 1)) + ",";
    bomb += "x]\n";
  }
  EXPECT_TRUE(problem(bomb).ends_with("there are too many values")) << problem(bomb);
  EXPECT_NE(problem("a: &a [*a]").find("an alias names what it is part of"), std::string::npos);
  std::string many = "a: &a x\nb: [";
  for (int i = 0; i < 200; ++i) many += "*a,";
  EXPECT_TRUE(problem(many + "x]").ends_with("there are too many aliases"));
  EXPECT_EQ(task("x: &n 2\nnum_nodes: *n\nresources: {accelerators: H800}\n").nodes, 2U);
}

TEST(OrderOfAJob, LeavesOutWhatNobodyKnows) {
  Job job = task(documented("yaml").at(1));
  job.accelerators[1].throughput_ppm.reset();
  const auto order = order_json(job, {});
  EXPECT_EQ(order.value().warnings.at(0),
            "Ascend910B is left out: market.throughput does not say how fast it is");
  EXPECT_EQ(order.value().json.find("Ascend910B"), std::string::npos);
}

TEST(OrderOfAJob, FollowsTheTableOfSpeeds) {
  Job job = task(
      "resources: {accelerators: H800:8}\nnum_nodes: 4\nmarket:\n  work: 10h\n"
      "  budget: 40000 CNY\n"
      "  elastic: {min_nodes: 2, max_nodes: 8, speedup: {2: 0.55, 4: 1, 8: 1.8}}\n");
  EXPECT_EQ(order_of(job),
            R"({"kind":"block","ways":[{"class":"H800","devices":32,"durationSeconds":36000},)"
            R"({"class":"H800","devices":16,"durationSeconds":65455},)"
            R"({"class":"H800","devices":64,"durationSeconds":20000}],"hubs":[],)"
            R"("value":{"amount":"40000.00","currency":"CNY"}})");
}

TEST(OrderOfAJob, PaysForWorkNotForSettingUp) {
  const Job job = task(
      "resources: {accelerators: H800:8}\nmarket:\n  work: 2h\n"
      "  limit: 10 CNY/gpu-h\n  variants: {H800: {setup_cost: 1h}}\n");
  EXPECT_NE(order_of(job).find(R"("durationSeconds":10800)"), std::string::npos);
  EXPECT_NE(order_of(job).find(R"("value":{"amount":"160.00")"), std::string::npos);
}

TEST(OrderOfAJob, IsRefusedWithSomethingToTry) {
  const Job plain = task("resources: {accelerators: H800:8}\n");
  EXPECT_EQ(order_json(plain, {}).error().context, "the job says not how long it takes");
  EXPECT_EQ(order_json(plain, {.work = 60, .market_price = {}, .now = {}}).error().context,
            "the job says not what it is worth, and no market price is known");
  Job late = plain;
  late.work = 7'200;
  late.earliest = Moment{0, 0};
  late.deadline = Moment{7'199, 0};
  EXPECT_EQ(order_of(late), "the job takes 7200 s and has 7199 s until its deadline");
  Job huge = plain;
  huge.nodes = kNodesMax;
  huge.accelerators[0].per_node = 100;
  EXPECT_EQ(order_of(huge), "the job is larger or longer than an order may be");
  Job two = plain;
  two.data = {{"a", 0, {}}, {"b", 0, {}}};
  EXPECT_EQ(order_of(two), "an order can wait for one data set, and the job has 2");
  Job dear = plain;
  dear.limit = kMoneyMax / 2;
  EXPECT_EQ(order_of(dear), "the job would be worth more than an order may be");
  EXPECT_TRUE(order_json(Job(), {}).error().hint.starts_with("add resources"));
}

TEST(OrderOfAJob, HasANameThatTheExchangeTakes) {
  Job job = task("resources: {accelerators: H800:8}\n");
  job.name = " a\"\\\n" + std::string(70, 'x');
  EXPECT_NE(order_of(job).find(R"("name":"a\"\\ xx)"), std::string::npos);
  job.name = std::string(63, 'x') + "算";
  EXPECT_NE(order_of(job).find("x\",\"ways"), std::string::npos) << "letters stay whole";
}

}  // namespace
}  // namespace tongsuan::jobfile

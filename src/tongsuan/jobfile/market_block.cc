// The keys below `market:`. A slip here costs money, so unknown keys are refused.
#include <algorithm>
#include <array>

#include "tongsuan/jobfile/internal/job_reader.h"

namespace tongsuan::jobfile {

bool JobReader::market(const Named& block) {
  const auto amount = [this](std::string_view per, auto& out) {
    return [this, per, &out](const Named& at) {
      std::int64_t value = 0;
      if (!money(at, per, value)) return false;
      out = value;
      return true;
    };
  };
  const std::array fields = {
      Field{"account", [this](const Named& at) { return name(at, job_.account); }},
      Field{"work", [this](const Named& at) { return duration(at, job_.work); }},
      Field{"throughput", [this](const Named& at) { return throughput(at); }},
      Field{"profile", [this](const Named& at) { return name(at, job_.profile); }},
      Field{"variants", [this](const Named& at) { return variants(at); }},
      Field{"window", [this](const Named& at) { return window(at); }},
      Field{"times", [this](const Named& at) { return times(at); }},
      Field{"options", nullptr},  // below, when hubs and prices are known
      Field{"legs", nullptr},
      Field{"minimum", nullptr},
      Field{"steps", nullptr},
      Field{"limit", amount("gpu-h", job_.limit)},
      Field{"budget", amount("", job_.budget)},
      Field{"delay_cost", amount("h", job_.delay_cost)},
      Field{"grace", [this](const Named& at) { return duration(at, job_.grace); }},
      Field{"premium", amount("", job_.premium)},
      Field{"elastic", [this](const Named& at) { return elastic(at); }},
      Field{"preempt", [this](const Named& at) { return preempt(at); }},
      Field{"data", [this](const Named& at) { return data(at); }},
      Field{"green", [this](const Named& at) { return green(at); }},
      Field{"purpose", [this](const Named& at) { return purpose(at); }},
      Field{"hubs", [this](const Named& at) { return infra(at); }},
      Field{"whole_nodes", [this](const Named& at) { return truth(at, job_.whole_nodes); }}};
  if (!map(block, fields, Unknown::kRefuse)) return false;
  if (job_.limit && job_.budget) {
    return fail(block.node, "market has both limit and budget",
                "keep limit (per device-hour) or budget (for all of it)");
  }
  if (job_.earliest && job_.deadline && job_.deadline->unix_second <= job_.earliest->unix_second) {
    return fail(block.node, "market.window ends before it begins",
                "write a deadline after earliest");
  }
  return packages(block);
}

bool JobReader::window(const Named& at) {
  const std::array fields = {
      Field{"earliest", [this](const Named& inner) { return moment(inner, job_.earliest); }},
      Field{"deadline", [this](const Named& inner) { return moment(inner, job_.deadline); }}};
  return map(at, fields, Unknown::kRefuse);
}

bool JobReader::times(const Named& at) {
  return each(at, [this](const Named& item) {
    TimeSpan span;
    const std::array fields = {
        Field{"from", [&](const Named& inner) { return moment(inner, span.from); }},
        Field{"until", [&](const Named& inner) { return moment(inner, span.until); }}};
    if (!map(item, fields, Unknown::kRefuse) || !check_span(item, span)) return false;
    if (!job_.times.empty() && span.from->unix_second < job_.times.back().until->unix_second) {
      return fail(item.node, item.name + " begins before the time before it has ended",
                  "write times that follow each other");
    }
    if (job_.times.size() == kTimesMax) {
      return fail(item.node, "a service has at most " + std::to_string(kTimesMax) + " times",
                  "submit the others as another one");
    }
    job_.times.push_back(span);
    return true;
  });
}

Accelerator* JobReader::find_class(const Named& at, std::string_view name) {
  const auto found = std::ranges::find(job_.accelerators, name, &Accelerator::name);
  if (found != job_.accelerators.end()) return &*found;
  fail(at.node, at.name + ": the job does not name the class " + std::string(name),
       "add it to the accelerators, or remove it here");
  return nullptr;
}

bool JobReader::throughput(const Named& at) {
  if (at.node.kind != YamlKind::kMap) {
    return fail(at.node, at.name + " has no classes", "write {H800: 1.0, Ascend910B: 0.55}");
  }
  for (std::size_t i = 0; i < at.node.keys.size(); ++i) {
    const Named item{at.node.items[i], at.name + "." + at.node.keys[i].text};
    Accelerator* accelerator = find_class({at.node.keys[i], at.name}, at.node.keys[i].text);
    std::string value;
    if (accelerator == nullptr || !text(item, value)) return false;
    const auto ppm = parse_decimal(value, 6, std::int64_t{1'000} * kPpm);
    if (!ppm.ok() || ppm.value() == 0) {
      return fail(item.node, item.name + " is no number above 0 and up to 1000, with 6 decimals",
                  "write how fast it is against the first class, such as 0.55");
    }
    accelerator->throughput_ppm = static_cast<std::uint64_t>(ppm.value());
  }
  return true;
}

bool JobReader::variants(const Named& at) {
  if (at.node.kind != YamlKind::kMap) {
    return fail(at.node, at.name + " has no classes", "write {Ascend910B: {run: …}}");
  }
  for (std::size_t i = 0; i < at.node.keys.size(); ++i) {
    Accelerator* accelerator = find_class({at.node.keys[i], at.name}, at.node.keys[i].text);
    if (accelerator == nullptr) return false;
    accelerator->has_variant = true;
    const std::array fields = {
        Field{"image", [&](const Named& inner) { return text(inner, accelerator->image); }},
        Field{"run", [&](const Named& inner) { return text(inner, accelerator->run); }},
        Field{"setup_cost",
              [&](const Named& inner) { return duration(inner, accelerator->setup_cost); }}};
    const Named item{at.node.items[i], at.name + "." + at.node.keys[i].text};
    if (!map(item, fields, Unknown::kRefuse)) return false;
  }
  return true;
}

bool JobReader::elastic(const Named& at) {
  Elastic elastic{job_.nodes, job_.nodes, {}};
  const std::array fields = {
      Field{"min_nodes",
            [&](const Named& inner) { return count(inner, kNodesMax, elastic.min_nodes); }},
      Field{"max_nodes",
            [&](const Named& inner) { return count(inner, kNodesMax, elastic.max_nodes); }},
      Field{"speedup", [&](const Named& inner) { return speedup(inner, elastic); }}};
  if (!map(at, fields, Unknown::kRefuse)) return false;
  if (elastic.min_nodes > job_.nodes || elastic.max_nodes < job_.nodes) {
    return fail(at.node,
                at.name + " does not have the " + std::to_string(job_.nodes) +
                    " nodes of the job between min_nodes and max_nodes",
                "widen it, or change num_nodes");
  }
  for (const auto& [nodes, ppm] : elastic.speedup_ppm) {
    if (nodes < elastic.min_nodes || nodes > elastic.max_nodes) {
      return fail(at.node, at.name + ".speedup has sizes beyond min_nodes and max_nodes",
                  "remove them, or widen the sizes");
    }
  }
  job_.elastic = std::move(elastic);
  return true;
}

bool JobReader::speedup(const Named& at, Elastic& elastic) {
  if (at.node.kind != YamlKind::kMap || at.node.keys.size() > kListMax) {
    return fail(at.node, at.name + " is no table", "write {2: 0.55, 4: 1, 8: 1.8}");
  }
  for (std::size_t i = 0; i < at.node.keys.size(); ++i) {
    const auto nodes = parse_decimal(at.node.keys[i].text, 0, kNodesMax);
    const auto ppm = at.node.items[i].kind == YamlKind::kScalar
                         ? parse_decimal(at.node.items[i].text, 6, std::int64_t{kPpm} * kPpm)
                         : Parsed<std::int64_t>(std::string());
    if (!nodes.ok() || !ppm.ok() || nodes.value() < 1 || ppm.value() < 1) {
      return fail(at.node.keys[i], at.name + " has something else than nodes: speed",
                  "write {2: 0.55, 4: 1, 8: 1.8}");
    }
    elastic.speedup_ppm.emplace_back(static_cast<std::uint32_t>(nodes.value()),
                                     static_cast<std::uint64_t>(ppm.value()));
  }
  std::ranges::sort(elastic.speedup_ppm);
  if (std::ranges::adjacent_find(elastic.speedup_ppm, {}, [](const auto& pair) {
        return pair.first;
      }) != elastic.speedup_ppm.end()) {
    return fail(at.node, at.name + " has a number of nodes twice", "name each size once");
  }
  return true;
}

bool JobReader::preempt(const Named& at) {
  const std::array fields = {
      Field{"allowed", [this](const Named& inner) { return truth(inner, job_.preempt.allowed); }},
      Field{"checkpoint_every",
            [this](const Named& inner) { return duration(inner, job_.preempt.checkpoint_every); }},
      Field{"restart_cost",
            [this](const Named& inner) { return duration(inner, job_.preempt.restart_cost); }}};
  return map(at, fields, Unknown::kRefuse);
}

bool JobReader::data(const Named& at) {
  return each(at, [this](const Named& item) {
    DataSet set;
    const std::array fields = {
        Field{"name", [&](const Named& inner) { return name(inner, set.name); }},
        Field{"size",
              [&](const Named& inner) {
                std::string value;
                return text(inner, value) && keep(inner, parse_size(value), set.size_mb);
              }},
        Field{"at", [&](const Named& inner) {
                return each(inner, [&](const Named& place) {
                  std::string hub_name;
                  if (!hub(place, hub_name)) return false;
                  set.at.push_back(hub_name);
                  return true;
                });
              }}};
    if (!map(item, fields, Unknown::kRefuse)) return false;
    if (set.name.empty()) {
      return fail(item.node, item.name + ": a data set has no name", "add name: corpus-v3");
    }
    job_.data.push_back(std::move(set));
    return true;
  });
}

bool JobReader::green(const Named& at) {
  const std::array fields = {
      Field{"min_share",
            [this](const Named& inner) {
              std::string value;
              return text(inner, value) &&
                     keep(inner, parse_share(value), job_.green.min_share_ppm);
            }},
      Field{"matching", [this](const Named& inner) {
              std::string value;
              if (!text(inner, value)) return false;
              job_.green.hourly = value == "hourly";
              if (value == "hourly" || value == "annual") return true;
              return fail(inner.node, inner.name + " is neither hourly nor annual", "write hourly");
            }}};
  return map(at, fields, Unknown::kRefuse);
}

bool JobReader::purpose(const Named& at) {
  std::string value;
  if (!text(at, value)) return false;
  for (const Purpose purpose : {Purpose::kInternal, Purpose::kTraining, Purpose::kPublicService}) {
    if (value != purpose_name(purpose)) continue;
    job_.purpose = purpose;
    return true;
  }
  return fail(at.node, at.name + " is none of internal, training and public-service",
              "write internal");
}

}  // namespace tongsuan::jobfile

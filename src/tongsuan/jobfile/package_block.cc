// The keys below `market:` of orders that have several legs, and of curves.
#include <algorithm>
#include <array>

#include "tongsuan/jobfile/internal/job_reader.h"

namespace tongsuan::jobfile {

bool JobReader::packages(const Named& block) {
  const auto read = [&](std::string_view key, const Read& with) {
    for (std::size_t i = 0; i < block.node.keys.size(); ++i) {
      if (block.node.keys[i].text != key) continue;
      return with({block.node.items[i], block.name + "." + std::string(key)});
    }
    return true;
  };
  return read("options", [this](const Named& at) { return options(at); }) &&
         read("legs", [this](const Named& at) { return legs(at, job_.legs); }) &&
         read("minimum", [this](const Named& at) { return minimum(at); }) &&
         read("steps", [this](const Named& at) { return steps(at); }) && one_kind(block);
}

// What stands beside them has to make sense.
bool JobReader::one_kind(const Named& block) {
  std::string kinds;
  const auto add = [&](bool there, const char* key) {
    if (there) kinds += (kinds.empty() ? "" : " and ") + std::string(key);
  };
  add(!job_.times.empty(), "times");
  add(!job_.options.empty(), "options");
  add(!job_.legs.empty(), "legs");
  add(!job_.steps.empty(), "steps");
  if (kinds.find(" and ") != std::string::npos) {
    return fail(block.node, block.name + " has " + kinds, "keep one of them: a job is one order");
  }
  if (!job_.steps.empty() && (job_.limit || job_.budget)) {
    return fail(block.node, block.name + " has steps, and a limit or a budget beside them",
                "remove it: each step has its own limit");
  }
  if (!job_.options.empty() && job_.budget) {
    return fail(block.node, block.name + " has options, and a budget beside them",
                "write a value into each option, or limit beside them");
  }
  if (job_.minimum_ppm < kPpm && job_.legs.empty()) {
    return fail(block.node, block.name + " has minimum without legs",
                "remove it, or write the legs of a profile");
  }
  if (!job_.steps.empty() && (!job_.earliest || !job_.deadline)) {
    return fail(block.node, block.name + " has steps, and no window from when until when",
                "add window: {earliest: 2026-12-01T20:00+08:00, deadline: 2026-12-01T23:00+08:00}");
  }
  if (!job_.steps.empty() && job_.hubs.size() != 1) {
    return fail(block.node, block.name + " has steps, and not one hub for them",
                "add hubs: hub/guian");
  }
  return true;
}

bool JobReader::check_span(const Named& at, const TimeSpan& span) {
  if (span.from && span.until && span.from->unix_second < span.until->unix_second) return true;
  return fail(at.node, at.name + " is no time from one moment until a later one",
              "write {from: 2026-12-01T20:00+08:00, until: 2026-12-01T23:00+08:00}");
}

bool JobReader::options(const Named& at) {
  if (!each(at, [this](const Named& item) { return option(item); })) return false;
  if (!job_.options.empty()) return true;
  return fail(at.node, at.name + " has no items", "write - value: 400 CNY, and its legs");
}

bool JobReader::option(const Named& at) {
  JobOption option;
  const auto amount = [this](std::string_view per, std::optional<std::int64_t>& out) {
    return [this, per, &out](const Named& inner) {
      std::int64_t value = 0;
      if (!money(inner, per, value)) return false;
      out = value;
      return true;
    };
  };
  const std::array fields = {
      Field{"value", amount("", option.value)}, Field{"limit", amount("gpu-h", option.limit)},
      Field{"legs", [&](const Named& inner) { return legs(inner, option.legs); }}};
  if (!map(at, fields, Unknown::kRefuse)) return false;
  if (option.legs.empty()) {
    return fail(at.node, at.name + ": an option has no legs",
                "add legs: [{hub: guian, class: H800, devices: 16, from: …, until: …}]");
  }
  if (option.value && option.limit) {
    return fail(at.node, at.name + ": an option has both value and limit",
                "keep value (for all of it) or limit (per device-hour)");
  }
  if (job_.options.size() == kOptionsMax) {
    return fail(at.node, "a job has at most " + std::to_string(kOptionsMax) + " options",
                "remove the others");
  }
  job_.options.push_back(std::move(option));
  return true;
}

bool JobReader::legs(const Named& at, std::vector<JobLeg>& legs) {
  const bool good = each(at, [&](const Named& item) {
    JobLeg one;
    if (!leg(item, one)) return false;
    if (legs.size() == kTimesMax) {
      return fail(item.node, item.name + " has more than " + std::to_string(kTimesMax) + " items",
                  "submit the others as another job");
    }
    legs.push_back(std::move(one));
    return true;
  });
  if (!good || !legs.empty()) return good;
  return fail(at.node, at.name + " has no items",
              "write {hub: guian, class: H800, devices: 16, from: …, until: …}");
}

bool JobReader::leg(const Named& at, JobLeg& leg) {
  const std::array fields = {
      Field{"hub", [&](const Named& inner) { return hub(inner, leg.hub); }},
      Field{"class", [&](const Named& inner) { return name(inner, leg.accelerator); }},
      Field{"devices", [&](const Named& inner) { return count(inner, kDevicesMax, leg.devices); }},
      Field{"from", [&](const Named& inner) { return moment(inner, leg.time.from); }},
      Field{"until", [&](const Named& inner) { return moment(inner, leg.time.until); }}};
  return map(at, fields, Unknown::kRefuse) && check_span(at, leg.time) && complete_leg(at, leg);
}

// What a leg does not say is what the job says.
bool JobReader::complete_leg(const Named& at, JobLeg& leg) {
  if (leg.hub.empty() && job_.hubs.size() == 1) leg.hub = job_.hubs.front();
  if (leg.hub.empty()) {
    return fail(at.node, at.name + " names no hub", "add hub: guian, or one hub to the job");
  }
  if (leg.accelerator.empty() && !job_.accelerators.empty()) {
    leg.accelerator = job_.accelerators.front().name;
  }
  if (leg.accelerator.empty()) {
    return fail(at.node, at.name + " names no class",
                "add class: H800, or resources: {accelerators: H800:8}");
  }
  if (leg.devices > 0) return true;
  const auto same = std::ranges::find(job_.accelerators, leg.accelerator, &Accelerator::name);
  if (same == job_.accelerators.end()) {
    return fail(at.node, at.name + " says not how many devices", "add devices: 16");
  }
  const std::uint64_t devices = std::uint64_t{job_.nodes} * same->per_node;
  if (devices > kDevicesMax) {
    return fail(at.node, at.name + " has more devices than an order may", "ask for fewer nodes");
  }
  leg.devices = static_cast<std::uint32_t>(devices);
  return true;
}

bool JobReader::minimum(const Named& at) {
  std::string value;
  if (!text(at, value) || !keep(at, parse_share(value), job_.minimum_ppm)) return false;
  if (job_.minimum_ppm > 0) return true;
  return fail(at.node, at.name + " is no share above 0", "write 50%");
}

bool JobReader::steps(const Named& at) {
  if (!each(at, [this](const Named& item) { return step(item); })) return false;
  if (!job_.steps.empty()) return true;
  return fail(at.node, at.name + " has no items", "write - {devices: 16, limit: 8 CNY/gpu-h}");
}

bool JobReader::step(const Named& at) {
  JobStep step;
  bool priced = false;
  const std::array fields = {
      Field{"devices", [&](const Named& inner) { return count(inner, kDevicesMax, step.devices); }},
      Field{"limit", [&](const Named& inner) {
              priced = true;
              return money(inner, "gpu-h", step.limit);
            }}};
  if (!map(at, fields, Unknown::kRefuse)) return false;
  if (step.devices == 0 || !priced) {
    return fail(at.node, at.name + ": a step has no devices, or no limit",
                "write {devices: 16, limit: 8 CNY/gpu-h}");
  }
  if (!job_.steps.empty() && step.limit > job_.steps.back().limit) {
    return fail(at.node, at.name + ": a step is worth more than the one before",
                "write the dearest step first");
  }
  std::uint64_t devices = step.devices;
  for (const JobStep& other : job_.steps) devices += other.devices;
  if (job_.steps.size() == kStepsMax || devices > kDevicesMax) {
    return fail(at.node,
                "a curve has at most " + std::to_string(kStepsMax) + " steps and " +
                    std::to_string(kDevicesMax) + " devices",
                "join steps, or submit the others as another job");
  }
  job_.steps.push_back(step);
  return true;
}

}  // namespace tongsuan::jobfile

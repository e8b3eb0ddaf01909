// Task files: what stands outside `market:`, and what all readers share.
#include <algorithm>
#include <array>

#include "tongsuan/jobfile/internal/job_reader.h"

namespace tongsuan::jobfile {
namespace {

std::string place(const ReadOptions& options, std::uint32_t line, std::uint32_t column) {
  return options.file + ":" + std::to_string(line) + ":" + std::to_string(column) + ": ";
}

std::string quoted(std::string_view text) {
  constexpr std::size_t kShown = 60;
  std::string shown;
  for (const char c : text.substr(0, kShown)) {
    shown += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  return "\"" + shown + (text.size() > kShown ? "…\"" : "\"");
}

}  // namespace

const char* purpose_name(Purpose purpose) {
  constexpr std::array<const char*, 3> kNames = {"internal", "training", "public-service"};
  return kNames[static_cast<std::size_t>(purpose)];
}

bool JobReader::fail(const YamlNode& at, const std::string& problem, std::string hint) {
  if (!error_) {
    error_ =
        Error{ErrorCode::kCorrupt, place(options_, at.line, at.column) + problem, std::move(hint)};
  }
  return false;
}

void JobReader::warn(std::uint32_t line, std::uint32_t column, const std::string& text) {
  if (warnings_++ < kWarningsMax) job_.warnings.push_back(place(options_, line, column) + text);
}

// ---- Scalars

bool JobReader::fail_value(const Named& at, const std::string& why) {
  return fail(at.node, at.name + ": " + quoted(at.node.text) + " " + why,
              "correct " + at.name + ": docs/jobfile.md has its form");
}

bool JobReader::text(const Named& at, std::string& out) {
  if (at.node.kind != YamlKind::kScalar) {
    return fail(at.node, at.name + " is no text", "write one value behind " + at.name + ":");
  }
  out = at.node.text;
  return true;
}

bool JobReader::name(const Named& at, std::string& out) {
  if (!text(at, out)) return false;
  if (is_name(out)) return true;
  return fail(at.node,
              at.name + ": " + quoted(out) +
                  " is no name; expected letters, digits, '_', '-' and '.', not beginning with a "
                  "sign",
              "use the names of `tongsuan market`");
}

bool JobReader::count(const Named& at, std::uint32_t max, std::uint32_t& out) {
  std::string value;
  if (!text(at, value)) return false;
  const auto parsed = parse_decimal(value, 0, max);
  if (parsed.ok() && parsed.value() >= 1) {
    out = static_cast<std::uint32_t>(parsed.value());
    return true;
  }
  return fail(at.node,
              at.name + ": " + quoted(value) + " is no number from 1 to " + std::to_string(max),
              "write a whole number");
}

bool JobReader::truth(const Named& at, bool& out) {
  std::string value;
  if (!text(at, value)) return false;
  if (value == "true" || value == "false") {
    out = value == "true";
    return true;
  }
  return fail(at.node, at.name + ": " + quoted(value) + " is neither true nor false",
              "write true or false");
}

bool JobReader::duration(const Named& at, Second& out) {
  std::string value;
  return text(at, value) && keep(at, parse_duration(value), out);
}

bool JobReader::money(const Named& at, std::string_view per, std::int64_t& out) {
  std::string value;
  return text(at, value) && keep(at, parse_money(value, per), out);
}

bool JobReader::moment(const Named& at, std::optional<Moment>& out) {
  std::string value;
  Moment moment;
  if (!text(at, value) || !keep(at, parse_time(value, options_.zone_seconds), moment)) return false;
  out = moment;
  return true;
}

// ---- Maps and lists

bool JobReader::map(const Named& at, std::span<const Field> fields, Unknown unknown) {
  if (at.node.kind == YamlKind::kNull) return true;
  if (at.node.kind != YamlKind::kMap) {
    return fail(at.node, (at.name.empty() ? "the file" : at.name) + " has no keys",
                "write key: value");
  }
  for (std::size_t i = 0; i < at.node.keys.size(); ++i) {
    const YamlNode& key = at.node.keys[i];
    const std::string path = (at.name.empty() ? "" : at.name + ".") + key.text;
    const auto field = std::ranges::find(fields, key.text, &Field::key);
    if (field == fields.end() && unknown == Unknown::kRefuse) {
      std::string known;
      for (const Field& each : fields) known += (known.empty() ? "" : ", ") + std::string(each.key);
      return fail(key, quoted(path) + " is not known; known are " + known,
                  "remove it, or correct its spelling");
    }
    if (field == fields.end()) {
      warn(key.line, key.column, quoted(path) + " is not known and has no effect");
    } else if (field->read && !field->read({at.node.items[i], path})) {
      return false;
    }
  }
  return true;
}

bool JobReader::each(const Named& at, const Read& read) {
  if (at.node.kind != YamlKind::kList) return read(at);
  if (at.node.items.size() > kListMax) {
    return fail(at.node, at.name + " has more than " + std::to_string(kListMax) + " items",
                "shorten the list");
  }
  return std::ranges::all_of(at.node.items, [&](const YamlNode& item) {
    return read({item, at.name});
  });
}

// ---- Keys of a task

bool JobReader::task(const YamlNode& root) {
  const auto keep_text = [this](std::string& out) {
    return
        [this, &out](const Named& at) { return at.node.kind == YamlKind::kNull || text(at, out); };
  };
  const std::array fields = {
      Field{"name", keep_text(job_.name)},
      Field{"num_nodes", [this](const Named& at) { return count(at, kNodesMax, job_.nodes); }},
      Field{"resources", [this](const Named& at) { return resources(at); }},
      Field{"setup", keep_text(job_.setup)},
      Field{"run", keep_text(job_.run)},
      Field{"market", nullptr},  // below, when the classes are known
      Field{"workdir", nullptr},
      Field{"envs", nullptr},
      Field{"secrets", nullptr},
      Field{"file_mounts", nullptr}};
  if (!map({root, ""}, fields, Unknown::kWarn)) return false;
  for (std::size_t i = 0; i < root.keys.size(); ++i) {
    if (root.keys[i].text == "market" && !market({root.items[i], "market"})) return false;
  }
  if (job_.accelerators.empty() && job_.options.empty() && job_.legs.empty()) {
    return fail(root, "the job names no accelerators", "add resources: {accelerators: {H800: 8}}");
  }
  return finish();
}

bool JobReader::resources(const Named& at) {
  const std::array fields = {
      Field{"accelerators", [this](const Named& inner) { return accelerators(inner); }},
      Field{"infra", [this](const Named& inner) { return infra(inner); }},
      Field{"image_id", [this](const Named& inner) { return text(inner, job_.image); }},
      Field{"cpus", nullptr},
      Field{"memory", nullptr},
      Field{"disk_size", nullptr},
      Field{"use_spot", nullptr}};
  return map(at, fields, Unknown::kWarn);
}

bool JobReader::accelerators(const Named& at) {
  if (at.node.kind != YamlKind::kMap) {
    return each(at, [this](const Named& item) { return accelerator_text(item); });
  }
  for (std::size_t i = 0; i < at.node.keys.size(); ++i) {
    const YamlNode& number = at.node.items[i];
    const Named where{number.kind == YamlKind::kScalar ? number : at.node.keys[i], at.name};
    if (number.kind != YamlKind::kScalar && number.kind != YamlKind::kNull) {
      return fail(number, at.name + " has more than a number", "write {H800: 8}");
    }
    const std::string_view written = number.text;
    const std::string_view many = number.kind == YamlKind::kNull ? "1" : written;
    if (!add_accelerator(where, at.node.keys[i].text, many)) return false;
  }
  return true;
}

// "H800:8", or "H800" for one.
bool JobReader::accelerator_text(const Named& at) {
  std::string value;
  if (!text(at, value)) return false;
  const std::size_t colon = value.find(':');
  const std::string_view number =
      colon == std::string::npos ? "1" : std::string_view(value).substr(colon + 1);
  return add_accelerator(at, std::string_view(value).substr(0, colon), number);
}

bool JobReader::add_accelerator(const Named& at, std::string_view name, std::string_view count) {
  const auto devices = parse_decimal(count, 0, kPerNodeMax);
  if (!is_name(name)) {
    return fail(at.node, at.name + ": " + quoted(name) + " is no name of a class",
                "use the names of `tongsuan market`");
  }
  if (!devices.ok() || devices.value() < 1) {
    return fail(at.node,
                at.name + ": " + quoted(count) + " is no number of devices of a node, from 1 to " +
                    std::to_string(kPerNodeMax),
                "write a whole number");
  }
  if (std::ranges::find(job_.accelerators, name, &Accelerator::name) != job_.accelerators.end() ||
      job_.accelerators.size() >= kClassesOfJobMax) {
    return fail(at.node, at.name + ": " + quoted(name) + " comes twice, or is one too many",
                "name each class once");
  }
  Accelerator accelerator;
  accelerator.name = name;
  accelerator.per_node = static_cast<std::uint32_t>(devices.value());
  job_.accelerators.push_back(std::move(accelerator));
  return true;
}

// "*", "hub/guian" or "guian"; or a list of them.
bool JobReader::infra(const Named& at) {
  return each(at, [this](const Named& item) {
    std::string hub_name;
    if (item.node.kind == YamlKind::kScalar && (item.node.text == "*" || item.node.text == "hub/*"))
      return true;
    if (!hub(item, hub_name)) return false;
    if (std::ranges::find(job_.hubs, hub_name) == job_.hubs.end()) job_.hubs.push_back(hub_name);
    return true;
  });
}

bool JobReader::hub(const Named& at, std::string& out) {
  if (!text(at, out)) return false;
  if (out.starts_with("hub/")) out.erase(0, 4);
  if (is_name(out)) return true;
  return fail(at.node, at.name + ": " + quoted(at.node.text) + " is no hub",
              "write hub/NAME with a name of `tongsuan hubs`, or \"*\"");
}

bool JobReader::finish() {
  for (std::size_t i = 1; i < job_.accelerators.size();) {
    if (job_.accelerators[i].has_variant) {
      ++i;
      continue;
    }
    warn(
        1, 1,
        job_.accelerators[i].name + " is left out: market.variants does not say what to run there");
    job_.accelerators.erase(job_.accelerators.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return true;
}

Result<Job> read_task(std::string_view bytes, const ReadOptions& options) {
  if (bytes.size() > kFileBytesMax) {
    return Error{ErrorCode::kLimit, options.file + ": is larger than 1 MiB", "put data elsewhere"};
  }
  auto tree = parse_yaml(bytes);
  if (!tree.ok()) {
    Error error = tree.error();
    error.context = options.file + ":" + error.context;
    return error;
  }
  Job job;
  JobReader reader(options, job);
  if (!reader.task(tree.value())) return reader.take_error();
  return job;
}

Result<Job> read_job(std::string_view bytes, const ReadOptions& options) {
  return bytes.starts_with("#!") ? read_slurm(bytes, options) : read_task(bytes, options);
}

}  // namespace tongsuan::jobfile

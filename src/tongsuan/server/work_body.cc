#include "tongsuan/server/internal/work_body.h"

#include <algorithm>
#include <string_view>

namespace tongsuan::server::internal {
namespace {

constexpr std::size_t kScriptMax = 65'536;  // bytes
constexpr std::size_t kImageMax = 512;
constexpr std::size_t kVariablesMax = 63;
constexpr std::size_t kVariableMax = 4'096;
constexpr std::size_t kWorkVariantsMax = 16;
constexpr std::size_t kStagesMax = 64;
constexpr std::size_t kPlaceMax = 1'024;
constexpr std::size_t kWorkMax = std::size_t{4} << 20;  // of a text that was kept
constexpr std::string_view kServices[] = {"firm", "spot"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Of POSIX; what the cluster and the exchange say of themselves is not for users to say.
bool is_variable(std::string_view name) {
  const auto fits = [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= 128 && is_letter(name.front()) &&
         std::ranges::all_of(name, fits) && !name.starts_with("TONGSUAN_") &&
         !name.starts_with("SLURM_");
}

// A place within the contract's own folder: it leads nowhere else.
bool is_inside(std::string_view path) {
  if (path.empty() || path.front() == '/') return false;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (path.substr(0, end) == "..") return false;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return true;
}

void write_script(json::Writer& out, json::ObjectReader& work, bool needed) {
  if (needed) {
    out.text("script", work.text("script", {.bytes_max = kScriptMax}));
  } else if (const auto script = work.optional_text("script", {.bytes_max = kScriptMax})) {
    out.text("script", *script);
  }
  if (const auto image = work.optional_text("image", {.bytes_max = kImageMax})) {
    out.text("image", *image);
  }
}

void write_environment(json::Writer& out, json::ObjectReader& work) {
  const auto given = work.optional_member("environment");
  if (!given) return;
  if (given->type() != json::Type::kObject || given->size() > kVariablesMax) {
    return work.fault("environment", "must be an object of at most " +
                                         std::to_string(kVariablesMax) + " variables");
  }
  out.begin_object("environment");
  for (const json::Member& member : given->members()) {
    const auto value = member.value.as_text();
    const json::Path path(work.path(), "environment");
    const json::Path at(path, member.key);
    if (!is_variable(member.key)) {
      work.faults().add(at, "is not the name of a variable of one's own");
    } else if (!value.ok() || value.value().size() > kVariableMax) {
      work.faults().add(at, "must be a text of at most " + std::to_string(kVariableMax) + " bytes");
    } else {
      out.text(member.key, value.value());
    }
  }
  out.end_object();
}

// Another script or image for a class.
void write_variants(json::Writer& out, json::ObjectReader& work) {
  const auto given = work.optional_member("variants");
  if (!given) return;
  if (given->type() != json::Type::kObject || given->size() > kWorkVariantsMax) {
    return work.fault("variants", "must be an object of at most " +
                                      std::to_string(kWorkVariantsMax) + " classes");
  }
  out.begin_object("variants");
  const json::Path path(work.path(), "variants");
  for (const json::Member& member : given->members()) {
    const json::Path at(path, member.key);
    json::ObjectReader variant(member.value, at, work.faults());
    out.begin_object(member.key);
    write_script(out, variant, false);
    out.end_object();
    variant.finish();
  }
  out.end_object();
}

// `inside`: which end of a transfer lies in the contract's folder.
void write_stages(json::Writer& out, json::ObjectReader& work, std::string_view key,
                  std::string_view inside) {
  const json::Items items = work.optional_array(key, kStagesMax);
  if (items.begin() == items.end()) return;
  const json::Path path(work.path(), key);
  out.begin_array(key);
  std::size_t index = 0;
  for (const json::Value item : items) {
    const json::Path at(path, index++);
    json::ObjectReader stage(item, at, work.faults());
    const std::string_view from = stage.text("from", {.bytes_max = kPlaceMax});
    const std::string_view to = stage.text("to", {.bytes_max = kPlaceMax});
    stage.finish();
    const std::string_view own = inside == "from" ? from : to;
    if (!own.empty() && !is_inside(own)) {
      stage.fault(inside, "must be a path within the folder of the contract");
    }
    out.begin_object().text("from", from).text("to", to).end_object();
  }
  out.end_array();
}

// Texts, and objects and lists of them: all that work is made of.
void copy(json::Writer& out, std::string_view key, const json::Value& value) {
  if (value.type() == json::Type::kObject) {
    key.empty() ? out.begin_object() : out.begin_object(key);
    for (const json::Member& member : value.members()) copy(out, member.key, member.value);
    out.end_object();
  } else if (value.type() == json::Type::kArray) {
    out.begin_array(key);
    for (const json::Value item : value.items()) copy(out, {}, item);
    out.end_array();
  } else if (value.type() == json::Type::kText) {
    out.text(key, value.as_text().value());
  }
}

}  // namespace

std::string read_work(json::ObjectReader& object) {
  const auto given = object.optional_member("work");
  if (!given) return {};
  const json::Path path(object.path(), "work");
  json::ObjectReader work(*given, path, object.faults());
  std::string text;
  json::Writer out(text);
  out.begin_object();
  write_script(out, work, true);
  write_variants(out, work);
  write_environment(out, work);
  write_stages(out, work, "stageIn", "to");
  write_stages(out, work, "stageOut", "from");
  const auto service = work.optional_choice("service", kServices);
  out.text("service", kServices[service.value_or(0)]).end_object();
  work.finish();
  return text;
}

// Kept texts were read before: what they lack is not there.
std::optional<std::string> work_on(std::string_view text, std::string_view accelerator) {
  json::Document document({.bytes_max = kWorkMax, .depth_max = 8});
  const auto parsed = document.parse(text);
  if (!parsed.ok() || parsed.value().type() != json::Type::kObject) return std::nullopt;
  const json::Members members = parsed.value().members();
  const json::Value all = members.find("variants");
  const json::Value variant =
      all.type() == json::Type::kObject ? all.members().find(accelerator) : json::Value();
  const auto own = [&](std::string_view key) {
    return variant.type() == json::Type::kObject ? variant.members().find(key) : json::Value();
  };
  std::string out_text;
  json::Writer out(out_text);
  out.begin_object();
  for (const std::string_view key : {"script", "image"}) {
    const json::Value chosen = own(key).type() == json::Type::kText ? own(key) : members.find(key);
    if (chosen.type() == json::Type::kText) out.text(key, chosen.as_text().value());
  }
  for (const json::Member& member : members) {
    if (member.key == "script" || member.key == "image" || member.key == "variants") continue;
    copy(out, member.key, member.value);
  }
  out.end_object();
  return out_text;
}

}  // namespace tongsuan::server::internal

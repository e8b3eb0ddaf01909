// What a job runs, as the member "work" of an order.
#include "tongsuan/jobfile/internal/order_parts.h"

namespace tongsuan::jobfile {
namespace {

// Of a shell that ends with the first command that fails.
std::string script_of(const std::string& setup, const std::string& run) {
  if (run.empty()) return {};
  std::string script = "#!/bin/sh\nset -e\n";
  for (const std::string* part : {&setup, &run}) {
    if (part->empty()) continue;
    script += *part;
    if (script.back() != '\n') script += '\n';
  }
  return script;
}

std::string part_json(const std::string& script, const std::string& image) {
  std::string json;
  if (!script.empty()) json = "\"script\":" + json_text(script);
  if (!image.empty()) json += (json.empty() ? "" : ",") + ("\"image\":" + json_text(image));
  return json;
}

}  // namespace

std::string work_json(const Job& job, std::string_view order) {
  const std::string script = job.script.empty() ? script_of(job.setup, job.run) : job.script;
  if (script.empty()) return {};
  std::string json = "{" + part_json(script, job.image);
  std::string variants;
  for (const Accelerator& accelerator : job.accelerators) {
    const bool named = order.find("\"class\":" + json_text(accelerator.name)) != order.npos;
    if (!accelerator.has_variant || !named) continue;
    const std::string own = script_of(job.setup, accelerator.run);
    const std::string part = part_json(own, accelerator.image);
    if (part.empty()) continue;
    variants += (variants.empty() ? "" : ",") + json_text(accelerator.name) + ":{" + part + "}";
  }
  if (!variants.empty()) json += ",\"variants\":{" + variants + "}";
  return json + ",\"service\":" + json_text(job.preempt.allowed ? "spot" : "firm") + "}";
}

}  // namespace tongsuan::jobfile

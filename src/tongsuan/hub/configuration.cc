#include "tongsuan/hub/configuration.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <utility>
#include <variant>
#include <vector>

#include "tongsuan/base/text.h"
#include "tongsuan/cluster/image_script.h"
#include "tongsuan/hub/command.h"
#include "tongsuan/hub/times.h"
#include "tongsuan/remote/private_file.h"
#include "tongsuan/remote/settings.h"
#include "tongsuan/toml/toml.h"

namespace tongsuan::hub {
namespace {

constexpr std::string_view kTenant = "tenant.", kClass = "class.", kEnvironment = "environment";
constexpr std::int64_t kTokenSeconds = 600;

struct Range {
  std::int64_t least = 0, most = 0;
};
struct Setting {
  std::string_view table, key;
  std::variant<std::string*, std::int64_t*, std::uint32_t*, std::uint64_t*, bool*,
               std::vector<std::string>*>
      into;
  Range range = {};
};

void add_exchange(std::vector<Setting>& all, HubSettings& s) {
  constexpr Range kSeconds{1, 604'800};
  AgentOptions& agent = s.agent;
  for (const Setting& one : std::initializer_list<Setting>{
           {"", "hub", &agent.hub},
           {"", "exchange", &s.exchange},
           {"", "credentials", &s.credentials},
           {"", "ca_file", &s.ca_file},
           {"", "holder", &s.holder},
           {"", "spool", &s.spool},
           {"", "scratch", &s.staging.scratch},
           {"times", "interval", &s.interval_seconds, {1, 60}},
           {"times", "request", &s.request_seconds, {1, 300}},
           {"times", "lease", &agent.lease_seconds, {10, 600}},
           {"times", "meter", &agent.meter_seconds, {1, 3'600}},
           {"times", "nodes", &agent.nodes_seconds, {1, 3'600}},
           {"times", "down", &agent.down_seconds, {0, 3'600}},
           {"times", "grace", &agent.grace_seconds, {0, 86'400}},
           {"times", "slack", &agent.slack_seconds, kSeconds},
           {"times", "endless", &agent.endless_seconds, {60, 31'536'000}},
           {"times", "doubt", &agent.doubt_seconds, {10, 86'400}},
           {"times", "retry", &agent.retry_seconds, {1, 3'600}},
           {"output", "contracts", &agent.keep.contracts, {0, 100'000}},
           {"output", "bytes", &agent.keep.bytes, {0, 268'435'456}},
           {"output", "seconds", &agent.keep.seconds, {0, 31'536'000}},
           {"staging", "in", &s.staging.in},
           {"staging", "out", &s.staging.out},
           {"staging", "places", &s.staging.places},
           {"staging", "own", &s.staging.own},
           {"staging", "remove", &s.staging.remove},
           {"staging", "deadline", &s.staging.deadline_seconds, kSeconds},
       }) {
    all.push_back(one);
  }
}

void add_slurm(std::vector<Setting>& all, SlurmSettings& s) {
  for (const Setting& one : std::initializer_list<Setting>{
           {"slurm", "url", &s.url},
           {"slurm", "user", &s.user},
           {"slurm", "jwt_key", &s.jwt_key},
           {"slurm", "token_file", &s.token_file},
           {"slurm", "ca_file", &s.ca_file},
           {"slurm", "partition", &s.terms.partition},
           {"slurm", "firm_qos", &s.terms.firm_qos},
           {"slurm", "spot_qos", &s.terms.spot_qos},
           {"slurm", "gres", &s.terms.gres},
           {"slurm", "cpus_per_device", &s.terms.cpus_per_device, {1, 1'024}},
           {"slurm", "memory_mb_per_device", &s.terms.memory_mb_per_device, {0, 1'000'000'000}},
           {"slurm", "image_command", &s.terms.image_command},
           {"slurm", "deadline", &s.deadline_seconds, {1, 300}},
       }) {
    all.push_back(one);
  }
}

void add_kubernetes(std::vector<Setting>& all, KubernetesSettings& s, AgentOptions& agent) {
  for (const Setting& one : std::initializer_list<Setting>{
           {"kubernetes", "url", &s.url},
           {"kubernetes", "token_file", &s.token_file},
           {"kubernetes", "ca_file", &s.ca_file},
           {"kubernetes", "certificate", &s.certificate},
           {"kubernetes", "key", &s.key},
           {"kubernetes", "resource", &s.terms.resource},
           {"kubernetes", "accelerator_label", &s.terms.accelerator_label},
           {"kubernetes", "node_selector", &s.terms.node_selector},
           {"kubernetes", "queue", &s.terms.queue},
           {"kubernetes", "worker", &s.terms.worker},
           {"kubernetes", "worker_url", &s.worker_url},
           {"kubernetes", "worker_token_file", &s.worker_token_file},
           {"kubernetes", "worker_ca_file", &s.worker_ca_file},
           {"kubernetes", "firm_priority", &s.terms.firm_priority},
           {"kubernetes", "spot_priority", &s.terms.spot_priority},
           {"kubernetes", "image", &s.terms.image},
           {"kubernetes", "images", &agent.images},
           {"kubernetes", "claim", &s.terms.claim},
           {"kubernetes", "cpus_per_device", &s.terms.cpus_per_device, {1, 1'024}},
           {"kubernetes",
            "memory_mb_per_device",
            &s.terms.memory_mb_per_device,
            {0, 1'000'000'000}},
           {"kubernetes", "deadline", &s.deadline_seconds, {1, 300}},
       }) {
    all.push_back(one);
  }
}

Error usage(std::string what, std::string hint) {
  return {ErrorCode::kInvalidArgument, std::move(what), std::move(hint)};
}

Result<Done> put_number(const Setting& setting, const toml::Entry& entry) {
  std::int64_t number = 0;
  if (!parse_decimal(entry.value, 0, number) || number < setting.range.least ||
      number > setting.range.most) {
    return usage(entry.key + " takes a whole number from " + std::to_string(setting.range.least) +
                     " to " + std::to_string(setting.range.most),
                 "give a number in this range");
  }
  std::visit(
      [number](auto* into) {
        using Number = std::remove_reference_t<decltype(*into)>;
        if constexpr (std::is_integral_v<Number> && !std::is_same_v<Number, bool>) {
          *into = static_cast<Number>(number);
        }
      },
      setting.into);
  return Done{};
}

Result<Done> put(const Setting& setting, const toml::Entry& entry) {
  const bool is_words = std::holds_alternative<std::vector<std::string>*>(setting.into);
  const bool is_text = is_words || std::holds_alternative<std::string*>(setting.into);
  if (entry.text != is_text) {
    return usage(
        entry.key + (is_text ? " takes a text" : " takes no text"),
        is_text ? entry.key + " = " + toml::quoted(entry.value) : "write the value without quotes");
  }
  if (is_words) {
    *std::get<std::vector<std::string>*>(setting.into) = split_words(entry.value);
  } else if (is_text) {
    *std::get<std::string*>(setting.into) = entry.value;
  } else if (const auto* truth = std::get_if<bool*>(&setting.into)) {
    if (entry.value != "true" && entry.value != "false") {
      return usage(entry.key + " takes true or false", entry.key + " = true");
    }
    **truth = entry.value == "true";
  } else {
    return put_number(setting, entry);
  }
  return Done{};
}

// Tables whose names are somebody's: [tenant.P-3], [class.h100], [environment].
Result<bool> put_named(HubSettings& settings, const toml::Entry& entry) {
  const std::string& table = entry.table;
  const bool is_tenant = table.starts_with(kTenant), is_class = table.starts_with(kClass);
  if (!is_tenant && !is_class && table != kEnvironment) return false;
  if (!entry.text) return usage(entry.key + " takes a text", entry.key + " = \"…\"");
  if (table == kEnvironment) {
    settings.agent.environment[entry.key] = entry.value;
    return true;
  }
  if (is_class) {
    if (entry.key != "accelerator") {
      return usage("there is no key " + entry.key + " in [" + table + ']', "accelerator");
    }
    settings.agent.accelerators[table.substr(kClass.size())] = entry.value;
    return true;
  }
  if (settings.agent.tenants.size() == kTenantsMax) {
    return usage("more than " + std::to_string(kTenantsMax) + " tenants", "map fewer");
  }
  cluster::Tenant& tenant = settings.agent.tenants[table.substr(kTenant.size())];
  if (entry.key != "user" && entry.key != "account") {
    return usage("there is no key " + entry.key + " in [" + table + ']', "user, account");
  }
  (entry.key == "user" ? tenant.user : tenant.account) = entry.value;
  return true;
}

Result<Done> put_entry(HubSettings& settings, const toml::Entry& entry) {
  TONGSUAN_TRY(const bool taken, put_named(settings, entry));
  if (taken) return Done{};
  std::vector<Setting> all;
  add_exchange(all, settings);
  if (entry.table == "slurm" && !settings.slurm) settings.slurm.emplace();
  if (entry.table == "kubernetes" && !settings.kubernetes) settings.kubernetes.emplace();
  if (settings.slurm) add_slurm(all, *settings.slurm);
  if (settings.kubernetes) add_kubernetes(all, *settings.kubernetes, settings.agent);
  std::string keys;
  for (const Setting& setting : all) {
    if (setting.table != entry.table) continue;
    if (setting.key == entry.key) return put(setting, entry);
    keys += (keys.empty() ? "" : ", ") + std::string(setting.key);
  }
  if (keys.empty()) {
    return usage(
        "there is no table [" + entry.table + ']',
        "times, output, staging, slurm, kubernetes, environment, class.NAME, tenant.PARTICIPANT");
  }
  return usage("there is no key " + entry.key +
                   (entry.table.empty() ? " before the first table" : " in [" + entry.table + ']'),
               "one of " + keys);
}

Error of_cluster(const cluster::Fault& fault) {
  return {ErrorCode::kInvalidArgument, fault.what, fault.hint};
}

Result<Done> check_slurm(const SlurmSettings& s) {
  if (s.jwt_key.empty() == s.token_file.empty()) {
    return usage("[slurm] needs either jwt_key or token_file", "jwt_key = \"/etc/slurm/jwt.key\"");
  }
  if (s.user.empty()) {
    return usage("[slurm] needs user: an operator of the cluster", "user = \"tongsuan\"");
  }
  if (s.terms.image_command.empty()) return Done{};
  const auto command = cluster::check_image_command(s.terms.image_command);
  if (!command.ok()) return of_cluster(command.error());
  return Done{};
}

Result<Done> check_kubernetes(const KubernetesSettings& s) {
  const bool has_worker = !s.terms.worker.empty();
  if (has_worker == s.worker_url.empty()) {
    return usage("[kubernetes] needs worker and worker_url together",
                 "worker = \"guian\", worker_url = \"https://10.0.0.2:6443\"");
  }
  if (has_worker && s.terms.queue.empty()) {
    return usage("[kubernetes] has a worker of MultiKueue, and no queue",
                 "queue names a LocalQueue whose ClusterQueue is checked by MultiKueue");
  }
  return Done{};
}

// What is there, but does not go together.
Result<Done> check(const HubSettings& s, std::string_view file) {
  const auto fault = [&](const std::string& what, const std::string& hint) {
    return usage(std::string(file) + ": " + what, hint);
  };
  const std::pair<const std::string*, std::string> kNeeded[] = {{&s.agent.hub, "hub"},
                                                                {&s.exchange, "exchange"},
                                                                {&s.credentials, "credentials"},
                                                                {&s.spool, "spool"},
                                                                {&s.staging.scratch, "scratch"}};
  for (const auto& [value, key] : kNeeded) {
    if (value->empty()) return fault(key + " is missing", key + " = \"…\" before the first table");
  }
  if (remote::server_address(s.exchange).empty()) {
    return fault("exchange is no address: " + s.exchange, "https://exchange.example.com");
  }
  if (s.spool.front() != '/' || s.staging.scratch.front() != '/') {
    return fault("spool and scratch need their whole paths", "begin them with /");
  }
  if (s.slurm.has_value() == s.kubernetes.has_value()) {
    return fault("one of [slurm] and [kubernetes] is needed", "an agent has one cluster");
  }
  const Result<Done> cluster = s.slurm ? check_slurm(*s.slurm) : check_kubernetes(*s.kubernetes);
  if (!cluster.ok()) return fault(cluster.error().context, cluster.error().hint);
  for (const auto& [participant, tenant] : s.agent.tenants) {
    if (!tenant.user.empty() && !tenant.account.empty()) continue;
    return fault("[tenant." + participant + "] needs user and account", "give both");
  }
  for (const std::string& place : s.staging.places) {
    if (is_place(place)) continue;
    return fault("\"" + place + "\" in places of [staging] is no place",
                 "name remotes and folders: places = \"s3:bucket/data nas: /data/shared\"");
  }
  // Else the lease could run out between two renewals.
  if (s.agent.lease_seconds < 3 * (s.interval_seconds + s.request_seconds)) {
    return fault("lease is shorter than three times interval and request",
                 "lease = 120, interval = 2, request = 10 in [times]");
  }
  return Done{};
}

Result<std::unique_ptr<cluster::Cluster>> make_slurm_cluster(const SlurmSettings& s) {
  cluster::SlurmOptions options;
  options.url = s.url;
  options.user = s.user;
  options.terms = s.terms;
  options.ca_file = s.ca_file;
  options.deadline = std::chrono::seconds(s.deadline_seconds);
  if (!s.jwt_key.empty()) {
    TONGSUAN_TRY(const std::optional<std::string> key, remote::read_private_file(s.jwt_key));
    if (!key) return usage(s.jwt_key + " is not there", "jwt_key names the cluster's JWT key");
    options.token = [key = *key](const std::string& user) -> cluster::Answer<std::string> {
      const UnixSecond now = system_seconds();
      return cluster::slurm_token(key, user, now, now + kTokenSeconds);
    };
  } else {
    options.token = [read = cluster::token_of_file(s.token_file)](const std::string&) {
      return read();
    };
  }
  auto made = cluster::make_slurm(std::move(options));
  if (!made.ok()) return of_cluster(made.error());
  return std::move(made).value();
}

std::function<cluster::Answer<std::string>()> bearer_of(const std::string& file) {
  if (file.empty()) return {};
  return cluster::token_of_file(file);
}

Result<std::unique_ptr<cluster::Cluster>> make_kubernetes_cluster(const KubernetesSettings& s) {
  cluster::KubernetesOptions options;
  options.server = {s.url, bearer_of(s.token_file), s.ca_file, s.certificate, s.key};
  options.worker = {s.worker_url, bearer_of(s.worker_token_file), s.worker_ca_file};
  options.terms = s.terms;
  options.deadline = std::chrono::seconds(s.deadline_seconds);
  options.now = system_seconds;
  auto made = cluster::make_kubernetes(std::move(options));
  if (!made.ok()) return of_cluster(made.error());
  return std::move(made).value();
}

}  // namespace

Result<HubSettings> read_settings(std::string_view text, std::string_view file) {
  TONGSUAN_TRY(const std::vector<toml::Entry> entries, toml::read(text, file));
  HubSettings settings;
  for (const toml::Entry& entry : entries) {
    const Result<Done> taken = put_entry(settings, entry);
    if (taken.ok()) continue;
    return usage(
        std::string(file) + ':' + std::to_string(entry.line) + ": " + taken.error().context,
        taken.error().hint);
  }
  TONGSUAN_TRY([[maybe_unused]] const Done good, check(settings, file));
  // On Kubernetes a setting of its own says so.
  if (settings.slurm) settings.agent.images = !settings.slurm->terms.image_command.empty();
  return settings;
}

Result<HubSettings> read_settings_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(toml::kBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || !file.is_open()) {
    return Error{ErrorCode::kIo, path + " cannot be read", "check its name and its rights"};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return read_settings(text, path);
}

Result<std::unique_ptr<cluster::Cluster>> make_cluster(const HubSettings& settings) {
  return settings.slurm ? make_slurm_cluster(*settings.slurm)
                        : make_kubernetes_cluster(*settings.kubernetes);
}

}  // namespace tongsuan::hub

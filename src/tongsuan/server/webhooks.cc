#include "tongsuan/server/webhooks.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>

#include "tongsuan/access/hmac.h"
#include "tongsuan/base/text.h"
#include "tongsuan/net/client.h"
#include "tongsuan/server/service.h"

namespace tongsuan::server {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEventsMax = 256;  // of one request
constexpr std::size_t kThreads = 8;
constexpr milliseconds kHookDeadline{10'000};
constexpr milliseconds kPauseMax{300'000};
constexpr milliseconds kGather{10};

bool is_public_v4(std::uint32_t address) {
  const auto in = [&](std::uint32_t network, int bits) {
    return (address ^ network) >> (32 - bits) == 0;
  };
  return !(in(0x00000000, 8) || in(0x0A000000, 8) || in(0x64400000, 10) || in(0x7F000000, 8) ||
           in(0xA9FE0000, 16) || in(0xAC100000, 12) || in(0xC0000000, 24) || in(0xC0A80000, 16) ||
           in(0xC6120000, 15) || in(0xE0000000, 3));
}

std::uint32_t big_endian(const std::uint8_t* bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 |
         std::uint32_t{bytes[2]} << 8 | bytes[3];
}

// The url cut behind its host.
struct Url {
  std::string base, target;
};
Url cut(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t path = std::min(url.find('/', host), url.size());
  return {url.substr(0, path), path < url.size() ? url.substr(path) : "/"};
}

}  // namespace

std::string webhook_secret(const access::MasterSecret& master, const exchange::Salt& salt) {
  Digest secret = master.derive("tongsuan webhook v1", {}, salt);
  std::string text = base64url(access::view(secret));
  access::erase(secret.data(), secret.size());
  return text;
}

std::string webhook_signature(std::string_view secret, std::int64_t unix_seconds,
                              std::string_view body) {
  const std::string seconds = std::to_string(unix_seconds);
  const Digest digest = access::HmacKey(secret).sign(seconds, ".", body);
  return "t=" + seconds + ",v1=" + hex(digest.data(), digest.size());
}

bool is_public_address(std::string_view address) {
  const std::string text(address.substr(0, address.find('%')));  // without the zone of IPv6
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return is_public_v4(ntohl(v4.s_addr));
  std::array<std::uint8_t, 16> v6{};
  if (inet_pton(AF_INET6, text.c_str(), v6.data()) != 1) return false;
  constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::ranges::equal(kMapped, std::span(v6).first(12))) {
    return is_public_v4(big_endian(v6.data() + 12));
  }
  if (v6[0] == 0x00 && v6[1] == 0x64 && v6[2] == 0xFF && v6[3] == 0x9B) {  // 64:ff9b::/96, NAT64
    return is_public_v4(big_endian(v6.data() + 12));
  }
  return (v6[0] & 0xE0) == 0x20 && !(v6[0] == 0x20 && v6[1] == 0x02);  // 2000::/3 without 6to4
}

bool is_webhook_url(std::string_view url, bool anywhere) {
  const bool plain = anywhere && url.starts_with("http://");
  if ((!url.starts_with("https://") && !plain) || url.size() > exchange::kUrlMax) return false;
  const std::string_view rest = url.substr(url.find("://") + 3);
  const std::string_view host = rest.substr(0, rest.find_first_of("/?"));
  const auto fits = [](char c) {
    return c > 0x20 && c < 0x7F && c != '#' && c != '"' && c != '\\';
  };
  return !host.empty() && host.find('@') == std::string_view::npos &&
         std::ranges::all_of(url, fits) && rest.find('?') >= std::min(rest.find('/'), rest.size());
}

// ---- The thread ------------------------------------------------------------------------------

void Webhooks::begin() {
  for (std::size_t i = 0; parts_.options.webhooks && i < kThreads; ++i) {
    threads_.emplace_back([this] { loop(); });
  }
}

void Webhooks::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void Webhooks::wake() {
  {
    const std::lock_guard lock(mutex_);
    if (dirty_) return;
    dirty_ = true;
  }
  changed_.notify_one();
}

std::uint32_t Webhooks::failures(std::uint32_t webhook) const {
  const std::lock_guard lock(mutex_);
  const auto found = ways_.find(webhook);
  return found == ways_.end() ? 0 : found->second.failures;
}

WebhookFigures Webhooks::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void Webhooks::loop() {
  while (true) {
    const Clock::time_point next = go_round();
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, next, [&] { return stopping_ || dirty_; });
    // What comes within a moment goes out together.
    changed_.wait_for(lock, kGather, [&] { return stopping_; });
    if (stopping_) return;
    dirty_ = false;
  }
}

Webhooks::Clock::time_point Webhooks::go_round() {
  std::vector<Job> jobs;
  parts_.node.replica().read(0, [&](const node::View& view) {
    const auto& rows = view.state.webhooks();
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      if (!rows[i].open) continue;
      const auto* owner = view.state.participant(rows[i].participant);
      jobs.push_back({i, rows[i], owner->role});
    }
  });
  auto next = Clock::now() + std::chrono::seconds(30);
  for (const Job& job : jobs) {
    if (!claim(job, next)) continue;
    if (send(job)) next = Clock::now();
    release(job, next);
  }
  return next;
}

bool Webhooks::claim(const Job& job, Clock::time_point& next) {
  const std::lock_guard lock(mutex_);
  if (stopping_) return false;
  if (const auto served = served_.find(job.row.participant.value); served != served_.end()) {
    served->second = true;
    return false;
  }
  Way& way = ways_[job.webhook];
  if (way.salt != job.row.salt) way = Way{0, 0, {}, job.row.salt};
  if (way.next > Clock::now()) {
    next = std::min(next, way.next);
    return false;
  }
  served_.emplace(job.row.participant.value, false);
  return true;
}

void Webhooks::release(const Job& job, Clock::time_point& next) {
  const std::lock_guard lock(mutex_);
  const auto served = served_.find(job.row.participant.value);
  if (served->second) next = Clock::now();  // others may have left something that came meanwhile
  served_.erase(served);
  const Way& way = ways_[job.webhook];
  if (way.failures > 0) next = std::min(next, way.next);
}

bool Webhooks::send(const Job& job) {
  std::uint64_t after = job.row.acked;
  {
    const std::lock_guard lock(mutex_);
    after = std::max(after, ways_[job.webhook].looked);
  }
  Interest interest;
  interest.participant = job.row.participant;
  interest.auditor = job.role == exchange::Role::kAuditor || job.role == exchange::Role::kRegulator;
  const Feed::Slice slice = parts_.feed.read(interest, after, kEventsMax);
  if (slice.gone) {
    parts_.log.write("webhook-behind", [&](json::Writer& out) {
      out.number("webhook", job.webhook).number_unsigned("after", after);
    });
    // What is no longer kept cannot be sent: the receiver sees the gap in the sequences.
    const std::lock_guard lock(mutex_);
    ways_[job.webhook].looked = slice.through;
    return false;
  }
  if (slice.events.empty()) {
    const std::lock_guard lock(mutex_);
    ways_[job.webhook].looked = slice.through;
    return false;
  }
  std::string body;
  json::Writer out(body);
  out.begin_object().text("webhook", id_text('W', job.webhook)).begin_array("events");
  for (const std::string& event : slice.events) out.raw(event);
  out.end_array().end_object();
  wake();  // somebody else goes on with the others
  const Result<Done> posted = post(job, body);
  note(job.webhook, posted.ok());
  if (!posted.ok()) {
    parts_.log.write("webhook-failed", [&](json::Writer& line) {
      line.number("webhook", job.webhook).text("problem", posted.error().context);
    });
    return false;
  }
  // Whether or not it is confirmed in the journal: this process knows.
  {
    const std::lock_guard lock(mutex_);
    ways_[job.webhook].looked = slice.through;
  }
  (void)parts_.node.ask({{}, 0, ledger::kHouse, exchange::AckWebhook{job.webhook, slice.through}});
  return true;
}

Result<Done> Webhooks::post(const Job& job, const std::string& body) const {
  const Url url = cut(job.row.url);
  net::ClientOptions options;
  options.ca_file = parts_.options.webhook_ca_file;
  options.send_deadline = options.answer_deadline = options.body_deadline = kHookDeadline;
  options.body_bytes = 64 * 1024;
  if (!parts_.options.webhooks_anywhere) options.allowed = is_public_address;
  TONGSUAN_TRY(net::Client client, net::Client::make(url.base, options));
  const std::int64_t now = parts_.options.unix_now();
  std::string secret = webhook_secret(parts_.master, job.row.salt);
  const std::string signature = webhook_signature(secret, now, body);
  access::erase(secret.data(), secret.size());
  net::Fields headers;
  headers.list = {{"Content-Type", "application/json"},
                  {"Tongsuan-Signature", signature},
                  {"Tongsuan-Webhook", id_text('W', job.webhook)}};
  TONGSUAN_TRY(const net::Response answer,
               client.request(net::Method::kPost, url.target, headers, body));
  if (answer.status >= 200 && answer.status < 300) return Done{};
  return Error{ErrorCode::kUnavailable, "the receiver answers " + std::to_string(answer.status)};
}

void Webhooks::note(std::uint32_t webhook, bool good) {
  const std::lock_guard lock(mutex_);
  Way& way = ways_[webhook];
  if (good) {
    ++figures_.sent;
    way.failures = 0;
    return;
  }
  ++figures_.failed;
  const std::uint32_t doublings = std::min(way.failures++, 16U);
  const milliseconds pause{parts_.options.webhook_pause_milliseconds << doublings};
  way.next = Clock::now() + std::min(pause, kPauseMax);
}

}  // namespace tongsuan::server

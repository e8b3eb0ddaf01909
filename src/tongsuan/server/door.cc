#include "tongsuan/server/internal/door.h"

#include <algorithm>
#include <chrono>

#include "tongsuan/access/mode.h"
#include "tongsuan/base/check.h"
#include "tongsuan/base/text.h"

namespace tongsuan::server::internal {
namespace {

access::RateLimiter limiter(const access::RateLimit& limit) {
  auto made = access::RateLimiter::make(limit);
  TONGSUAN_CHECK(made.ok());  // options are looked at before
  return std::move(made).value();
}

constexpr std::string_view kDevelopment = "Bearer dev-";

// A page of the web can have its name stand for 127.0.0.1 and ask as anybody; its requests say the
// name, though.
std::optional<access::Denial> refused_by_host(const net::Request& request) {
  const std::string* host = request.headers.find("host");
  if (host == nullptr || access::is_loopback(*host)) return std::nullopt;
  if (std::string_view(*host).substr(0, host->find(':')) == "localhost") return std::nullopt;
  return access::Denial{access::Code::kMethodDisabled,
                        "development tokens count at 127.0.0.1, [::1] and localhost only, not at " +
                            host->substr(0, 80),
                        "ask the exchange at http://127.0.0.1 or http://localhost"};
}

}  // namespace

std::string key_text(const exchange::KeyId& key) {
  return "K-" + hex(key.data(), key.size());
}

std::optional<exchange::KeyId> parse_key(std::string_view text) {
  exchange::KeyId key{};
  if (!text.starts_with("K-") || !access::is_key_id(text)) return std::nullopt;
  text.remove_prefix(2);
  if (text.size() != key.size() * 2 || !parse_hex(text, key.data(), key.size())) {
    return std::nullopt;
  }
  return key;
}

access::KeyRecord key_record(const exchange::KeyRow& row) {
  return {key_text(row.key), row.salt,     {row.participant.value},
          row.role,          std::nullopt, row.revoked};
}

// The replica as access wants it. Records live until the next one is asked for; used by one thread
// at a time.
class Door::ViewDirectory final : public access::Directory {
 public:
  // Null: nothing may be asked.
  void show(const exchange::State* state, std::int64_t exchange_now, std::int64_t unix_now) {
    state_ = state;
    to_unix_ = unix_now - exchange_now;
  }
  const access::KeyRecord* key(std::string_view id) const override {
    const auto key = parse_key(id);
    const exchange::KeyRow* row = key ? state_->key(*key) : nullptr;
    if (row == nullptr) return nullptr;
    key_ = key_record(*row);
    if (row->expires < engine::kSecondsMax)
      key_.expires = access::UnixTime(row->expires + to_unix_);
    return &key_;
  }
  const access::Participant* participant(access::ParticipantNumber number) const override {
    const exchange::ParticipantRecord* record = state_->participant({number.value});
    if (record == nullptr || number.value == ledger::kHouse.value) return nullptr;
    participant_ = {number, record->name, false};
    return &participant_;
  }
  const access::Participant* participant_named(std::string_view name) const override {
    return participant({state_->find_participant(name).value});
  }
  // The role in which somebody was admitted.
  [[nodiscard]] access::Role role(std::string_view name) const {
    return state_->participants()[state_->find_participant(name).value].role;
  }

 private:
  const exchange::State* state_ = nullptr;
  std::int64_t to_unix_ = 0;  // from the exchange's seconds
  mutable access::KeyRecord key_;
  mutable access::Participant participant_;
};

Door::Door(node::Node& node, const access::MasterSecret& master, const ServiceOptions& options,
           std::function<std::int64_t()> unix_now)
    : node_(node),
      options_(options),
      unix_now_(std::move(unix_now)),
      directory_(std::make_unique<ViewDirectory>()),
      authenticator_({options.mode, access::UnixTime(unix_now_()), options.nonces, {}}, master,
                     *directory_),
      addresses_(limiter(options.of_address)),
      participants_(limiter(options.of_participant)) {
  for (const access::OidcSettings& provider : options.providers) {
    authenticator_.set_provider(provider, {});
  }
}

Door::~Door() = default;

access::Instant Door::now() const {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return access::Instant(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

access::Answer<access::Identity> Door::look(const access::Request& request,
                                            std::uint64_t at_least) {
  std::optional<access::Answer<access::Identity>> answer;
  const auto ask = [&](const node::View& view) {
    const std::lock_guard lock(mutex_);
    const std::int64_t now = unix_now_();
    directory_->show(&view.state, std::max(node_.clock().now(), view.state.now()), now);
    if (options_.mode == access::AccessMode::kDevelopment &&
        request.authorization.starts_with(kDevelopment)) {
      // Every participant has a token of its name.
      const std::string name(request.authorization.substr(kDevelopment.size()));
      const access::DevelopmentToken token{name, name, directory_->role(name)};
      answer = access::check_development({&token, 1}, *directory_, request.authorization.substr(7));
    } else {
      answer = authenticator_.authenticate(request, access::UnixTime(now));
    }
    directory_->show(nullptr, 0, 0);
  };
  node_.replica().read(at_least, ask);
  return *answer;
}

access::Answer<std::optional<access::Identity>> Door::admit(const net::Request& request) {
  if (const auto subject = access::address_subject(request.remote)) {
    const std::lock_guard lock(mutex_);
    TONGSUAN_TRY([[maybe_unused]] const Done taken, addresses_.take(*subject, 1, now()));
  }
  const std::string* authorization = request.headers.find("authorization");
  if (authorization == nullptr) return std::optional<access::Identity>();
  if (options_.mode == access::AccessMode::kDevelopment &&
      authorization->starts_with(kDevelopment)) {
    if (auto denial = refused_by_host(request)) return std::move(*denial);
  }
  const access::Request asked{net::to_string(request.method), request.target, request.body,
                              *authorization};
  auto answer = look(asked, 0);
  // A key or participant may be so new that readers do not know it yet.
  if (!answer.ok() && (answer.error().code == access::Code::kUnknownKey ||
                       answer.error().code == access::Code::kUnknownParticipant)) {
    answer = look(asked, node_.figures().durable);
  }
  if (answer.ok()) return std::optional(std::move(answer).value());
  if (answer.error().code == access::Code::kUnknownSigner && options_.unknown_provider_key) {
    options_.unknown_provider_key();
  }
  return answer.error();
}

void Door::set_provider_keys(std::string_view issuer, access::Jwks keys) {
  const std::lock_guard lock(mutex_);
  authenticator_.set_provider_keys(issuer, std::move(keys));
}

access::Answer<Done> Door::take(const access::Identity& caller, std::int64_t cost) {
  const std::lock_guard lock(mutex_);
  return participants_.take(caller.participant.value, cost, now());
}

}  // namespace tongsuan::server::internal

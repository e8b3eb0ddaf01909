#include "tongsuan/net/client.h"

#include <array>
#include <charconv>
#include <deque>
#include <utility>
#include <vector>

#include "tongsuan/net/internal/parser.h"
#include "tongsuan/net/internal/wire.h"

namespace tongsuan::net {
namespace {

using Clock = std::chrono::steady_clock;

struct Place {
  bool tls = false;
  std::string host, prefix;  // the prefix goes in front of targets
  std::string host_header;
  std::uint16_t port = 0;
};

Error bad_url(std::string_view url, const std::string& what) {
  return {ErrorCode::kInvalidArgument, "the address " + std::string(url) + ' ' + what,
          "an address such as http://127.0.0.1:8440"};
}

Result<Place> read_url(std::string_view url) {
  Place place;
  std::string_view rest = url;
  if (rest.starts_with("https://")) {
    place.tls = true;
    rest.remove_prefix(8);
  } else if (rest.starts_with("http://")) {
    rest.remove_prefix(7);
  } else {
    return bad_url(url, "does not begin with http:// or https://");
  }
  const std::size_t slash = rest.find('/');
  if (slash != std::string_view::npos) place.prefix = rest.substr(slash);
  while (place.prefix.ends_with('/')) place.prefix.pop_back();
  rest = rest.substr(0, slash);
  place.host_header = rest;
  std::string_view port;
  const std::size_t bracket = rest.starts_with('[') ? rest.find(']') : std::string_view::npos;
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    port = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  if (bracket != std::string_view::npos) {
    rest = rest.substr(1, bracket - 1);
  }
  place.host = rest;
  place.port = place.tls ? 443 : 80;
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), place.port);
    if (error != std::errc() || end != port.data() + port.size() || place.port == 0) {
      return bad_url(url, "has no port from 1 to 65535 behind its colon");
    }
  }
  const bool is_plain = place.prefix.find_first_of("?# \r\n\t") == std::string::npos &&
                        place.host_header.find_first_of("@?# \r\n\t") == std::string::npos;
  if (place.host.empty() || !is_plain) return bad_url(url, "has no host");
  return place;
}

// What the caller does not know may have happened.
Error unsure(Error error, Method method) {
  if (method == Method::kGet || method == Method::kHead || method == Method::kOptions) {
    if (error.hint.empty()) error.hint = "try again";
  } else if (error.hint.empty()) {
    error.hint = "it may have been carried out: ask again with the same Idempotency-Key";
  }
  return error;
}

}  // namespace

struct Client::Impl {
  Place place;
  ClientOptions options;
  std::shared_ptr<TlsSettings> tls;
  std::optional<Wire> wire;
  bool may_have_sent = false;
  std::vector<char> buffer = std::vector<char>(64 * 1024);

  [[nodiscard]] Result<Wire> connect() const {
    return Wire::connect(place.host, place.port, tls, {options.connect_deadline, options.allowed});
  }
  [[nodiscard]] Result<std::string> head(Method method, std::string_view target,
                                         const Fields& headers, std::size_t body_bytes) const;
  [[nodiscard]] Result<Response> exchange(Wire& on, std::string_view bytes, Method method,
                                          bool& heard, bool& keep);
};

Result<std::string> Client::Impl::head(Method method, std::string_view target,
                                       const Fields& headers, std::size_t body_bytes) const {
  if (!target.starts_with('/') || target.find_first_of(" \r\n\t") != std::string_view::npos) {
    return Error{ErrorCode::kInvalidArgument,
                 "the target " + std::string(target) + " does not begin with a slash or has blanks",
                 "escape them with %20"};
  }
  std::string head(to_string(method));
  head.append(" ").append(place.prefix).append(target).append(" HTTP/1.1\r\nHost: ");
  head.append(place.host_header).append("\r\n");
  for (const Field& field : headers.list) {
    if (!is_header_name(field.name) || !is_header_value(field.value)) {
      return Error{ErrorCode::kInvalidArgument, "header " + field.name + " cannot be sent",
                   "use letters, digits and hyphens for its name and one line for its value"};
    }
    head.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  const bool says_length = body_bytes > 0 || method == Method::kPost || method == Method::kPut ||
                           method == Method::kPatch;
  if (says_length) head.append("Content-Length: ").append(std::to_string(body_bytes)) += "\r\n";
  return head += "\r\n";
}

Result<Response> Client::Impl::exchange(Wire& on, std::string_view bytes, Method method,
                                        bool& heard, bool& keep) {
  const Result<Done> sent = on.write(bytes, Clock::now() + options.send_deadline);
  // A server that refuses early may hang up while we send, but its answer is there.
  ResponseParser parser({options.header_bytes, options.body_bytes}, method == Method::kHead);
  auto deadline = Clock::now() + (sent.ok() ? options.answer_deadline : std::chrono::seconds(1));
  std::size_t begin = 0, end = 0;
  bool in_body = false;
  while (parser.state() < ParseState::kDone) {
    if (begin == end) begin = end = 0;
    if (end == buffer.size()) {
      if (begin == 0) return Error{ErrorCode::kLimit, "the answer has too long a line", ""};
      std::copy(buffer.begin() + static_cast<std::ptrdiff_t>(begin), buffer.end(), buffer.begin());
      end -= begin;
      begin = 0;
    }
    const Result<std::size_t> count = on.read({buffer.data() + end, buffer.size() - end}, deadline);
    if (!count.ok()) return sent.ok() ? count.error() : sent.error();
    if (count.value() == 0) {
      if (!heard) return Error{ErrorCode::kUnavailable, "the server hung up without an answer", ""};
      parser.end();
      break;
    }
    heard = true;
    end += count.value();
    for (std::size_t fed = 1; fed > 0 && begin < end; begin += fed) {
      fed = parser.feed({buffer.data() + begin, end - begin});
    }
    if (!in_body && parser.state() == ParseState::kBody) {
      in_body = true;
      deadline = Clock::now() + options.body_deadline;
    }
  }
  if (parser.state() == ParseState::kFailed) {
    return Error{parser.too_large() ? ErrorCode::kLimit : ErrorCode::kCorrupt,
                 "the answer of the server cannot be read: " + parser.fault(), ""};
  }
  keep = sent.ok() && parser.keep_alive() && begin == end;
  return std::move(parser.response());
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Client> Client::make(std::string_view base_url, ClientOptions options) {
  auto impl = std::make_unique<Impl>();
  TONGSUAN_TRY(impl->place, read_url(base_url));
  if (impl->place.tls) {
    TONGSUAN_TRY(impl->tls, make_tls_settings({options.ca_file, options.certificate, options.key}));
  }
  impl->options = std::move(options);
  return Client(std::move(impl));
}

Result<Response> Client::request(Method method, std::string_view target, const Fields& headers,
                                 std::string_view body) {
  TONGSUAN_TRY(std::string bytes, impl_->head(method, target, headers, body.size()));
  bytes += body;
  bool has_key = false;
  for (const Field& field : headers.list) {
    has_key |= field.name == "idempotency-key" || field.name == "Idempotency-Key";
  }
  impl_->may_have_sent = false;
  const bool may_repeat = has_key || (method != Method::kPost && method != Method::kPatch);
  for (;;) {
    std::optional<Wire> wire = std::exchange(impl_->wire, std::nullopt);
    if (wire && wire->is_stale()) wire.reset();
    const bool is_kept = wire.has_value();
    if (!is_kept) {
      Result<Wire> connected = impl_->connect();
      if (!connected.ok()) return connected.error();
      wire.emplace(std::move(connected).value());
    }
    impl_->may_have_sent = true;
    bool heard = false, keep = false;
    Result<Response> answer = impl_->exchange(*wire, bytes, method, heard, keep);
    if (answer.ok()) {
      if (keep) impl_->wire = std::move(wire);
      return answer;
    }
    const bool closed_meanwhile =
        is_kept && !heard && answer.error().code == ErrorCode::kUnavailable;
    if (!closed_meanwhile || !may_repeat) return unsure(answer.error(), method);
  }
}

bool Client::may_have_sent() const {
  return impl_->may_have_sent;
}

// ---- Events ------------------------------------------------------------------------------------

struct EventReader::Impl {
  Impl(Wire opened, ResponseParser begun, std::size_t event_bytes)
      : wire(std::move(opened)), parser(std::move(begun)), events(event_bytes) {}
  Wire wire;
  ResponseParser parser;
  EventParser events;
  std::vector<char> buffer = std::vector<char>(64 * 1024);
  std::size_t begin = 0, end = 0;
  std::deque<Event> ready = {};
  std::string id = {};

  // Feeds what is there to the parser, and its body to the events.
  Result<Done> digest() {
    for (std::size_t fed = 1; fed > 0 && begin < end; begin += fed) {
      fed = parser.feed({buffer.data() + begin, end - begin});
      if (parser.response().status != 200) continue;
      std::vector<Event> found;
      const bool fits = events.feed(parser.response().body, found);
      parser.response().body.clear();
      for (Event& event : found) ready.push_back(std::move(event));
      if (!fits) return Error{ErrorCode::kLimit, "an event is larger than allowed", ""};
    }
    if (parser.state() != ParseState::kFailed) return Done{};
    return Error{ErrorCode::kCorrupt, "the stream of events cannot be read: " + parser.fault(), ""};
  }
  // Reads once; false at the end of the stream.
  Result<bool> read(Clock::time_point deadline) {
    if (parser.state() >= ParseState::kDone) return false;
    if (begin == end) begin = end = 0;
    if (end == buffer.size()) {
      return Error{ErrorCode::kLimit, "the stream of events has too long a line", ""};
    }
    TONGSUAN_TRY(const std::size_t count,
                 wire.read({buffer.data() + end, buffer.size() - end}, deadline));
    end += count;
    if (count == 0) parser.end();
    TONGSUAN_TRY([[maybe_unused]] const Done done, digest());
    return count > 0;
  }
};

EventReader::EventReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
EventReader::EventReader(EventReader&&) noexcept = default;
EventReader& EventReader::operator=(EventReader&&) noexcept = default;
EventReader::~EventReader() = default;
const std::string& EventReader::last_id() const {
  return impl_->id;
}

Result<EventReader> Client::events(std::string_view target, const Fields& headers,
                                   std::string_view last_event_id) {
  Fields all = headers;
  all.list.push_back({"Accept", "text/event-stream"});
  if (!last_event_id.empty()) all.list.push_back({"Last-Event-ID", std::string(last_event_id)});
  TONGSUAN_TRY(const std::string bytes, impl_->head(Method::kGet, target, all, 0));
  Result<Wire> connected = impl_->connect();
  if (!connected.ok()) return connected.error();
  Wire wire = std::move(connected).value();
  TONGSUAN_TRY([[maybe_unused]] const Done done,
               wire.write(bytes, Clock::now() + impl_->options.send_deadline));
  const std::size_t bytes_max =
      impl_->buffer.size() + std::min(impl_->options.event_bytes, impl_->options.body_bytes);
  ResponseParser parser({impl_->options.header_bytes, bytes_max}, false);
  auto reader = std::make_unique<EventReader::Impl>(std::move(wire), std::move(parser),
                                                    impl_->options.event_bytes);
  const auto deadline = Clock::now() + impl_->options.answer_deadline;
  const auto is_stream = [&] {
    const Response& response = reader->parser.response();
    return response.status == 200 && response.content_type.starts_with("text/event-stream");
  };
  while (reader->parser.state() < ParseState::kDone) {
    if (reader->parser.state() == ParseState::kBody && is_stream()) {
      reader->id = last_event_id;
      return EventReader(std::move(reader));
    }
    TONGSUAN_TRY(const bool more, reader->read(deadline));
    if (!more) break;
  }
  if (is_stream()) return EventReader(std::move(reader));  // and it has ended already
  const Response& response = reader->parser.response();
  return Error{ErrorCode::kUnavailable,
               "the answer is no stream of events but " + std::to_string(response.status) + ' ' +
                   std::string(reason_phrase(response.status)) + ": " + response.body,
               ""};
}

Result<std::optional<Event>> EventReader::next(std::chrono::milliseconds patience) {
  Impl& impl = *impl_;
  while (impl.ready.empty()) {
    TONGSUAN_TRY(const bool more, impl.read(Clock::now() + patience));
    if (!more && impl.ready.empty()) {
      impl.id = impl.events.last_id();
      return std::optional<Event>();
    }
  }
  std::optional<Event> event(std::move(impl.ready.front()));
  impl.ready.pop_front();
  impl.id = event->id;
  return event;
}

}  // namespace tongsuan::net

#include "tongsuan/net/internal/parser.h"

#include <algorithm>
#include <utility>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "tongsuan/net/target.h"

namespace tongsuan::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using Text = boost::beast::string_view;

std::string_view view(Text text) {
  return {text.data(), text.size()};
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::optional<Method> known(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::post:
      return Method::kPost;
    case http::verb::put:
      return Method::kPut;
    case http::verb::patch:
      return Method::kPatch;
    case http::verb::delete_:
      return Method::kDelete;
    case http::verb::options:
      return Method::kOptions;
    default:
      return std::nullopt;
  }
}

}  // namespace

// ---- Requests ----------------------------------------------------------------------------------

// Beyond the grammar it refuses what two programs on the way could read differently: any second
// Content-Length, even an equal one, or a list of them; any Transfer-Encoding but "chunked"; that
// in HTTP/1.0. Beast itself refuses Content-Length together with "chunked".
class RequestParser::Grammar final : public http::basic_parser<true> {
 public:
  explicit Grammar(const Limits& limits) : limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(limits.body_bytes);
  }

  Request request;
  Problem problem;
  bool expects_continue = false;
  bool is_http11 = false;
  bool head_done = false;

  // What has gone wrong, if the callbacks have not said so already.
  void explain(const error_code& ec, std::string_view bytes) {
    if (!problem.code.empty()) return;
    if (ec == http::error::header_limit) {
      // The head may come in pieces: of a line behind the first one the target is known.
      const bool in_target = request.target.empty() && bytes.find("\r\n") == std::string_view::npos;
      problem = in_target ? target_too_long() : headers_too_large();
    } else if (ec == http::error::body_limit) {
      problem = {413, kBodyTooLarge,
                 "the body has more than " + std::to_string(limits_.body_bytes) + " bytes",
                 "send less at once"};
    } else if (ec == http::error::bad_version) {
      problem = {505, kUnknownVersion, "this is not HTTP/1.1 or HTTP/1.0", "use HTTP/1.1"};
    } else if (ec == http::error::bad_content_length ||
               ec == http::error::multiple_content_length ||
               ec == http::error::bad_transfer_encoding) {
      problem = ambiguous("the length of the body is not said in one way");
    } else if (head_done) {
      problem = {400, kBadChunk, "the chunks of the body are not well formed", ""};
    } else {
      problem = {400, kBadRequest, "this is not a request of HTTP/1.1: " + ec.message(), ""};
    }
  }

  [[nodiscard]] Problem headers_too_large() const {
    return {431, kHeadersTooLarge,
            "the headers have more than " + std::to_string(limits_.header_bytes) +
                " bytes or are more than " + std::to_string(limits_.headers),
            "send fewer or shorter headers"};
  }

 private:
  [[nodiscard]] Problem target_too_long() const {
    return {414, kTargetTooLong,
            "the target has more than " + std::to_string(limits_.target_bytes) + " bytes",
            "send a shorter query"};
  }
  static Problem ambiguous(std::string detail) {
    return {400, kAmbiguousLength, std::move(detail),
            "send one Content-Length, or Transfer-Encoding: chunked, not both"};
  }
  void refuse(Problem why, error_code& ec) {
    problem = std::move(why);
    ec = http::error::bad_value;
  }

  void on_request_impl(http::verb verb, Text, Text target, int version, error_code& ec) override {
    is_http11 = version == 11;
    const std::optional<Method> method = known(verb);
    if (!method) {
      return refuse({501, kUnknownMethod, "no resource here knows this method",
                     "use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS"},
                    ec);
    }
    if (target.size() > limits_.target_bytes) return refuse(target_too_long(), ec);
    head_bytes_ = target.size();
    request.method = *method;
    request.target = view(target);
    if (*method == Method::kOptions && request.target == "*") return;
    Result<Target> decoded = decode_target(request.target);
    if (!decoded.ok()) {
      return refuse({400, kBadTarget, decoded.error().context, decoded.error().hint}, ec);
    }
    Target parts = std::move(decoded).value();
    request.path = std::move(parts.path);
    request.query = std::move(parts.query);
  }

  void on_field_impl(http::field, Text raw_name, Text raw_value, error_code& ec) override {
    if (head_done) return;  // trailers are for nobody
    // Beast's own limit is one of what is fed at once; whoever sends line by line is counted here.
    head_bytes_ += raw_name.size() + raw_value.size();
    if (request.headers.list.size() == limits_.headers || head_bytes_ > limits_.header_bytes) {
      return refuse(headers_too_large(), ec);
    }
    if (!is_header_value(view(raw_value))) {
      return refuse({400, kBadHeader, "a header has a control byte in it", ""}, ec);
    }
    std::string name = lower(view(raw_name));
    if (std::ranges::find(kSingleHeaders, name) != kSingleHeaders.end()) {
      if (request.headers.find(name) != nullptr) {
        if (name == "content-length" || name == "transfer-encoding") {
          return refuse(ambiguous("header " + name + " is there twice"), ec);
        }
        return refuse({400, kDuplicateHeader, "header " + name + " is there twice", "send it once"},
                      ec);
      }
      check_value(name, view(raw_value), ec);
      if (ec) return;
    }
    request.headers.list.push_back({std::move(name), std::string(view(raw_value))});
  }

  void check_value(std::string_view name, std::string_view value, error_code& ec) {
    if (name == "content-length") {
      const bool digits = !value.empty() && value.size() <= 18 &&
                          value.find_first_not_of("0123456789") == std::string_view::npos;
      if (!digits) refuse(ambiguous("Content-Length is not one whole number"), ec);
    } else if (name == "transfer-encoding" && lower(value) != "chunked") {
      refuse({501, kUnknownEncoding, "the only transfer encoding known here is chunked",
              "send the body as it is, with its Content-Length"},
             ec);
    } else if (name == "expect") {
      expects_continue = lower(value) == "100-continue";
      if (!expects_continue) {
        refuse({417, kUnknownExpectation, "the only expectation known here is 100-continue", ""},
               ec);
      }
    } else if (name == "host" && value.empty()) {
      refuse({400, kBadHeader, "header host is empty", "name the host"}, ec);
    }
  }

  void on_header_impl(error_code& ec) override {
    head_done = true;
    if (is_http11 && request.headers.find("host") == nullptr) {
      return refuse({400, kBadHeader, "there is no header host", "name the host"}, ec);
    }
    if (!is_http11 && chunked()) refuse(ambiguous("HTTP/1.0 has no chunks"), ec);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(Text bytes, error_code&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, Text, int, error_code&) override {}

  const Limits& limits_;
  std::size_t head_bytes_ = 0;
};

struct RequestParser::Impl {
  explicit Impl(const Limits& limits_of_all) : limits(limits_of_all) {}
  const Limits& limits;
  ParseState state = ParseState::kIdle;
  std::optional<Grammar> grammar;
};

RequestParser::RequestParser(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {
  impl_->grammar.emplace(limits);
}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view bytes) {
  Grammar& grammar = *impl_->grammar;
  ParseState& state = impl_->state;
  std::size_t skipped = 0;
  if (state == ParseState::kIdle) {  // empty lines before a request are allowed (RFC 9112, 2.2)
    while (bytes.substr(skipped).starts_with("\r\n")) skipped += 2;
    bytes.remove_prefix(skipped);
    if (bytes.empty() || bytes == "\r") return skipped;
    state = ParseState::kHead;
  }
  if (bytes.empty() || state >= ParseState::kDone) return skipped;
  error_code ec;
  const std::size_t consumed =
      grammar.put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (ec && ec != http::error::need_more) {
    grammar.explain(ec, bytes);
    state = ParseState::kFailed;
  } else if (grammar.is_done()) {
    state = ParseState::kDone;
  } else if (grammar.is_header_done()) {
    state = ParseState::kBody;
  }
  return skipped + consumed;
}

ParseState RequestParser::state() const {
  return impl_->state;
}
const Problem& RequestParser::problem() const {
  return impl_->grammar->problem;
}
bool RequestParser::keep_alive() const {
  return impl_->grammar->keep_alive();
}
bool RequestParser::is_http11() const {
  return impl_->grammar->is_http11;
}
bool RequestParser::expects_continue() const {
  return impl_->grammar->expects_continue;
}

Request RequestParser::take() {
  Request request = std::move(impl_->grammar->request);
  impl_->grammar.emplace(impl_->limits);
  impl_->state = ParseState::kIdle;
  return request;
}

// ---- Responses ---------------------------------------------------------------------------------

class ResponseParser::Grammar final : public http::basic_parser<false> {
 public:
  Grammar(const ResponseLimits& limits, bool answers_head) : limits_(limits) {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(boost::none);  // counted here, because readers of events take the body as it comes
    if (answers_head) skip(true);
  }
  Response response;
  bool head_done = false;

 private:
  std::size_t add(Text bytes, error_code& ec) {
    if (bytes.size() > limits_.body_bytes - response.body.size()) {
      ec = http::error::body_limit;
      return 0;
    }
    response.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }
  void on_request_impl(http::verb, Text, Text, int, error_code&) override {}
  void on_response_impl(int status, Text, int, error_code&) override { response.status = status; }
  void on_field_impl(http::field, Text name, Text value, error_code& ec) override {
    if (head_done) return;
    head_bytes_ += name.size() + value.size() + sizeof(Field);
    if (head_bytes_ > limits_.header_bytes || !is_header_value(view(value))) {
      ec = head_bytes_ > limits_.header_bytes ? http::error::header_limit : http::error::bad_value;
      return;
    }
    std::string key = lower(view(name));
    if (key == "content-type") response.content_type = view(value);
    response.headers.list.push_back({std::move(key), std::string(view(value))});
  }
  void on_header_impl(error_code&) override { head_done = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, error_code& ec) override {
    if (size && *size > limits_.body_bytes) ec = http::error::body_limit;
  }
  std::size_t on_body_impl(Text bytes, error_code& ec) override { return add(bytes, ec); }
  void on_chunk_header_impl(std::uint64_t, Text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, error_code& ec) override {
    return add(bytes, ec);
  }
  void on_finish_impl(error_code&) override {}

  const ResponseLimits limits_;
  std::size_t head_bytes_ = 0;
};

struct ResponseParser::Impl {
  ResponseLimits limits;
  bool answers_head;
  ParseState state = ParseState::kIdle;
  std::optional<Grammar> grammar = std::nullopt;
  int interim = 0;  // answers such as 100 before the one that counts
  std::string fault = {};
  bool too_large = false;

  void fail(const error_code& ec) {
    state = ParseState::kFailed;
    too_large = ec == http::error::body_limit || ec == http::error::header_limit;
    fault = too_large ? "the answer is larger than allowed" : ec.message();
  }
};

ResponseParser::ResponseParser(const ResponseLimits& limits, bool answers_head)
    : impl_(new Impl{limits, answers_head}) {
  impl_->grammar.emplace(limits, answers_head);
}
ResponseParser::~ResponseParser() = default;
ResponseParser::ResponseParser(ResponseParser&&) noexcept = default;
ResponseParser& ResponseParser::operator=(ResponseParser&&) noexcept = default;

std::size_t ResponseParser::feed(std::string_view bytes) {
  static constexpr int kInterimMax = 8;
  Impl& impl = *impl_;
  if (bytes.empty() || impl.state >= ParseState::kDone) return 0;
  if (impl.state == ParseState::kIdle) impl.state = ParseState::kHead;
  error_code ec;
  const std::size_t consumed =
      impl.grammar->put(boost::asio::const_buffer(bytes.data(), bytes.size()), ec);
  if (ec && ec != http::error::need_more) {
    impl.fail(ec);
  } else if (impl.grammar->is_done()) {
    impl.state = ParseState::kDone;
    if (impl.grammar->response.status / 100 == 1) {
      if (++impl.interim > kInterimMax) {
        impl.fail(http::error::bad_status);
        return consumed;
      }
      impl.grammar.emplace(impl.limits, impl.answers_head);
      impl.state = ParseState::kIdle;
    }
  } else if (impl.grammar->is_header_done()) {
    impl.state = ParseState::kBody;
  }
  return consumed;
}

void ResponseParser::end() {
  Impl& impl = *impl_;
  if (impl.state >= ParseState::kDone) return;
  error_code ec = http::error::partial_message;
  if (impl.grammar->got_some()) impl.grammar->put_eof(ec);
  if (ec) return impl.fail(ec);
  impl.state = ParseState::kDone;
}

ParseState ResponseParser::state() const {
  return impl_->state;
}
const std::string& ResponseParser::fault() const {
  return impl_->fault;
}
bool ResponseParser::too_large() const {
  return impl_->too_large;
}
bool ResponseParser::keep_alive() const {
  return impl_->grammar->keep_alive();
}
Response& ResponseParser::response() {
  return impl_->grammar->response;
}

}  // namespace tongsuan::net

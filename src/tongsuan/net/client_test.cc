// The client against the real server, over TCP and over TLS with certificates made here.
#include "tongsuan/net/client.h"

#include <cstdio>
#include <filesystem>
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "tongsuan/net/net_fixture.h"

namespace tongsuan::net {
namespace {

Client must_make(const std::string& url, ClientOptions options = {}) {
  auto made = Client::make(url, std::move(options));
  EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().context);
  return std::move(made).value();
}

std::string address_of(const Server& server, const char* scheme = "http") {
  return std::string(scheme) + "://127.0.0.1:" + std::to_string(server.port());
}

TEST(Client, AsksAndKeepsItsConnection) {
  const auto server = must_start({}, echo);
  Client client = must_make(address_of(*server) + "/base/");
  EXPECT_EQ(client.request(Method::kGet, "/a?b=c").value().body, "GET /base/a?b=c ");
  const std::string body(300'000, 'x');
  EXPECT_EQ(client.request(Method::kPost, "/p", {}, body).value().body, "POST /base/p " + body);
  const Response head = client.request(Method::kHead, "/h").value();
  EXPECT_EQ(*head.headers.find("content-length"), "13");
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(server->counters().connections_accepted, 1U);
}

TEST(Client, AsksAgainOverAConnectionThatWasClosed) {
  ServerOptions options;
  options.limits.linger = 10ms;
  auto server = must_start(options, echo);
  Client client = must_make(address_of(*server));
  EXPECT_TRUE(client.request(Method::kGet, "/a").ok());
  options.port = server->port();
  server.reset();
  server = must_start(options, echo);
  EXPECT_EQ(client.request(Method::kPost, "/b").value().body, "POST /b ");
}

TEST(Client, SaysWhatIsWrong) {
  std::string url;
  {
    const auto server = must_start({}, echo);
    url = address_of(*server);
  }
  const auto refused = must_make(url).request(Method::kGet, "/");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(refused.error().context.find("Connection refused"), std::string::npos);
  EXPECT_NE(refused.error().hint.find("is a server running there?"), std::string::npos);
  for (const char* bad : {"", "127.0.0.1", "ftp://x", "http://", "http://x:0", "http://x:70000",
                          "http://x:1a", "http://a@b", "http://x y", "http://:1"}) {
    EXPECT_FALSE(Client::make(bad).ok()) << bad;
  }
  Client client = must_make(url);
  EXPECT_EQ(client.request(Method::kGet, "a").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(client.request(Method::kGet, "/a b").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(client.request(Method::kGet, "/", {{{"X", "a\r\nY: b"}}}).error().code,
            ErrorCode::kInvalidArgument);
}

TEST(Client, WaitsNoLongerThanItMay) {
  Desk desk;
  const auto server = must_start({}, desk.handler());
  ClientOptions options;
  options.answer_deadline = 20ms;
  const auto late = must_make(address_of(*server), options).request(Method::kPost, "/a");
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
  EXPECT_NE(late.error().hint.find("Idempotency-Key"), std::string::npos);
}

TEST(Client, TakesNoMoreThanItMay) {
  const auto server =
      must_start({}, [](Request&&, Reply reply) { reply.send({.body = std::string(5000, 'x')}); });
  ClientOptions options;
  options.body_bytes = 4999;
  EXPECT_EQ(must_make(address_of(*server), options).request(Method::kGet, "/").error().code,
            ErrorCode::kLimit);
  options.body_bytes = 5000;
  EXPECT_TRUE(must_make(address_of(*server), options).request(Method::kGet, "/").ok());
}

TEST(Client, ReadsTheRefusalOfABodyThatIsTooLarge) {
  const auto server = must_start({}, echo);
  const auto refused =
      must_make(address_of(*server)).request(Method::kPost, "/", {}, std::string(20'000'000, 'x'));
  ASSERT_TRUE(refused.ok()) << refused.error().context;
  EXPECT_EQ(refused.value().status, 413);
}

TEST(Client, ReadsEvents) {
  const auto server = must_start({}, [](Request&& request, Reply reply) {
    if (request.target != "/s") return reply.send({.status = 404, .body = "no such stream"});
    const std::string* last = request.headers.find("last-event-id");
    EventStream stream = reply.stream();
    for (int i = 1; i <= 3; ++i) {
      stream.push(std::make_shared<const std::string>(
          event_frame({std::to_string(i), "", (last == nullptr ? "" : *last) + "\nx"})));
    }
  });
  Client client = must_make(address_of(*server));
  auto opened = client.events("/s", {}, "0");
  ASSERT_TRUE(opened.ok()) << opened.error().context;
  EventReader reader = std::move(opened).value();
  for (int i = 1; i <= 3; ++i) {
    const auto event = reader.next(kPatience).value();
    ASSERT_TRUE(event);
    EXPECT_EQ(*event, (Event{std::to_string(i), "", "0\nx"}));
  }
  EXPECT_FALSE(reader.next(kPatience).value());
  EXPECT_EQ(reader.last_id(), "3");
  const auto none = client.events("/t");
  ASSERT_FALSE(none.ok());
  EXPECT_NE(none.error().context.find("404 Not Found: no such stream"), std::string::npos);
}

TEST(Client, EndsAStreamWithTheIdOfItsLastWholeFrame) {
  const auto server = must_start({}, [](Request&&, Reply reply) {
    EventStream stream = reply.stream();
    stream.push(std::make_shared<const std::string>("id: 3\ndata: x\n\nid: 8\nretry: 100\n\n"));
    stream.push(std::make_shared<const std::string>("id: 9\n"));
  });
  Client client = must_make(address_of(*server));
  auto opened = client.events("/s");
  ASSERT_TRUE(opened.ok()) << opened.error().context;
  EventReader reader = std::move(opened).value();
  EXPECT_TRUE(reader.next(kPatience).value());
  EXPECT_EQ(reader.last_id(), "3");
  EXPECT_FALSE(reader.next(kPatience).value());
  EXPECT_EQ(reader.last_id(), "8");
}

TEST(Client, WaitsForEventsWithPatience) {
  Desk desk;
  const auto server = must_start({}, desk.handler());
  Client client = must_make(address_of(*server));
  EventStream stream;
  std::thread starter([&] { stream = desk.take().second.stream(); });
  auto opened = client.events("/s");
  starter.join();
  ASSERT_TRUE(opened.ok());
  EventReader reader = std::move(opened).value();
  EXPECT_EQ(reader.next(5ms).error().code, ErrorCode::kTimeout);
  stream.push(std::make_shared<const std::string>("data: x\n\n"));
  EXPECT_EQ(reader.next(kPatience).value()->data, "x");
}

// ---- TLS ---------------------------------------------------------------------------------------

// A folder with keys and certificates: one authority, a server and a client that it signed, and a
// stranger that signed itself.
class Papers {
 public:
  Papers() {
    char name[] = "/tmp/tongsuan-net-XXXXXX";
    folder_ = mkdtemp(name);
    const Owner authority = make("authority", nullptr);
    make("server", &authority);
    make("client", &authority);
    make("stranger", nullptr);
  }
  ~Papers() { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path(const std::string& file) const { return folder_ + '/' + file; }

  [[nodiscard]] ServerOptions server() const {
    ServerOptions options;
    options.limits.linger = 20ms;
    options.tls = TlsFiles{path("server.crt"), path("server.key")};
    return options;
  }
  [[nodiscard]] ClientOptions client(const std::string& name = "") const {
    ClientOptions options;
    options.ca_file = path("authority.crt");
    if (!name.empty()) {
      options.certificate = path(name + ".crt");
      options.key = path(name + ".key");
    }
    return options;
  }

 private:
  struct Owner {
    std::shared_ptr<EVP_PKEY> key;
    std::shared_ptr<X509> certificate;
  };
  static void extend(X509* certificate, int kind, const char* value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }
  Owner make(const std::string& name, const Owner* signer) {
    Owner owner{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {X509_new(), X509_free}};
    X509* certificate = owner.certificate.get();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, owner.key.get());
    X509_NAME* subject = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(subject, "O", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("Tongsuan"), -1, -1, 0);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    const Owner& by = signer == nullptr ? owner : *signer;
    X509_set_issuer_name(certificate, X509_get_subject_name(by.certificate.get()));
    extend(certificate, NID_basic_constraints,
           name == "authority" ? "critical,CA:TRUE" : "CA:FALSE");
    extend(certificate, NID_subject_alt_name, "IP:127.0.0.1");
    X509_sign(certificate, by.key.get(), EVP_sha256());
    std::FILE* file = std::fopen(path(name + ".crt").c_str(), "w");
    PEM_write_X509(file, certificate);
    std::fclose(file);
    file = std::fopen(path(name + ".key").c_str(), "w");
    PEM_write_PrivateKey(file, owner.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    std::fclose(file);
    return owner;
  }
  std::string folder_;
  long serial_ = 0;
};

const Papers& papers() {
  static const Papers papers;
  return papers;
}

void say_subject(Request&& request, Reply reply) {
  reply.send({.body = request.peer_subject + '|' + request.body});
}

TEST(Tls, CarriesRequestsBothWays) {
  const auto server = must_start(papers().server(), say_subject);
  Client client = must_make(address_of(*server, "https"), papers().client());
  const std::string body(500'000, 'x');
  EXPECT_EQ(client.request(Method::kPost, "/", {}, body).value().body, "|" + body);
  EXPECT_EQ(client.request(Method::kPost, "/", {}, "again").value().body, "|again");
  EXPECT_EQ(server->counters().connections_accepted, 1U);
}

TEST(Tls, IsRefusedByClientsWhoDoNotKnowTheAuthority) {
  const auto server = must_start(papers().server(), say_subject);
  ClientOptions options = papers().client();
  options.ca_file = papers().path("stranger.crt");
  const auto refused = must_make(address_of(*server, "https"), options).request(Method::kGet, "/");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().context.find("not trusted"), std::string::npos);
  // A certificate for another host is none.
  const std::string other = "https://localhost:" + std::to_string(server->port());
  EXPECT_FALSE(must_make(other, papers().client()).request(Method::kGet, "/").ok());
  EXPECT_EQ(server->counters().requests, 0U);
}

TEST(Tls, AsksClientsForCertificates) {
  ServerOptions options = papers().server();
  options.tls->client_ca = papers().path("authority.crt");
  const auto server = must_start(options, say_subject);
  const std::string url = address_of(*server, "https");
  EXPECT_EQ(must_make(url, papers().client("client")).request(Method::kGet, "/").value().body,
            "CN=client,O=Tongsuan|");
  EXPECT_FALSE(must_make(url, papers().client()).request(Method::kGet, "/").ok());
  EXPECT_FALSE(must_make(url, papers().client("stranger")).request(Method::kGet, "/").ok());
  EXPECT_EQ(server->counters().requests, 1U);
  EXPECT_TRUE(eventually([&] { return server->counters().handshakes_failed == 2; }));

  options.tls->client_required = false;
  const auto open = must_start(options, say_subject);
  const std::string open_url = address_of(*open, "https");
  EXPECT_EQ(must_make(open_url, papers().client()).request(Method::kGet, "/").value().body, "|");
  EXPECT_FALSE(must_make(open_url, papers().client("stranger")).request(Method::kGet, "/").ok());
}

TEST(Tls, HasDeadlinesForThoseWhoSpeakSomethingElse) {
  ServerOptions options = papers().server();
  options.limits.header_deadline = 30ms;
  const auto server = must_start(options, say_subject);
  Peer plain(server->port()), silent(server->port());
  plain.send(get("/"));
  plain.rest();
  EXPECT_EQ(silent.rest(), "");
  EXPECT_TRUE(eventually([&] { return server->counters().handshakes_failed == 2; }));
}

TEST(Tls, StreamsEventsUntilTheServerStops) {
  Desk desk;
  ServerOptions options = papers().server();
  options.farewell = std::make_shared<const std::string>("data: bye\n\n");
  const auto server = must_start(options, desk.handler());
  Client client = must_make(address_of(*server, "https"), papers().client());
  EventStream stream;
  std::thread starter([&] { stream = desk.take().second.stream(); });
  auto opened = client.events("/s");
  starter.join();
  ASSERT_TRUE(opened.ok()) << opened.error().context;
  EventReader reader = std::move(opened).value();
  stream.push(std::make_shared<const std::string>("data: x\n\n"));
  EXPECT_EQ(reader.next(kPatience).value()->data, "x");
  std::thread stopper([&] { server->stop(kPatience); });
  EXPECT_EQ(reader.next(kPatience).value()->data, "bye");
  EXPECT_FALSE(reader.next(kPatience).value());
  stopper.join();
}

TEST(Tls, WantsFilesThatFit) {
  ServerOptions options = papers().server();
  options.tls->key = papers().path("stranger.key");
  EXPECT_FALSE(Server::start(options, echo).ok());
  options.tls->key = papers().path("nothing.key");
  const auto missing = Server::start(options, echo);
  ASSERT_FALSE(missing.ok());
  EXPECT_NE(missing.error().context.find("nothing.key"), std::string::npos);
}

}  // namespace
}  // namespace tongsuan::net

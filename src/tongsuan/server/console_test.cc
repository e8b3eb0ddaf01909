// The console as files in memory: what is found, how it is answered, and what is not a console.
#include "tongsuan/server/console.h"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "tongsuan/server/service_fixture.h"

namespace tongsuan::server::testing {
namespace {

namespace fs = std::filesystem;

class ConsoleFolder {
 public:
  ConsoleFolder() {
    std::string name = (fs::temp_directory_path() / "console-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    write("index.html", "<!doctype html>");
    write("assets/app-1a2b.js", "console.log(1)");
    write("assets/app-1a2b.js.gz", "as gzip");
    write("assets/app-1a2b.js.br", "as brotli");
    write("workers/verify-3c4d.js", "1");
  }
  ~ConsoleFolder() { fs::remove_all(folder_); }
  ConsoleFolder(const ConsoleFolder&) = delete;
  ConsoleFolder& operator=(const ConsoleFolder&) = delete;

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  [[nodiscard]] std::string name() const { return folder_.string(); }
  [[nodiscard]] fs::path path() const { return folder_; }

 private:
  fs::path folder_;
};

std::string header_of(const net::Response& response, std::string_view name) {
  const std::string* value = response.headers.find(name);
  return value == nullptr ? std::string() : *value;
}

class ConsoleServed : public ServiceTest {
 protected:
  void adjust(ServiceOptions& options) override {
    auto read = Console::read(folder_.name());
    ASSERT_TRUE(read.ok());
    options.console = std::make_shared<const Console>(std::move(read).value());
  }
  net::Response get_with(const std::string& target, const Headers& headers) {
    return ask(net::Method::kGet, target, {}, {}, headers);
  }
  ConsoleFolder folder_;
};

TEST_F(ConsoleServed, RootAndPlacesOfTheApplicationGetTheIndex) {
  for (const char* target : {"/", "/map", "/rounds/R-1", "/orders/O-1/why", "/map/"}) {
    const auto answer = get(target);
    EXPECT_EQ(answer.status, 200) << target;
    EXPECT_EQ(answer.body, "<!doctype html>");
    EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
    EXPECT_EQ(header(answer, "Cache-Control"), "no-cache");
  }
}

TEST_F(ConsoleServed, NeverShadowsTheExchange) {
  EXPECT_EQ(get("/v1/market").content_type, "application/json");
  EXPECT_EQ(get("/healthz").content_type, "application/json");
  for (const char* target : {"/v1", "/v1/", "/v1/nothing", "/v1/index.html"}) {
    EXPECT_EQ(code(get(target)), "not-found") << target;
  }
  EXPECT_EQ(code(ask(net::Method::kPost, "/map")), "not-found");
  EXPECT_EQ(code(ask(net::Method::kDelete, "/v1/market")), "method-not-allowed");
}

TEST_F(ConsoleServed, AFileThatIsNotThereIsNotTheIndex) {
  for (const char* target : {"/assets/gone-9f9f.js", "/assets/", "/assets/x", "/favicon.ico",
                             "/assets/app-1a2b.js.gz", "/workers/none"}) {
    EXPECT_EQ(code(get(target)), "not-found") << target;
  }
}

TEST_F(ConsoleServed, TheBestEncodingThatIsAccepted) {
  const auto body = [this](const std::string& accepted) {
    return get_with("/assets/app-1a2b.js", {{"accept-encoding", accepted}}).body;
  };
  EXPECT_EQ(body("gzip, deflate, br"), "as brotli");
  EXPECT_EQ(body("gzip;q=0.5,deflate"), "as gzip");
  EXPECT_EQ(body("br;q=0, gzip ; q=1"), "as gzip");
  EXPECT_EQ(body("br;q=0.0, gzip;q=0"), "console.log(1)");
  EXPECT_EQ(body(""), "console.log(1)");
  EXPECT_EQ(body(",,;;,"), "console.log(1)");
  EXPECT_EQ(body("xgzip"), "console.log(1)");
  const auto answer = get_with("/assets/app-1a2b.js", {{"accept-encoding", "br"}});
  EXPECT_EQ(header(answer, "Content-Encoding"), "br");
  EXPECT_EQ(header(answer, "Vary"), "Accept-Encoding");
  EXPECT_EQ(answer.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(header(answer, "Cache-Control"), "public, max-age=31536000, immutable");
}

TEST_F(ConsoleServed, WhatTheBrowserHasIsNotSentAgain) {
  const std::string tag = header(get("/"), "ETag");
  ASSERT_EQ(tag.size(), 34U);
  for (const std::string& seen : {tag, "W/" + tag, "\"x\", " + tag, std::string("*")}) {
    const auto again = get_with("/map", {{"if-none-match", seen}});
    EXPECT_EQ(again.status, 304) << seen;
    EXPECT_EQ(again.body, "");
    EXPECT_EQ(header(again, "ETag"), tag);
  }
  EXPECT_EQ(get_with("/", {{"if-none-match", "\"x\""}}).status, 200);
  const auto plain = get_with("/assets/app-1a2b.js", {});
  const auto brotli = get_with("/assets/app-1a2b.js", {{"accept-encoding", "br"}});
  EXPECT_NE(header(plain, "ETag"), header(brotli, "ETag"));
}

TEST_F(ConsoleServed, NothingOfOtherOriginsIsLetIn) {
  const auto page = get("/");
  const std::string policy = header(page, "Content-Security-Policy");
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_NE(policy.find("frame-ancestors 'none'"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos);
  EXPECT_EQ(header(page, "X-Content-Type-Options"), "nosniff");
  EXPECT_NE(header(get("/workers/verify-3c4d.js"), "Content-Security-Policy").find("'wasm-unsafe"),
            std::string::npos);
  EXPECT_EQ(header(get_with("/", {{"if-none-match", "*"}}), "Content-Security-Policy"), policy);
}

TEST_F(ServiceTest, WithoutAConsoleThereIsNoPage) {
  EXPECT_EQ(code(get("/")), "not-found");
}

std::string console_fault(const std::string& folder) {
  const Result<Console> read = Console::read(folder);
  return read.ok() ? "none" : read.error().context + " | " + read.error().hint;
}

TEST(Console, AFolderThatIsNoBuildIsRefused) {
  const ConsoleFolder folder;
  EXPECT_EQ(console_fault(folder.name()), "none");
  EXPECT_NE(console_fault(folder.name() + "/none").find("No such file"), std::string::npos);
  EXPECT_NE(console_fault(folder.name() + "/none").find("npm run build"), std::string::npos);
  EXPECT_NE(console_fault(folder.name() + "/assets").find("has no index.html"), std::string::npos);
  EXPECT_NE(console_fault(folder.name() + "/index.html").find("cannot be read"), std::string::npos);
  folder.write("assets/lost.js.gz", "x");
  EXPECT_NE(console_fault(folder.name()).find("assets/lost.js is in"), std::string::npos);
}

TEST(Console, LinksOutOfTheFolderAreRefused) {
  const ConsoleFolder folder;
  fs::create_symlink("/etc/hostname", folder.path() / "hostname.txt");
  EXPECT_NE(console_fault(folder.name()).find("no plain file"), std::string::npos);
}

TEST(Console, ItsSizeIsBounded) {
  const ConsoleFolder folder;
  folder.write("large.bin", "");
  fs::resize_file(folder.path() / "large.bin", kConsoleBytesMax);  // a hole
  EXPECT_NE(console_fault(folder.name()).find("64 MiB"), std::string::npos);
  fs::remove(folder.path() / "large.bin");
  for (std::size_t i = 0; i < kConsoleFilesMax; ++i) folder.write(std::to_string(i) + ".txt", "");
  EXPECT_NE(console_fault(folder.name()).find("2048 files"), std::string::npos);
}

TEST(Console, PathsReachTheTableOnly) {
  const ConsoleFolder folder;
  const Result<Console> console = Console::read(folder.name());
  ASSERT_TRUE(console.ok());
  for (const std::vector<std::string>& path : {std::vector<std::string>{"..", "etc", "passwd"},
                                               {"assets", "..", "index.html"},
                                               {"", "etc", "hostname"},
                                               {folder.name()},
                                               {"assets/app-1a2b.js"}}) {
    net::Request request;
    request.path = path;
    const auto answer = console.value().answer(request);
    // net refuses such targets; even here they are names that the table has, or places of the app.
    if (!answer) continue;
    EXPECT_TRUE(answer->body == "<!doctype html>" || answer->body == "console.log(1)");
    EXPECT_NE(header_of(*answer, "Content-Security-Policy"), "");
  }
}

}  // namespace
}  // namespace tongsuan::server::testing

#include "tongsuan/base/check.h"
#include "tongsuan/remote/exchange.h"
#include "tongsuan/remote/settings.h"
#include "tongsuan/toml/toml.h"

#include "entries.h"

namespace tongsuan::fuzz {

void settings_file(std::string_view bytes) {
  const Result<std::vector<toml::Entry>> read = toml::read(bytes, "fuzz");
  if (!read.ok()) {
    TONGSUAN_CHECK(read.error().context.starts_with("fuzz"));
  } else {
    // Written in the one way that credentials are, it reads as itself.
    std::string text;
    for (const toml::Entry& entry : read.value()) {
      if (!entry.table.empty()) text += '[' + toml::quoted(entry.table) + "]\n";
      text += toml::quoted(entry.key) + " = " + toml::quoted(entry.value) + '\n';
    }
    const Result<std::vector<toml::Entry>> again = toml::read(text, "again");
    if (text.size() <= toml::kBytesMax && again.ok()) {
      TONGSUAN_CHECK(again.value().size() == read.value().size());
      for (std::size_t i = 0; i < read.value().size(); ++i) {
        TONGSUAN_CHECK(again.value()[i].key == read.value()[i].key);
        TONGSUAN_CHECK(again.value()[i].value == read.value()[i].value);
      }
    }
  }
  const std::string server = remote::server_address(bytes);
  TONGSUAN_CHECK(server.empty() || remote::server_address(server) == server);
  static_cast<void>(remote::is_guarded(bytes));
  static_cast<void>(remote::http_date(bytes));
  remote::Problem problem;
  TONGSUAN_CHECK(!remote::read_problem(bytes, 400, problem) || !problem.code.empty());
}

std::vector<std::string> settings_file_seeds() {
  return {
      "# mine\nserver = \"http://127.0.0.1:7070\"\ntimeout = 30\n[\"https://a\"]\nkey = 'K-1'\n"
      "on = true\n",
      "a = \"q\\\"\\\\\\n\\t\" # end\r\nb='x\\y'\n",
      "HTTPS://Exchange.Example.com:443/",
      "http://[::1]:7070",
      "Sun, 06 Nov 1994 08:49:37 GMT",
      R"({"title":"No","status":402,"code":"no-money","detail":"x","param":"/a","try":"y"})"};
}

}  // namespace tongsuan::fuzz

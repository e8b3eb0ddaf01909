// Files of settings and credentials: what is read, refused and changed.
#include "tongsuan/remote/settings.h"

#include <map>
#include <sys/stat.h>

#include "tongsuan/remote/credentials.h"
#include "tongsuan/remote/remote_fixture.h"

namespace tongsuan::remote {
namespace {

class SettingsTest : public FolderTest {
 protected:
  Result<Settings> load() {
    const Places places{.system_file = folder + "/system.toml",
                        .user_file = folder + "/user.toml",
                        .local_file = folder + "/local.toml",
                        .credentials = folder + "/credentials",
                        .pending = {}};
    return load_settings(places, [this](const char* name) -> const char* {
      const auto found = variables.find(name);
      return found == variables.end() ? nullptr : found->second.c_str();
    });
  }
  std::map<std::string, std::string> variables;
};

TEST_F(SettingsTest, ALaterLayerIsAboveAnEarlierOne) {
  write("system.toml", "server = \"http://system\"\ntimeout = 5\noutput = \"json\"\n");
  write("user.toml", "\nserver = \"http://user\"\ntimeout = 6\n");
  write("local.toml", "server = \"http://local\"\n");
  variables["TONGSUAN_SERVER"] = "http://variable";
  variables["TONGSUAN_LANG"] = "zh_CN.UTF-8";
  const auto loaded = load();
  ASSERT_TRUE(loaded.ok()) << loaded.error().context;
  const Settings& settings = loaded.value();
  EXPECT_EQ(settings.value(Setting::kServer), "http://variable");
  EXPECT_EQ(settings.get(Setting::kServer).source, "TONGSUAN_SERVER");
  EXPECT_EQ(settings.timeout_seconds(), 6);
  EXPECT_EQ(settings.get(Setting::kTimeout).source, folder + "/user.toml:3");
  EXPECT_EQ(settings.value(Setting::kOutput), "json");
  EXPECT_EQ(settings.value(Setting::kLanguage), "zh");
  EXPECT_EQ(settings.get(Setting::kCredentials).source, "");
  variables.erase("TONGSUAN_SERVER");
  EXPECT_EQ(load().value().value(Setting::kServer), "http://local");
}

TEST_F(SettingsTest, EveryLayerIsChecked) {
  const std::string file = write("system.toml", "timeout = 0\n");
  variables["TONGSUAN_TIMEOUT"] = "9";
  EXPECT_EQ(load().error().context,
            file + ":1: timeout is \"0\"; expected a whole number of seconds from 1 to 3600");
  write("system.toml", "servre = \"http://a\"\n");
  EXPECT_NE(load().error().context.find("there is no setting \"servre\""), std::string::npos);
  write("system.toml", "");
  variables["TONGSUAN_SERVER"] = "exchange";
  EXPECT_NE(load().error().context.find("TONGSUAN_SERVER: server is \"exchange\""),
            std::string::npos);
}

TEST_F(SettingsTest, AChangeLeavesTheOtherLinesAsTheyAre) {
  const std::string file = write("user.toml", "# mine\nserver = \"http://a\"\nlang = \"zh\"");
  const SettingSpec& server = *setting_named("server");
  ASSERT_TRUE(change_setting(file, server, "http://b").ok());
  EXPECT_EQ(read(file), "# mine\nserver = \"http://b\"\nlang = \"zh\"\n");
  ASSERT_TRUE(change_setting(file, server, "").ok());
  EXPECT_EQ(read(file), "# mine\nlang = \"zh\"\n");
  ASSERT_TRUE(change_setting(file, *setting_named("timeout"), "7").ok());
  EXPECT_EQ(read(file), "# mine\nlang = \"zh\"\ntimeout = \"7\"\n");
  EXPECT_FALSE(change_setting(file, server, "nowhere").ok());
}

TEST(Server, AddressesAreTakenOneWay) {
  EXPECT_EQ(server_address("HTTP://LocalHost:7070/"), "http://localhost:7070");
  for (const char* bad :
       {"exchange", "ftp://a", "http://", "http://a/b", "http://a?b", "http://a b"}) {
    EXPECT_EQ(server_address(bad), "") << bad;
  }
  EXPECT_TRUE(is_guarded("http://127.0.0.1:7070"));
  EXPECT_TRUE(is_guarded("http://[::1]:7070"));
  EXPECT_TRUE(is_guarded("https://exchange.example.com"));
  EXPECT_FALSE(is_guarded("http://exchange.example.com"));
  EXPECT_FALSE(is_guarded("http://localhost.example.com"));
}

class CredentialsTest : public FolderTest {};

TEST_F(CredentialsTest, AreForTheirOwnerAlone) {
  const std::string path = folder + "/new/credentials";
  const Credential first{.server = "http://a", .key = "K-1", .secret = "s", .expires = 5};
  const Credential second{.server = "http://b", .token = "dev-x"};
  ASSERT_TRUE(store_credential(path, first).ok());
  ASSERT_TRUE(store_credential(path, second).ok());
  EXPECT_EQ(read_credentials(path).value(), (std::vector<Credential>{first, second}));
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  const auto refused = credential_for(path, "http://a");
  ASSERT_FALSE(refused.ok());
  EXPECT_NE(refused.error().context.find("mode 0640"), std::string::npos);
  EXPECT_EQ(refused.error().hint, "chmod 600 " + path);
  EXPECT_FALSE(store_credential(path, first).ok());
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  EXPECT_EQ(credential_for(path, "http://b").value(), second);
  EXPECT_EQ(credential_for(path, "http://c").value(), std::nullopt);
  EXPECT_TRUE(drop_credential(path, "http://a").value());
  EXPECT_FALSE(drop_credential(path, "http://a").value());
}

TEST_F(CredentialsTest, NeedEitherAKeyOrAToken) {
  const std::string path = write("credentials", "[\"http://a\"]\nkey = \"K-1\"\n");
  ASSERT_EQ(chmod(path.c_str(), 0600), 0);
  EXPECT_FALSE(read_credentials(path).ok());
  write("credentials", "[\"http://a\"]\npassword = \"x\"\n");
  EXPECT_NE(read_credentials(path).error().context.find(":2: \"password\" is not one of"),
            std::string::npos);
}

}  // namespace
}  // namespace tongsuan::remote

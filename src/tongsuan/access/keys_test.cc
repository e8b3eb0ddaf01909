#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "tongsuan/access/access_fixture.h"

namespace tongsuan::access {
namespace {

using test::AccessTest;
using test::kNow;

class MasterFile : public testing::Test {
 protected:
  MasterFile() {
    std::string name = testing::TempDir() + "tongsuan-master-XXXXXX";
    folder = mkdtemp(name.data());
    path = folder + "/master";
  }
  ~MasterFile() override { std::filesystem::remove_all(folder); }
  std::string folder, path;
};

TEST_F(MasterFile, IsReadAsItWasWritten) {
  ASSERT_TRUE(MasterSecret::write_file(path, test::master_bytes()).ok());
  struct stat about {};
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777, 0600U);
  const Result<MasterSecret> read = MasterSecret::read_file(path);
  ASSERT_TRUE(read.ok()) << read.error().context;
  EXPECT_EQ(read.value().derive("l", "id", {}),
            MasterSecret(test::master_bytes()).derive("l", "id", {}));
}

TEST_F(MasterFile, IsRefusedWhereOthersMayReadIt) {
  ASSERT_TRUE(MasterSecret::write_file(path, test::master_bytes()).ok());
  for (const mode_t mode : {0640U, 0604U, 0660U, 0700U, 0644U, 0777U, 04600U}) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    const Result<MasterSecret> read = MasterSecret::read_file(path);
    ASSERT_FALSE(read.ok()) << mode;
    EXPECT_NE(read.error().context.find("readable by its owner alone"), std::string::npos);
    EXPECT_EQ(read.error().hint.substr(0, 10), "chmod 600 ");
  }
  ASSERT_EQ(chmod(path.c_str(), 0400), 0);
  EXPECT_TRUE(MasterSecret::read_file(path).ok());
}

TEST_F(MasterFile, IsNeverOverwrittenNorFollowed) {
  ASSERT_TRUE(MasterSecret::write_file(path, test::master_bytes()).ok());
  EXPECT_FALSE(MasterSecret::write_file(path, test::master_bytes()).ok());
  ASSERT_EQ(symlink(path.c_str(), (folder + "/link").c_str()), 0);
  EXPECT_FALSE(MasterSecret::read_file(folder + "/link").ok());
  EXPECT_FALSE(MasterSecret::read_file(folder).ok());
  EXPECT_FALSE(MasterSecret::read_file(folder + "/nowhere").ok());
}

TEST_F(MasterFile, IsRefusedWhereItIsNoSecret) {
  const std::string good = "tongsuan-master 1 " + std::string(64, 'a') + "\n";
  for (const std::string& text :
       {std::string(), good.substr(0, 40), good + "x", "tongsuan-master 2" + good.substr(17),
        good.substr(0, 81) + "G\n", good.substr(0, good.size() - 1)}) {
    std::ofstream(path, std::ios::trunc) << text;
    ASSERT_EQ(chmod(path.c_str(), 0600), 0);
    EXPECT_FALSE(MasterSecret::read_file(path).ok()) << text;
  }
}

TEST_F(AccessTest, SecretsFollowFromMasterIdAndSaltAlone) {
  EXPECT_EQ(key->id, "K-0102030405060708");
  EXPECT_EQ(secret.size(), 43U);
  KeyRecord other = *key;
  other.salt[15] ^= 1;
  EXPECT_NE(key_secret(master, other), secret);
  other = *key;
  other.id.back() = '9';
  EXPECT_NE(key_secret(master, other), secret);
  EXPECT_NE(key_secret(MasterSecret(test::master_bytes(1)), *key), secret);
  other = *key;
  other.role = Role::kAuditor;  // nothing else of the record matters
  EXPECT_EQ(key_secret(master, other), secret);
}

TEST_F(AccessTest, BearerTokensWorkUntilTheyEnd) {
  const std::string token = make_bearer(master, *key, kNow, UnixTime(kNow.raw() + 60)).value();
  EXPECT_TRUE(token.starts_with("ts1.K-0102030405060708.1795000060.participant."));
  const Answer<Identity> caller = check_bearer(master, directory, token, UnixTime(kNow.raw() + 59));
  ASSERT_TRUE(caller.ok());
  EXPECT_EQ(caller.value().name, "nlp");
  EXPECT_EQ(caller.value().method, Method::kToken);
  EXPECT_EQ(code(check_bearer(master, directory, token, UnixTime(kNow.raw() + 60))), "expired");
}

TEST_F(AccessTest, BearerTokensEndWithTheirKey) {
  key->expires = UnixTime(kNow.raw() + 10);
  const std::string token = make_bearer(master, *key, kNow, UnixTime(kNow.raw() + 60)).value();
  EXPECT_NE(token.find(".1795000010."), std::string::npos);
  key->expires = std::nullopt;
  EXPECT_EQ(code(check_bearer(master, directory, token, kNow)), "ok");
  key->role = Role::kAuditor;
  EXPECT_EQ(code(check_bearer(master, directory, token, kNow)), "revoked");
  key->role = Role::kParticipant;
  key->revoked = true;
  EXPECT_EQ(code(check_bearer(master, directory, token, kNow)), "revoked");
  EXPECT_FALSE(make_bearer(master, *key, kNow, UnixTime(kNow.raw() + 60)).ok());
  key->revoked = false;
  key->salt[0] ^= 1;
  EXPECT_EQ(code(check_bearer(master, directory, token, kNow)), "bad-signature");
  EXPECT_EQ(make_bearer(master, *key, kNow, UnixTime(kNow.raw() + 31 * 86'400)).error().code,
            Code::kForbidden);
  EXPECT_EQ(make_bearer(master, *key, kNow, kNow).error().code, Code::kExpired);
}

TEST_F(AccessTest, BearerTokensAreRefusedWithAnyCharacterChanged) {
  const std::string token = make_bearer(master, *key, kNow, UnixTime(kNow.raw() + 60)).value();
  for (std::size_t at = 0; at < token.size(); ++at) {
    for (const char c : {'0', 'a', 'A', '.', '-', '\0'}) {
      std::string changed = token;
      changed[at] = c;
      if (changed == token) continue;
      EXPECT_FALSE(check_bearer(master, directory, changed, kNow).ok()) << changed;
    }
    EXPECT_FALSE(check_bearer(master, directory, token.substr(0, at), kNow).ok());
  }
  EXPECT_FALSE(check_bearer(master, directory, token + "A", kNow).ok());
  EXPECT_FALSE(check_bearer(master, directory, token + std::string(10'000, '.'), kNow).ok());
  EXPECT_EQ(code(check_bearer(MasterSecret(test::master_bytes(1)), directory, token, kNow)),
            "bad-signature");
}

}  // namespace
}  // namespace tongsuan::access

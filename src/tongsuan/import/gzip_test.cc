#include "tongsuan/import/gzip.h"

#include <gtest/gtest.h>

#include "tongsuan/import/trace_fixture.h"

namespace tongsuan::imports {
namespace {

using testing_support::gzip_bytes;
using testing_support::TraceFolder;

std::string long_text() {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919 % 104'729) + ",";
  return text;
}

TEST(Gzip, ReadsPackedAndPlainFilesAlike) {
  const std::string text = long_text();
  const TraceFolder folder;
  folder.write("packed.gz", gzip_bytes(text));
  folder.write("plain.txt", text);
  folder.write("empty", "");
  ASSERT_TRUE(read_text(folder.path() + "/packed.gz").ok());
  EXPECT_EQ(read_text(folder.path() + "/packed.gz").value(), text);
  EXPECT_EQ(read_text(folder.path() + "/plain.txt").value(), text);
  EXPECT_EQ(read_text(folder.path() + "/empty").value(), "");
}

TEST(Gzip, JoinsAllMembers) {
  const std::string text = long_text();
  EXPECT_EQ(unpack_gzip(gzip_bytes("head\n") + gzip_bytes(text) + gzip_bytes("tail\n"), "members")
                .value(),
            "head\n" + text + "tail\n");
}

TEST(Gzip, CutOrDamagedDataAreRefused) {
  const std::string packed = gzip_bytes(long_text());
  for (const std::size_t kept : {std::size_t{5}, packed.size() / 2, packed.size() - 1}) {
    const Result<std::string> cut = unpack_gzip(packed.substr(0, kept), "cut.gz");
    ASSERT_FALSE(cut.ok()) << kept;
    EXPECT_EQ(cut.error().code, ErrorCode::kCorrupt);
  }
  std::string damaged = packed;
  damaged[packed.size() / 2] = static_cast<char>(damaged[packed.size() / 2] ^ 0x55);
  EXPECT_FALSE(unpack_gzip(damaged, "damaged.gz").ok());
}

TEST(Gzip, MissingFileIsNamed) {
  const Result<std::string> missing = read_text("/no/such/file.gz");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::kIo);
  EXPECT_NE(missing.error().context.find("/no/such/file.gz"), std::string::npos);
}

}  // namespace
}  // namespace tongsuan::imports

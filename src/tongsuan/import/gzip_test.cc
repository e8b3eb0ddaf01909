#include "tongsuan/import/gzip.h"

#include <cstdio>
#include <gtest/gtest.h>
#include <zlib.h>

namespace tongsuan::imports {
namespace {

std::string pack(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  std::string input = text;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string write_temporary(const std::string& name, const std::string& bytes) {
  const std::string path = testing::TempDir() + name;
  std::FILE* file = std::fopen(path.c_str(), "wb");
  EXPECT_NE(file, nullptr);
  EXPECT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
  EXPECT_EQ(std::fclose(file), 0);
  return path;
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919 % 104'729) + ",";
  return text;
}

TEST(Gzip, ReadsPackedAndPlainFilesAlike) {
  const std::string text = long_text();
  const std::string packed = write_temporary("gzip_test.gz", pack(text));
  const std::string plain = write_temporary("gzip_test.txt", text);
  ASSERT_TRUE(read_text(packed).ok());
  EXPECT_EQ(read_text(packed).value(), text);
  EXPECT_EQ(read_text(plain).value(), text);
  EXPECT_EQ(read_text(write_temporary("gzip_test.empty", "")).value(), "");
}

TEST(Gzip, JoinsAllMembers) {
  const std::string text = long_text();
  EXPECT_EQ(unpack_gzip(pack("head\n") + pack(text) + pack("tail\n"), "members").value(),
            "head\n" + text + "tail\n");
}

TEST(Gzip, CutOrDamagedDataAreRefused) {
  const std::string packed = pack(long_text());
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

// Test helper: folders with the files of a trace, packed, plain or broken.
#pragma once

#include <cstdio>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <zlib.h>

namespace tongsuan::imports::testing_support {

inline std::string gzip_bytes(std::string text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(text.data());
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// An empty folder of its own for each test, named after it.
class TraceFolder {
 public:
  TraceFolder() {
    const ::testing::TestInfo* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::path(::testing::TempDir()) /
            (std::string("tongsuan_") + test->test_suite_name() + "_" + test->name());
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TraceFolder() { std::filesystem::remove_all(path_); }
  TraceFolder(const TraceFolder&) = delete;
  TraceFolder& operator=(const TraceFolder&) = delete;

  [[nodiscard]] std::string path() const { return path_.string(); }
  void write(const std::string& name, std::string_view bytes) const {
    std::FILE* file = std::fopen((path_ / name).c_str(), "wb");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(std::fwrite(bytes.data(), 1, bytes.size(), file), bytes.size());
    EXPECT_EQ(std::fclose(file), 0);
  }

 private:
  std::filesystem::path path_;
};

inline std::string shared_folder(const std::string& name) {
  return std::string(TONGSUAN_SHARED_DIR) + "/data/" + name;
}
inline bool has_shared(const std::string& name) {
  return std::filesystem::exists(shared_folder(name));
}

}  // namespace tongsuan::imports::testing_support

#define TONGSUAN_NEED_SHARED(name)                             \
  if (!::tongsuan::imports::testing_support::has_shared(name)) \
  GTEST_SKIP() << "the public trace " << name << " is not here; nothing was checked"

// Test helper: a folder of its own.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

namespace tongsuan::remote {

class FolderTest : public testing::Test {
 protected:
  FolderTest() {
    std::string name = testing::TempDir() + "tongsuan-remote-XXXXXX";
    folder = mkdtemp(name.data());
  }
  ~FolderTest() override { std::filesystem::remove_all(folder); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder + '/' + name) << text;
    return folder + '/' + name;
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::string folder;
};

}  // namespace tongsuan::remote

// replay ENTRY FOLDER...: runs the files of the folders through an entry point, then each of them
// with some random changes, the same ones every time. Without libFuzzer, so that every build can.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tongsuan/base/check.h"
#include "tongsuan/base/random.h"

#include "entries.h"

namespace {

constexpr int kChangedCopies = 20;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string changed(std::string text, tongsuan::Random& random) {
  for (auto count = 1 + random.below(4); count > 0 && !text.empty(); --count) {
    const std::size_t at = random.below(text.size());
    switch (random.below(4)) {
      case 0:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        text.erase(at, random.below(20));
        break;
      case 2:
        text.insert(at, text.substr(random.below(text.size()), random.below(20)));
        break;
      default:
        text[at] = static_cast<char>('0' + random.below(10));
        break;
    }
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  TONGSUAN_CHECK(argc >= 3);
  tongsuan::fuzz::Entry entry = nullptr;
  for (const tongsuan::fuzz::NamedEntry& named : tongsuan::fuzz::kEntries) {
    if (std::strcmp(named.name, argv[1]) == 0) entry = named.run;
  }
  TONGSUAN_CHECK(entry != nullptr);
  std::vector<std::filesystem::path> paths;
  for (int i = 2; i < argc; ++i) {
    if (!std::filesystem::is_directory(argv[i])) continue;
    for (const auto& file : std::filesystem::directory_iterator(argv[i]))
      paths.push_back(file.path());
  }
  TONGSUAN_CHECK(!paths.empty());
  std::sort(paths.begin(), paths.end());
  tongsuan::Random random(1);
  std::size_t runs = 0;
  for (const std::filesystem::path& path : paths) {
    const std::string bytes = read_file(path);
    entry(bytes);
    for (int copy = 0; copy < kChangedCopies; ++copy) entry(changed(bytes, random));
    runs += 1 + kChangedCopies;
  }
  std::printf("%s: %zu files, %zu runs\n", argv[1], paths.size(), runs);
  return 0;
}

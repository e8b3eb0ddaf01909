// seeds FOLDER: writes FOLDER/<entry>/<number>, the corpus that fuzzing starts from.
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "tongsuan/base/check.h"

#include "entries.h"

namespace {

void write(const std::string& folder, const std::vector<std::string>& seeds) {
  std::filesystem::create_directories(folder);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    std::FILE* file = std::fopen((folder + '/' + std::to_string(i)).c_str(), "wb");
    TONGSUAN_CHECK(file != nullptr);
    TONGSUAN_CHECK(std::fwrite(seeds[i].data(), 1, seeds[i].size(), file) == seeds[i].size());
    TONGSUAN_CHECK(std::fclose(file) == 0);
  }
  std::printf("%s: %zu seeds\n", folder.c_str(), seeds.size());
}

}  // namespace

int main(int argc, char** argv) {
  TONGSUAN_CHECK(argc == 2);
  const std::string folder = std::string(argv[1]) + '/';
  for (const tongsuan::fuzz::NamedEntry& entry : tongsuan::fuzz::kEntries) {
    write(folder + entry.name, entry.seeds());
  }
  return 0;
}

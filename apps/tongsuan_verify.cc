// tongsuan-verify: checks a certificate against a market file, with nothing but integers.
// Links base, domain, codec and market only: what a stranger builds to check the exchange.
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/verdict_text.h"
#include "tongsuan/market/workers.h"

namespace {

using namespace tongsuan;
using market::Language;

enum ExitCode : int { kOk = 0, kUnexpected = 1, kUsage = 2, kNotFound = 4, kNotVerified = 10 };

struct Arguments {
  std::vector<std::string> files;
  bool json = false;
  bool help = false;
  bool version = false;
  Language language = Language::kEnglish;
};

constexpr const char* kHelpEnglish =
    "usage: tongsuan-verify [options] MARKET CERTIFICATE\n"
    "\n"
    "Re-derives everything in CERTIFICATE from the book in MARKET with exact integers:\n"
    "feasibility, welfare, bound, prices at which nobody loses, ties, and every payment.\n"
    "\n"
    "  -o, --output text|json  how to say the verdict (text)\n"
    "      --lang en|zh        language of the text (from LC_ALL, LC_MESSAGES or LANG)\n"
    "      --version           print the version\n"
    "  -h, --help              print this\n"
    "\n"
    "exit status: 0 verified, 2 usage, 4 file not found, 10 not verified, 1 anything else\n";

constexpr const char* kHelpChinese =
    "用法：tongsuan-verify [选项] MARKET CERTIFICATE\n"
    "\n"
    "用精确整数，从 MARKET 的订单簿重新推导 CERTIFICATE 的全部内容：\n"
    "可行性、社会福利、上界、无人亏损的价格、抽签以及每一笔付款。\n"
    "\n"
    "  -o, --output text|json  结论的形式（text）\n"
    "      --lang en|zh        文字语言（默认取自 LC_ALL、LC_MESSAGES 或 LANG）\n"
    "      --version           显示版本\n"
    "  -h, --help              显示本说明\n"
    "\n"
    "退出码：0 通过，2 用法错误，4 找不到文件，10 未通过验证，1 其他\n";

Language language_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') continue;
    return std::strncmp(value, "zh", 2) == 0 ? Language::kChinese : Language::kEnglish;
  }
  return Language::kEnglish;
}

int fail(ExitCode code, const std::string& what, const std::string& try_this) {
  std::fprintf(stderr, "tongsuan-verify: %s\ntry: %s\n", what.c_str(), try_this.c_str());
  return code;
}

int usage(Language language, const std::string& english, const std::string& chinese) {
  return fail(kUsage, language == Language::kChinese ? chinese : english, "tongsuan-verify --help");
}

// The value of `--name VALUE`, `--name=VALUE` or `-nVALUE`; nothing when `argument` is another one.
std::optional<std::string> option_value(int argc, char** argv, int& i, std::string_view letter,
                                        std::string_view name) {
  const std::string_view argument = argv[i];
  if (argument == name || (!letter.empty() && argument == letter)) {
    return i + 1 < argc ? std::string(argv[++i]) : std::string();
  }
  if (argument.starts_with(name) && argument.substr(name.size()).starts_with('=')) {
    return std::string(argument.substr(name.size() + 1));
  }
  if (!letter.empty() && argument.starts_with(letter) && !argument.starts_with("--")) {
    return std::string(argument.substr(letter.size()));
  }
  return std::nullopt;
}

// Fills `arguments`; an exit code when they make no sense.
std::optional<int> parse(int argc, char** argv, Arguments& arguments) {
  arguments.language = language_of_environment();
  bool only_files = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (only_files || argument.empty() || argument[0] != '-' || argument == "-") {
      arguments.files.emplace_back(argument);
    } else if (argument == "--") {
      only_files = true;
    } else if (argument == "--help" || argument == "-h") {
      arguments.help = true;
    } else if (argument == "--version") {
      arguments.version = true;
    } else if (const auto output = option_value(argc, argv, i, "-o", "--output")) {
      if (*output != "json" && *output != "text") {
        return usage(arguments.language, "--output is \"" + *output + "\", not text or json",
                     "--output 是 \"" + *output + "\"，应为 text 或 json");
      }
      arguments.json = *output == "json";
    } else if (const auto language = option_value(argc, argv, i, "", "--lang")) {
      if (*language != "zh" && *language != "en") {
        return usage(arguments.language, "--lang is \"" + *language + "\", not en or zh",
                     "--lang 是 \"" + *language + "\"，应为 en 或 zh");
      }
      arguments.language = *language == "zh" ? Language::kChinese : Language::kEnglish;
    } else {
      return usage(arguments.language, "there is no option " + std::string(argument),
                   "没有选项 " + std::string(argument));
    }
  }
  if (arguments.help || arguments.version || arguments.files.size() == 2) return std::nullopt;
  const std::string count = std::to_string(arguments.files.size());
  return usage(arguments.language,
               "needs a market file and a certificate file, but got " + count + " file names",
               "需要市场文件与证书文件各一个，但给出了 " + count + " 个文件名");
}

// The bytes of a file: mapped where that is possible, read from pipes.
class FileBytes {
 public:
  FileBytes() = default;
  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;
  ~FileBytes() { release(); }

  // 0, or the errno of what went wrong.
  int open(const char* path) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno;
    const int error = load(file);
    close(file);
    return error;
  }

  [[nodiscard]] std::string_view view() const {
    return mapped_ != nullptr ? std::string_view(static_cast<const char*>(mapped_), size_)
                              : std::string_view(read_);
  }

  // Readers keep no bytes, so that a file need not stay in memory while it is judged.
  void release() {
    if (mapped_ != nullptr) munmap(mapped_, size_);
    mapped_ = nullptr;
    read_ = {};
  }

 private:
  int load(int file) {
    struct stat status {};
    if (fstat(file, &status) != 0) return errno;
    if (S_ISREG(status.st_mode) && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      void* mapped = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
      if (mapped != MAP_FAILED) {
        mapped_ = mapped;
        return 0;
      }
    }
    char block[65'536];
    for (;;) {
      const ssize_t count = ::read(file, block, sizeof block);
      if (count == 0) return 0;
      if (count < 0 && errno != EINTR) return errno;
      if (count > 0) read_.append(block, static_cast<std::size_t>(count));
    }
  }

  void* mapped_ = nullptr;
  std::size_t size_ = 0;
  std::string read_;
};

// A thread for each processor. Each keeps sums of its own, so that many would gain little.
class Threads final : public market::Workers {
 public:
  [[nodiscard]] std::uint32_t count() const override { return count_; }

  void run(const std::function<void(std::uint32_t)>& work) const override {
    std::vector<std::thread> others;
    for (std::uint32_t part = 1; part < count_; ++part) {
      try {
        others.emplace_back(work, part);
      } catch (const std::system_error&) {  // the system has no thread to spare
        work(part);
      }
    }
    work(0);
    for (std::thread& other : others) other.join();
  }

 private:
  const std::uint32_t count_ = std::clamp(std::thread::hardware_concurrency(), 1U, 8U);
};

int cannot_open(const Arguments& arguments, const std::string& path, int error) {
  const bool missing = error == ENOENT || error == ENOTDIR;
  const std::string why = std::strerror(error);
  return fail(missing ? kNotFound : kUnexpected,
              arguments.language == Language::kChinese ? "无法读取 " + path + "：" + why
                                                       : "cannot read " + path + ": " + why,
              "ls -l " + path);
}

int unreadable(const Arguments& arguments, const char* fault, const std::string& detail) {
  if (arguments.json) {
    std::printf("%s\n", market::unreadable_json(fault, detail).c_str());
  }
  std::fputs(detail.c_str(), stderr);  // ends its lines itself
  return fail(kNotVerified,
              arguments.language == Language::kChinese
                  ? std::string("文件无法解析，未通过验证（") + fault + "）"
                  : std::string("a file cannot be read, so nothing is verified (") + fault + ")",
              "docs/formats/market.md, docs/formats/certificate.md");
}

int verify_files(const Arguments& arguments) {
  FileBytes files[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const int error = files[i].open(arguments.files[i].c_str());
    if (error != 0) return cannot_open(arguments, arguments.files[i], error);
  }
  const codec::ReadReport book = codec::read_market(files[0].view(), arguments.files[0]);
  if (!book.ok()) return unreadable(arguments, "unreadable-market", book.faults.text());
  files[0].release();
  const codec::CertificateReport read =
      codec::read_certificate(files[1].view(), arguments.files[1], book.market);
  if (!read.ok()) return unreadable(arguments, "unreadable-certificate", read.faults.text());
  files[1].release();
  const market::Verdict verdict = market::verify(book.market, read.certificate, Threads());
  const std::string said =
      arguments.json
          ? market::verdict_json(book.market, read.certificate, verdict) + '\n'
          : market::verdict_text(book.market, read.certificate, verdict, arguments.language);
  std::fputs(said.c_str(), stdout);
  return verdict.ok() ? kOk : kNotVerified;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (const std::optional<int> refused = parse(argc, argv, arguments)) return *refused;
  if (arguments.help) {
    std::fputs(arguments.language == Language::kChinese ? kHelpChinese : kHelpEnglish, stdout);
    return kOk;
  }
  if (arguments.version) {
    std::puts("tongsuan-verify " TONGSUAN_VERSION);
    return kOk;
  }
  return verify_files(arguments);
}

// tongsuan serve: becomes tongsuand, which it looks for beside itself and then in PATH.
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <unistd.h>
#include <vector>

#include "tongsuan/cli/cli.h"
#include "tongsuan/cli/messages.h"
#include "tongsuan/cli/parse.h"

namespace tongsuan::cli {
namespace {

constexpr const char* kProgram = "tongsuand";

// The program of this name in the folder of this one; empty where that is not known.
std::string beside_this(const char* name) {
  std::array<char, 4'096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size());
  if (length <= 0 || static_cast<std::size_t>(length) >= path.size()) return {};
  std::string beside(path.data(), static_cast<std::size_t>(length));
  beside.resize(beside.rfind('/') + 1);
  return beside + name;
}

}  // namespace

Attempt<int> run_serve(Session& session, const Arguments& arguments) {
  std::vector<std::string> words = {kProgram};
  for (const std::string_view word : arguments.positionals()) words.emplace_back(word);
  std::vector<char*> list;
  for (std::string& word : words) list.push_back(word.data());
  list.push_back(nullptr);
  session.world.out.flush();
  session.world.err.flush();
  // Each returns only where it fails.
  const std::string beside = beside_this(kProgram);
  if (!beside.empty()) execv(beside.c_str(), list.data());
  execvp(kProgram, list.data());
  return Failure{.exit_code = kUnexpected,
                 .code = "no-tongsuand",
                 .what = session.say(Message::kNoTongsuand, {std::strerror(errno)}),
                 .attempt = "tongsuand --help"};
}

}  // namespace tongsuan::cli

#include "tongsuan/hub/command.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace tongsuan::hub {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSaidMax = 4'096;  // of what it says, from the end
constexpr int kPollMilliseconds = 50;
constexpr int kReadsMax = 64;                   // at once, of one that does not stop talking
constexpr std::chrono::seconds kEndSeconds{5};  // that one which was killed may take to be gone

struct Child {
  pid_t pid = -1;
  int said = -1;  // the end of the pipe that we read
};

// The error number; 0: it runs.
int start(const std::vector<std::string>& words, Child& child) {
  int ends[2] = {-1, -1};
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  // Our end alone: a command that talks faster than we listen waits, and does not fail.
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int error =
      posix_spawnp(&child.pid, arguments[0], &actions, &attributes, arguments.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (error != 0) close(ends[0]);
  child.said = error == 0 ? ends[0] : -1;
  return error;
}

void listen(int from, std::string& said) {
  char bytes[1'024];
  for (int i = 0; i < kReadsMax; ++i) {
    const ssize_t count = read(from, bytes, sizeof bytes);
    if (count <= 0) return;
    said.append(bytes, static_cast<std::size_t>(count));
    if (said.size() > kSaidMax) said.erase(0, said.size() - kSaidMax);
  }
}

// Whether it has ended. It stays in the table of processes: its number is nobody else's yet.
bool is_over(pid_t pid) {
  siginfo_t about{};
  const int error = waitid(P_PID, static_cast<id_t>(pid), &about, WEXITED | WNOHANG | WNOWAIT);
  return error != 0 || about.si_pid != 0;
}

void wait_and_listen(const Child& child, std::string& said) {
  pollfd ready{child.said, POLLIN, 0};
  // After the end of what it says there is nothing to wait for but its own end.
  if (poll(&ready, 1, kPollMilliseconds) > 0 && (ready.revents & POLLIN) == 0) {
    poll(nullptr, 0, kPollMilliseconds);
  }
  listen(child.said, said);
}

// Somebody has to hear of its end: the table of processes would keep it.
void leave(pid_t pid) {
  std::thread([pid] { waitpid(pid, nullptr, 0); }).detach();
}

std::string last_line(std::string_view said) {
  while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.remove_suffix(1);
  const std::size_t line = said.rfind('\n');
  std::string last(line == std::string_view::npos ? said : said.substr(line + 1));
  std::ranges::replace_if(
      last, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return last;
}

std::string end_text(int status) {
  if (WIFEXITED(status)) return "status " + std::to_string(WEXITSTATUS(status));
  return "signal " + std::to_string(WTERMSIG(status));
}

}  // namespace

CommandEnd run_command(const std::vector<std::string>& words, std::chrono::seconds deadline,
                       const std::atomic<bool>& stop) {
  if (words.empty()) return {false, "no command is set"};
  Child child;
  if (const int error = start(words, child); error != 0) {
    return {false, words[0] + " cannot be run: " + std::strerror(error)};
  }
  const Clock::time_point end = Clock::now() + deadline;
  Clock::time_point lost = Clock::time_point::max();
  std::string said;
  std::string why;
  while (!is_over(child.pid) && Clock::now() < lost) {
    wait_and_listen(child, said);
    if (!why.empty() || (!stop && Clock::now() < end)) continue;
    why = stop ? "stopped" : "not done after " + std::to_string(deadline.count()) + " s";
    kill(-child.pid, SIGKILL);
    lost = Clock::now() + kEndSeconds;
  }
  // Whatever it has left running, too.
  kill(-child.pid, SIGKILL);
  int status = 0;
  const pid_t gone = waitpid(child.pid, &status, WNOHANG);
  if (gone < 0) why = "its end is not known";
  if (gone == 0) {
    why += ", and it goes on: we may not end it";
    leave(child.pid);
  }
  listen(child.said, said);
  close(child.said);
  const bool good = why.empty() && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  const std::string line = last_line(said);
  if (good) return {true, line};
  if (why.empty()) why = end_text(status);
  return {false, words[0] + ": " + why + (line.empty() ? "" : ": " + line)};
}

std::vector<std::string> split_words(const std::string& line) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : line + ' ') {
    if (c != ' ' && c != '\t') {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::move(word));
      word.clear();
    }
  }
  return words;
}

}  // namespace tongsuan::hub

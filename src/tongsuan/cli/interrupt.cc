#include "tongsuan/cli/interrupt.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <climits>
#include <csignal>
#include <unistd.h>

#include "tongsuan/cli/cli.h"

namespace tongsuan::cli {
namespace {

// A signal handler can reach nothing but globals.
std::atomic<bool> g_interrupted = false;
std::atomic<int> g_patience = 0;
std::array<char, PATH_MAX> g_temporary{};
std::atomic<bool> g_has_temporary = false;
static_assert(std::atomic<bool>::is_always_lock_free && std::atomic<int>::is_always_lock_free);

void on_interrupt(int) {
  const bool again = g_interrupted.exchange(true);
  if (!again && g_patience.load() > 0) return;
  if (g_has_temporary.load()) unlink(g_temporary.data());
  _exit(kInterrupted);
}

}  // namespace

void install_signals() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

Patience::Patience() {
  ++g_patience;
}
Patience::~Patience() {
  --g_patience;
}

bool interrupted() {
  return g_interrupted.load();
}

TemporaryName::TemporaryName(const std::string& path) {
  if (path.size() >= g_temporary.size()) return;
  std::ranges::copy(path, g_temporary.begin());
  g_temporary[path.size()] = '\0';
  g_has_temporary = true;
}
TemporaryName::~TemporaryName() {
  g_has_temporary = false;
}

}  // namespace tongsuan::cli

#include "tongsuan/cli/output.h"

#include <cerrno>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tongsuan::cli {
namespace {

constexpr std::size_t kBufferBytes = 1 << 16;
constexpr std::size_t kPageColumns = 120;
constexpr std::size_t kColumnsMin = 20;

}  // namespace

DescriptorOutput::DescriptorOutput(int descriptor, bool buffered)
    : descriptor_(descriptor), buffered_(buffered), terminal_(isatty(descriptor) == 1) {}

DescriptorOutput::~DescriptorOutput() {
  flush();
}

void DescriptorOutput::write(std::string_view text) {
  if (error_ != 0) return;
  buffer_ += text;
  if (!buffered_ || buffer_.size() >= kBufferBytes) flush();
}

void DescriptorOutput::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty() && error_ == 0) {
    const ssize_t count = ::write(descriptor_, rest.data(), rest.size());
    if (count >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno != EINTR) {
      error_ = errno;
    }
  }
  buffer_.clear();
}

std::size_t DescriptorOutput::columns() const {
  winsize size{};
  if (!terminal_ || ioctl(descriptor_, TIOCGWINSZ, &size) != 0 || size.ws_col < kColumnsMin) {
    return kPageColumns;
  }
  return size.ws_col;
}

bool DescriptorOutput::closed() const {
  return error_ == EPIPE;
}

}  // namespace tongsuan::cli

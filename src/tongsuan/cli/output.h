// Where a command writes: a stream of the process, or a string in tests.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tongsuan::cli {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  virtual void write(std::string_view text) = 0;
  virtual void flush() = 0;
  [[nodiscard]] virtual bool terminal() const = 0;
  [[nodiscard]] virtual std::size_t columns() const = 0;  // of a terminal; a wide page otherwise
  // 0, or the errno of the first write that failed; what is written afterwards is dropped. A reader
  // that has gone away (`| head`) is not a failure: see `closed`.
  [[nodiscard]] virtual int error() const = 0;
  [[nodiscard]] virtual bool closed() const = 0;
};

// A file descriptor of the process, buffered. Does not own the descriptor.
class DescriptorOutput final : public Output {
 public:
  DescriptorOutput(int descriptor, bool buffered);
  ~DescriptorOutput() override;
  void write(std::string_view text) override;
  void flush() override;
  [[nodiscard]] bool terminal() const override { return terminal_; }
  [[nodiscard]] std::size_t columns() const override;
  [[nodiscard]] int error() const override { return closed() ? 0 : error_; }
  [[nodiscard]] bool closed() const override;

 private:
  int descriptor_;
  bool buffered_;
  bool terminal_;
  int error_ = 0;
  std::string buffer_;
};

class TextOutput final : public Output {
 public:
  explicit TextOutput(bool is_terminal = false) : terminal_(is_terminal) {}
  void write(std::string_view text) override { text_ += text; }
  void flush() override {}
  [[nodiscard]] bool terminal() const override { return terminal_; }
  [[nodiscard]] std::size_t columns() const override { return 100; }
  [[nodiscard]] int error() const override { return 0; }
  [[nodiscard]] bool closed() const override { return false; }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  bool terminal_;
  std::string text_;
};

}  // namespace tongsuan::cli

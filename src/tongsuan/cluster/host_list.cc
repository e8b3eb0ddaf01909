#include "tongsuan/cluster/host_list.h"

#include <algorithm>
#include <cstdint>

namespace tongsuan::cluster {
namespace {

constexpr std::size_t kDigitsMax = 9;
constexpr std::size_t kNameMax = 255;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_of_name(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.';
}

// One piece between commas after the other; any fault ends it.
class Reader {
 public:
  Reader(std::string_view text, std::size_t most) : text_(text), most_(most) {}

  std::optional<std::vector<std::string>> read() {
    while (good_ && at_ < text_.size()) {
      piece();
      if (at_ == text_.size()) break;
      good_ = good_ && text_[at_++] == ',' && at_ < text_.size();
    }
    if (!good_) return std::nullopt;
    std::ranges::sort(names_);
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    return std::move(names_);
  }

 private:
  void piece() {
    const std::string prefix = name_part();
    if (at_ == text_.size() || text_[at_] != '[') return add(prefix);
    ++at_;
    std::vector<std::string> numbers;
    do {
      range(numbers);
    } while (good_ && at_ < text_.size() && text_[at_] == ',' && ++at_ > 0);
    good_ = good_ && at_ < text_.size() && text_[at_++] == ']';
    const std::string suffix = name_part();
    for (const std::string& number : numbers) add(prefix + number + suffix);
  }
  std::string name_part() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_of_name(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  void range(std::vector<std::string>& numbers) {
    const std::string_view first = digits();
    std::string_view last = first;
    if (good_ && at_ < text_.size() && text_[at_] == '-') {
      ++at_;
      last = digits();
    }
    if (!good_) return;
    const std::uint64_t low = value(first), high = value(last);
    good_ = low <= high && high - low < most_ && numbers.size() < most_;
    for (std::uint64_t i = low; good_ && i <= high; ++i) {
      std::string number = std::to_string(i);
      if (number.size() < first.size()) number.insert(0, first.size() - number.size(), '0');
      numbers.push_back(std::move(number));
    }
  }
  std::string_view digits() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
    good_ = good_ && at_ > begin && at_ - begin <= kDigitsMax;
    return text_.substr(begin, at_ - begin);
  }
  static std::uint64_t value(std::string_view digits) {
    std::uint64_t value = 0;
    for (const char digit : digits) value = value * 10 + static_cast<std::uint64_t>(digit - '0');
    return value;
  }
  void add(std::string name) {
    good_ = good_ && !name.empty() && name.size() <= kNameMax && names_.size() < most_;
    if (good_) names_.push_back(std::move(name));
  }

  std::string_view text_;
  std::size_t most_;
  std::size_t at_ = 0;
  bool good_ = true;
  std::vector<std::string> names_;
};

}  // namespace

std::optional<std::vector<std::string>> read_host_list(std::string_view text, std::size_t most) {
  return Reader(text, most).read();
}

std::string write_host_list(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ",") + name;
  return text;
}

}  // namespace tongsuan::cluster

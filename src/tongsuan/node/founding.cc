#include "tongsuan/node/founding.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>
#include <unistd.h>

#include "tongsuan/base/text.h"

namespace tongsuan::node {
namespace {

constexpr std::string_view kMark = "tongsuan-exchange 1\n";

Result<std::string> read_file(const std::string& path, std::size_t most) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes;
  std::array<char, std::size_t{1} << 16> part;
  while (file.read(part.data(), part.size()) || file.gcount() > 0) {
    bytes.append(part.data(), static_cast<std::size_t>(file.gcount()));
    if (bytes.size() > most) {
      return Error{ErrorCode::kLimit, path + " is larger than " + std::to_string(most) + " bytes"};
    }
  }
  // An exchange that was made as another user is there all the same: nobody should make a second
  // one.
  if (bytes.empty() && ::access(path.c_str(), R_OK) != 0 && errno == EACCES) {
    return Error{ErrorCode::kIo, "this user may not read " + path,
                 "run it as the owner of the folder, or give the folder to this user"};
  }
  if (bytes.empty()) {
    return Error{ErrorCode::kNotFound, "there is no exchange in this folder: no " + path,
                 "give the folder that tongsuand --data was given"};
  }
  return bytes;
}

// "NAME NUMBER\n" at the beginning of `text`, which loses it.
std::optional<std::int64_t> take_number(std::string_view& text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() + text.size() || *end != '\n') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return value;
}

}  // namespace

std::string founding_text(std::int64_t epoch, Second opened) {
  return std::string(kMark) + "epoch " + std::to_string(epoch) + "\nopened " +
         std::to_string(opened) + '\n';
}

Result<Founding> read_founding(const std::string& folder) {
  const std::string path = folder + '/' + kFoundingName;
  TONGSUAN_TRY(const std::string bytes, read_file(path, 4'096));
  std::string_view text = bytes;
  const bool marked = text.starts_with(kMark);
  text.remove_prefix(marked ? kMark.size() : 0);
  const auto epoch = take_number(text, "epoch ");
  const auto opened = epoch ? take_number(text, "opened ") : std::nullopt;
  if (!marked || !opened || *opened < 0) {
    return Error{ErrorCode::kCorrupt, path + " is not the file of an exchange",
                 "restore it from a backup"};
  }
  const std::string places_path = folder + '/' + kPlacesName;
  TONGSUAN_TRY(const std::string places, read_file(places_path, kPlacesBytesMax));
  TONGSUAN_TRY(MarketPlaces market, read_places(places, places_path));
  return Founding{*epoch, *opened, std::move(market)};
}

std::string time_text(const Founding& founding, Second at) {
  const std::chrono::sys_seconds local{std::chrono::seconds(founding.epoch + at + kZoneSeconds)};
  const auto day = std::chrono::floor<std::chrono::days>(local);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(local - day);
  const auto two = [](auto number) { return padded(static_cast<std::uint64_t>(number), 2); };
  return std::to_string(static_cast<int>(date.year())) + '-' +
         two(static_cast<unsigned>(date.month())) + '-' + two(static_cast<unsigned>(date.day())) +
         'T' + two(clock.hours().count()) + ':' + two(clock.minutes().count()) + ':' +
         two(clock.seconds().count()) + "+08:00";
}

}  // namespace tongsuan::node

#include "tongsuan/hub/output_keep.h"

#include <algorithm>

#include "tongsuan/base/text.h"

namespace tongsuan::hub {
namespace {

using cluster::Stream;

std::string output_row(const std::string& contract, Stream stream) {
  return std::string(kOutputPrefix) + contract + '/' + std::string(to_string(stream));
}

// The whole number before the next blank or end of line, which goes with it; -1 where there is
// none.
std::int64_t take_number(std::string_view& text, char end) {
  const std::size_t at = text.find(end);
  std::int64_t number = -1;
  if (at == std::string_view::npos || !parse_decimal(text.substr(0, at), 0, number)) return -1;
  text.remove_prefix(at + 1);
  return number;
}

}  // namespace

std::string write_output(const KeptOutput& kept) {
  return std::to_string(kept.since) + ' ' + std::to_string(kept.size) + '\n' + kept.bytes;
}

std::optional<KeptOutput> read_output(std::string_view text) {
  const std::int64_t since = take_number(text, ' ');
  const std::int64_t size = since < 0 ? -1 : take_number(text, '\n');
  if (size < 0 || text.size() > cluster::kPieceBytesMax ||
      text.size() > static_cast<std::uint64_t>(size)) {
    return std::nullopt;
  }
  return KeptOutput{since, static_cast<std::uint64_t>(size), std::string(text)};
}

Result<std::optional<KeptOutput>> find_output(Spool& spool, const std::string& contract,
                                              Stream stream) {
  TONGSUAN_TRY(const std::vector<Row> rows, spool.read(output_row(contract, stream)));
  if (rows.empty()) return std::optional<KeptOutput>();
  return read_output(rows.front().text);
}

bool OutputKeep::load(const Row& row) {
  std::string_view name = row.name;
  const auto kept = read_output(row.text);
  if (!kept || !name.starts_with(kOutputPrefix)) return false;
  name.remove_prefix(kOutputPrefix.size());
  const std::string contract(name.substr(0, name.find('/')));
  if (!cluster::is_contract(contract)) return false;
  weigh(contract, *kept);
  return true;
}

void OutputKeep::weigh(const std::string& contract, const KeptOutput& kept) {
  const auto [at, is_new] = weights_.try_emplace(contract, Weight{kept.since, 0});
  if (is_new) by_age_.insert({kept.since, contract});
  at->second.bytes += kept.bytes.size();
  bytes_ += kept.bytes.size();
}

void OutputKeep::put(const std::string& contract, const std::map<Stream, KeptOutput>& streams,
                     std::vector<Change>& changes) {
  if (has(contract)) return;
  for (const auto& [stream, kept] : streams) {
    weigh(contract, kept);
    changes.push_back({output_row(contract, stream), write_output(kept)});
  }
  while (weights_.size() > limits_.contracts || bytes_ > limits_.bytes) forget_oldest(changes);
}

void OutputKeep::forget_old(UnixSecond now, std::vector<Change>& changes) {
  while (!by_age_.empty() && by_age_.begin()->first + limits_.seconds <= now) {
    forget_oldest(changes);
  }
}

void OutputKeep::forget_oldest(std::vector<Change>& changes) {
  const std::string contract = by_age_.begin()->second;
  by_age_.erase(by_age_.begin());
  const auto weight = weights_.find(contract);
  bytes_ -= weight->second.bytes;
  weights_.erase(weight);
  for (const Stream stream : {Stream::kStdout, Stream::kStderr}) {
    changes.push_back({output_row(contract, stream), std::nullopt});
  }
}

}  // namespace tongsuan::hub

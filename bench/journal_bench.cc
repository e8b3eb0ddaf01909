// What durability costs: appends of the embedded journal beside a plain file with the same bytes,
// written and synced as often; opening after a kill; reading back. usage: tongsuan_journal_bench
// FOLDER [--bytes 120] [--seconds 2] [--batches 1,16,256,1000] [--json]
#include <algorithm>
#include <fcntl.h>
#include <filesystem>

#include "tongsuan/base/random.h"
#include "tongsuan/journal/journal.h"

#include "measure.h"

namespace {

using namespace tongsuan;
using namespace tongsuan::journal;
using tongsuan::bench::JsonLine;
using tongsuan::bench::Timer;

constexpr const char* kUsage =
    "tongsuan_journal_bench FOLDER [--bytes 120] [--seconds 2] [--batches 1,16,256,1000] [--json]";

template <class T>
T must(Answer<T> answer) {
  if (answer.ok()) return std::move(answer).value();
  std::fprintf(stderr, "%s\n", to_string(answer.error()).c_str());
  std::exit(1);
}

// A folder of one run, removed afterwards.
struct Place {
  explicit Place(const std::string& where) : path(where + "/journal-bench") {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path + "/head");
  }
  ~Place() { std::filesystem::remove_all(path); }
  std::string path;
};

// An embedded journal with all that belongs to it.
struct Bench {
  Bench(const std::string& path, bool with_head, EmbeddedOptions options)
      : folder(posix_folder(path)),
        head_folder(posix_folder(path + "/head")),
        key(must(SigningKey::from_seed(KeySeed{}))),
        head(*head_folder, key),
        journal(*folder, with_head ? &head : nullptr, options) {}
  std::unique_ptr<Folder> folder, head_folder;
  SigningKey key;
  HeadFile head;
  EmbeddedJournal journal;
};

struct Records {
  Records(std::uint64_t count, std::uint64_t bytes) {
    Random random(1);
    for (std::uint64_t i = 0; i < count; ++i) {
      std::string text(bytes, '\0');
      for (char& byte : text) byte = static_cast<char>(random.next());
      texts.push_back(std::move(text));
    }
  }
  [[nodiscard]] NewBatch batch(std::uint64_t first) const {
    NewBatch batch{first, Digest{}, {}};
    for (const std::string& text : texts) batch.records.push_back({CommandId{}, text});
    return batch;
  }
  std::vector<std::string> texts;
};

struct Rate {
  std::uint64_t commits = 0;
  double seconds = 0;
  std::vector<double> waits;  // of each commit
  [[nodiscard]] double per_second() const { return static_cast<double>(commits) / seconds; }
  [[nodiscard]] double p99_milliseconds() {
    std::sort(waits.begin(), waits.end());
    return waits.empty() ? 0 : 1e3 * waits[waits.size() * 99 / 100];
  }
};

template <class Commit>
Rate repeat(double seconds, Commit commit) {
  Rate rate;
  const Timer timer;
  while (timer.wall() < seconds) {
    const Timer one;
    commit();
    rate.waits.push_back(one.wall());
    ++rate.commits;
  }
  rate.seconds = timer.wall();
  return rate;
}

Rate append_rate(const std::string& where, const Records& records, double seconds, bool with_head) {
  const Place place(where);
  Bench bench(place.path, with_head, {.make = true});
  std::uint64_t next = must(bench.journal.open()).head.sequence + 1;
  return repeat(seconds, [&] { next = must(bench.journal.append(records.batch(next))) + 1; });
}

void must_write(int file, const std::string& bytes, std::uint64_t at) {
  if (pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(at)) ==
      static_cast<ssize_t>(bytes.size())) {
    return;
  }
  std::fprintf(stderr, "cannot write\n");
  std::exit(1);
}

// A plain file that grows, or one whose bytes were all written before and are written again from
// the start.
Rate raw_rate(const std::string& where, const Records& records, double seconds, bool grows) {
  constexpr std::uint64_t kRoom = 32'000'000;
  const Place place(where);
  const int file = open((place.path + "/raw").c_str(), O_WRONLY | O_CREAT, 0600);
  if (!grows) must_write(file, std::string(kRoom, 'x'), 0);
  fsync(file);
  const NewBatch made = records.batch(1);
  std::string bytes;
  append_bytes(Batch{1, 1, Digest{}, made.state, made.records}, bytes);
  std::uint64_t at = 0;
  const Rate rate = repeat(seconds, [&] {
    must_write(file, bytes, at);
    at += bytes.size();
    if (!grows && at + bytes.size() > kRoom) at = 0;
    if (fdatasync(file) != 0) std::exit(1);
  });
  close(file);
  return rate;
}

void compare_appends(const std::string& where, std::uint64_t count, std::uint64_t bytes,
                     double seconds, bool json) {
  const Records records(count, bytes);
  // In turns, because a shared disk has faster and slower minutes.
  Rate journal, headless, raw, prepared;
  const auto add = [](Rate& sum, Rate part) {
    sum.commits += part.commits;
    sum.seconds += part.seconds;
    sum.waits.insert(sum.waits.end(), part.waits.begin(), part.waits.end());
  };
  for (int turn = 0; turn < 3; ++turn) {
    add(raw, raw_rate(where, records, seconds / 3, true));
    add(prepared, raw_rate(where, records, seconds / 3, false));
    add(journal, append_rate(where, records, seconds / 3, true));
    add(headless, append_rate(where, records, seconds / 3, false));
  }
  const double size = static_cast<double>(count);
  if (json) {
    JsonLine()
        .put("batch", count)
        .put("commits_per_s", journal.per_second())
        .put("records_per_s", journal.per_second() * size)
        .put("p99_ms", journal.p99_milliseconds())
        .put("headless_commits_per_s", headless.per_second())
        .put("raw_commits_per_s", raw.per_second())
        .put("prepared_raw_commits_per_s", prepared.per_second())
        .print();
    return;
  }
  std::printf("batch %5llu: %7.0f commits/s, %9.0f records/s, p99 %6.2f ms; without head %7.0f\n",
              static_cast<unsigned long long>(count), journal.per_second(),
              journal.per_second() * size, journal.p99_milliseconds(), headless.per_second());
  std::printf("             raw file %7.0f commits/s (%.2f times), prepared %7.0f (%.2f times)\n",
              raw.per_second(), raw.per_second() / journal.per_second(), prepared.per_second(),
              prepared.per_second() / journal.per_second());
}

// A journal of so many commands in batches, left as a kill leaves it, is opened and read.
void recover(const std::string& where, std::uint64_t commands, std::uint64_t bytes, bool json) {
  constexpr std::uint64_t kBatch = 250;
  const Place place(where);
  const Records records(kBatch, bytes);
  {
    Bench bench(place.path, true, {.make = true, .switches = {.no_sync = true}});
    std::uint64_t next = must(bench.journal.open()).head.sequence + 1;
    while (next <= commands) next = must(bench.journal.append(records.batch(next))) + 1;
  }
  Bench bench(place.path, true, {});
  const Timer opening;
  const Opened opened = must(bench.journal.open());
  const double open_seconds = opening.wall();
  const Timer reading;
  std::uint64_t read = 0;
  must(bench.journal.read(1, [&](const Batch& batch) {
    read += batch.records.size();
    return true;
  }));
  const double rate = static_cast<double>(read) / reading.wall();
  if (json) {
    JsonLine()
        .put("commands", opened.head.sequence)
        .put("open_s", open_seconds)
        .put("read_per_s", rate)
        .print();
    return;
  }
  std::printf("%llu commands: opened and verified in %.3f s; read back at %.1f million records/s\n",
              static_cast<unsigned long long>(opened.head.sequence), open_seconds, rate * 1e-6);
}

}  // namespace

int main(int argc, char** argv) {
  const tongsuan::bench::BenchArguments arguments(argc, argv, kUsage);
  const std::string& where = arguments.books[0];
  const std::uint64_t bytes = arguments.number("bytes", 120);
  const auto seconds = static_cast<double>(arguments.number("seconds", 2));
  for (const std::uint64_t count : arguments.numbers("batches", "1,16,256,1000")) {
    compare_appends(where, count, bytes, seconds, arguments.json);
  }
  for (const std::uint64_t commands : {std::uint64_t{100'000}, std::uint64_t{1'000'000}}) {
    recover(where, commands, bytes, arguments.json);
  }
  return 0;
}

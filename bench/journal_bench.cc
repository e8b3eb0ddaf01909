// What durability costs: appends of the embedded journal beside a plain file with the same bytes,
// written and synced as often; opening after a kill; reading back. usage: tongsuan_journal_bench
// FOLDER [--bytes 120] [--seconds 10] [--batches 1,16,256,1000] [--json]
#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <functional>
#include <numeric>

#include "tongsuan/base/random.h"
#include "tongsuan/journal/journal.h"

#include "measure.h"

namespace {

using namespace tongsuan;
using namespace tongsuan::journal;
using tongsuan::bench::JsonLine;
using tongsuan::bench::Timer;

constexpr const char* kUsage =
    "tongsuan_journal_bench FOLDER [--bytes 120] [--seconds 10] [--batches 1,16,256,1000] [--json]";

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

// One way to make a batch durable, and how long each commit took.
struct Way {
  std::function<void()> commit;
  std::vector<double> waits = {};

  void once() {
    const Timer timer;
    commit();
    waits.push_back(timer.wall());
  }
  [[nodiscard]] double per_second() const {
    return static_cast<double>(waits.size()) / std::accumulate(waits.begin(), waits.end(), 0.0);
  }
  // Milliseconds that so many per cent of the commits stay below.
  [[nodiscard]] double percentile(std::size_t per_cent) {
    std::sort(waits.begin(), waits.end());
    return 1e3 * waits[waits.size() * per_cent / 100];
  }
};

struct JournalWay {
  JournalWay(const std::string& where, const Records& batch, bool with_head)
      : place(where), bench(place.path, with_head, {.make = true}), records(batch) {
    next = must(bench.journal.open()).head.sequence + 1;
  }
  void commit() { next = must(bench.journal.append(records.batch(next))) + 1; }
  Place place;
  Bench bench;
  const Records& records;
  std::uint64_t next = 1;
};

// A plain file that grows, or one whose bytes were all written before and are written again from
// the start.
struct RawWay {
  static constexpr std::uint64_t kRoom = 32'000'000;
  RawWay(const std::string& where, const Records& records, bool file_grows)
      : place(where),
        file(open((place.path + "/raw").c_str(), O_WRONLY | O_CREAT, 0600)),
        grows(file_grows) {
    const NewBatch made = records.batch(1);
    append_bytes(Batch{1, 1, Digest{}, made.state, made.records}, bytes);
    if (!grows) write(std::string(kRoom, 'x'));
    fsync(file);
  }
  ~RawWay() { close(file); }
  void write(const std::string& what) {
    const auto size = static_cast<ssize_t>(what.size());
    if (pwrite(file, what.data(), what.size(), static_cast<off_t>(at)) == size) return;
    std::fprintf(stderr, "cannot write\n");
    std::exit(1);
  }
  void commit() {
    write(bytes);
    at += bytes.size();
    if (!grows && at + bytes.size() > kRoom) at = 0;
    if (fdatasync(file) != 0) std::exit(1);
  }
  Place place;
  int file;
  bool grows;
  std::string bytes;
  std::uint64_t at = 0;
};

void compare_appends(const std::string& where, std::uint64_t count, std::uint64_t bytes,
                     double seconds, bool json) {
  const Records records(count, bytes);
  JournalWay signed_one(where + "/signed", records, true),
      headless_one(where + "/headless", records, false);
  RawWay growing(where + "/growing", records, true),
      prepared_one(where + "/prepared", records, false);
  Way journal{[&] { signed_one.commit(); }}, headless{[&] { headless_one.commit(); }},
      raw{[&] { growing.commit(); }}, prepared{[&] { prepared_one.commit(); }};
  // In turns, commit by commit, because a shared disk has faster and slower seconds.
  const Timer timer;
  while (timer.wall() < seconds) {
    for (Way* way : {&journal, &raw, &headless, &prepared}) way->once();
  }
  const double size = static_cast<double>(count);
  if (json) {
    JsonLine()
        .put("batch", count)
        .put("commits_per_s", journal.per_second())
        .put("records_per_s", journal.per_second() * size)
        .put("p50_ms", journal.percentile(50))
        .put("p99_ms", journal.percentile(99))
        .put("headless_commits_per_s", headless.per_second())
        .put("raw_commits_per_s", raw.per_second())
        .put("prepared_raw_commits_per_s", prepared.per_second())
        .print();
    return;
  }
  std::printf("batch %5llu: %7.0f commits/s, %9.0f records/s, p50 %6.2f ms, p99 %6.2f ms\n",
              static_cast<unsigned long long>(count), journal.per_second(),
              journal.per_second() * size, journal.percentile(50), journal.percentile(99));
  for (auto& [name, way] : {std::pair<const char*, Way*>{"without head", &headless},
                            {"raw file", &raw},
                            {"raw file, prepared", &prepared}}) {
    std::printf("  %-20s %7.0f commits/s, %.2f times; p50 %6.2f ms\n", name, way->per_second(),
                way->per_second() / journal.per_second(), way->percentile(50));
  }
  std::fflush(stdout);
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
  const double cpu_rate = static_cast<double>(read) / reading.cpu();
  if (json) {
    JsonLine()
        .put("commands", opened.head.sequence)
        .put("open_s", open_seconds)
        .put("read_per_s", rate)
        .put("read_per_cpu_s", cpu_rate)
        .print();
    return;
  }
  std::printf(
      "%llu commands: opened and verified in %.3f s; read back at %.1f million records/s, %.1f by "
      "CPU\n",
      static_cast<unsigned long long>(opened.head.sequence), open_seconds, rate * 1e-6,
      cpu_rate * 1e-6);
}

}  // namespace

int main(int argc, char** argv) {
  const tongsuan::bench::BenchArguments arguments(argc, argv, kUsage);
  const std::string& where = arguments.books[0];
  const std::uint64_t bytes = arguments.number("bytes", 120);
  const auto seconds = static_cast<double>(arguments.number("seconds", 10));
  for (const std::uint64_t count : arguments.numbers("batches", "1,16,256,1000")) {
    compare_appends(where, count, bytes, seconds, arguments.json);
  }
  for (const std::uint64_t commands : {std::uint64_t{100'000}, std::uint64_t{1'000'000}}) {
    recover(where, commands, bytes, arguments.json);
  }
  return 0;
}

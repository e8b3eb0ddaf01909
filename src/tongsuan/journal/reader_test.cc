#include "tongsuan/journal/reader.h"

#include <atomic>
#include <thread>

#include "tongsuan/base/bytes.h"
#include "tongsuan/journal/journal_fixture.h"
#include "tongsuan/journal/sim_journal.h"

namespace tongsuan::journal {
namespace {

using Records = std::vector<std::string>;

// Records that begin with a second, three for each, as those of an exchange do.
std::string record_of(std::uint64_t sequence) {
  std::string record;
  append_little_endian(record, sequence / 3 * 10);
  return record + "command " + std::to_string(sequence);
}

std::uint64_t second_of(std::string_view record) {
  return little_endian<std::uint64_t>(record.substr(0, 8));
}

std::uint64_t append_to(Journal& journal, std::uint64_t first, std::size_t count) {
  std::vector<std::string> records;
  for (std::size_t i = 0; i < count; ++i) records.push_back(record_of(first + i));
  NewBatch batch{first, sha256("state"), {}};
  for (const std::string& record : records) batch.records.push_back({{}, record});
  const Answer<std::uint64_t> appended = journal.append(batch);
  EXPECT_TRUE(appended.ok()) << (appended.ok() ? "" : to_string(appended.error()));
  return first + count;
}

// From `from` to the end, by both ways of reading.
void expect_all(Reader& reader, std::uint64_t from, std::uint64_t next) {
  for (const bool ahead : {false, true}) {
    std::uint64_t sequence = from;
    const auto visit = [&](const Batch& batch) {
      for (std::size_t i = 0; i < batch.records.size(); ++i) {
        if (batch.first + i < from) continue;
        EXPECT_EQ(batch.first + i, sequence);
        EXPECT_EQ(batch.records[i].events, record_of(sequence));
        ++sequence;
      }
      return true;
    };
    const Answer<Done> read = ahead ? reader.read_ahead(from, visit) : reader.read(from, visit);
    EXPECT_TRUE(read.ok()) << to_string(read.error());
    EXPECT_EQ(sequence, next);
  }
}

// What both journals have to give.
void expect_reader_agrees(Journal& journal, Reader& reader) {
  EXPECT_EQ(reader.head().value().sequence, 0U);
  expect_all(reader, 1, 1);
  EXPECT_EQ(reader.find_first([](std::string_view) { return true; }).value(), 1U);
  std::uint64_t next = 1;
  Random random(5);
  while (next < 600) next = append_to(journal, next, 1 + random.below(9));
  EXPECT_EQ(reader.head().value().sequence, next - 1);
  for (const std::uint64_t from : {std::uint64_t{1}, next / 2, next - 1, next}) {
    expect_all(reader, from, next);
  }
  for (std::uint64_t second = 0; second < next / 3 * 10 + 20; second += 1 + random.below(9)) {
    std::uint64_t expected = 1;
    while (expected < next && second_of(record_of(expected)) < second) ++expected;
    EXPECT_EQ(
        reader.find_first([&](std::string_view record) { return second_of(record) >= second; })
            .value(),
        expected);
  }
  for (const std::uint64_t sequence : {std::uint64_t{1}, next / 2, next - 1}) {
    EXPECT_TRUE(reader
                    .at(sequence,
                        [&](const Batch& batch) {
                          EXPECT_EQ(batch.records[sequence - batch.first].events,
                                    record_of(sequence));
                        })
                    .value());
  }
  EXPECT_FALSE(reader.at(next, [](const Batch&) {}).value());
  EXPECT_FALSE(reader.at(0, [](const Batch&) {}).value());
  const Digest blob = journal.put_blob("a large thing").value();
  EXPECT_EQ(reader.blob(blob).value(), "a large thing");
  EXPECT_EQ(reader.blob(sha256("nothing")).error().fault, Fault::kNotFound);
  EXPECT_EQ(reader.snapshot(next).error().fault, Fault::kNotFound);
  const std::uint64_t first = next - 1;
  ASSERT_TRUE(journal.write_snapshot({first, sha256("state"), "one"}).ok());
  next = append_to(journal, next, 3);
  ASSERT_TRUE(journal.write_snapshot({next - 1, sha256("state"), "two"}).ok());
  EXPECT_EQ(reader.snapshots().value(), (std::vector<std::uint64_t>{first, next - 1}));
  EXPECT_EQ(reader.snapshot(next).value().bytes, "two");
  EXPECT_EQ(reader.snapshot(next - 2).value().bytes, "one");
  EXPECT_EQ(reader.snapshot(first - 1).error().fault, Fault::kNotFound);
}

class ReaderTest : public ::testing::Test {
 protected:
  ReaderTest() : folder_(posix_folder(place_.path())), other_(posix_folder(place_.path())) {}
  std::unique_ptr<EmbeddedJournal> open(std::uint64_t checkpoint_frames = 4'000) {
    auto journal = std::make_unique<EmbeddedJournal>(
        *folder_, nullptr,
        EmbeddedOptions{
            .make = true, .checkpoint_frames = checkpoint_frames, .switches = {.no_sync = true}});
    const Answer<Opened> opened = journal->open();
    EXPECT_TRUE(opened.ok()) << to_string(opened.error());
    return journal;
  }
  std::unique_ptr<Reader> reader() { return std::move(open_reader(*other_)).value(); }

  TemporaryFolder place_;
  std::unique_ptr<Folder> folder_, other_;
};

TEST_F(ReaderTest, SeesWhatWasWritten) {
  EXPECT_EQ(open_reader(*other_).error().fault, Fault::kNotFound);
  const auto journal = open();
  const auto second = reader();
  expect_reader_agrees(*journal, *second);
}

TEST(SimReader, SeesTheSame) {
  SimJournalDisk disk;
  SimJournal journal(disk, 1, {});
  ASSERT_TRUE(journal.open().ok());
  expect_reader_agrees(journal, *sim_reader(disk));
}

TEST_F(ReaderTest, BesideABusyWriterSeesWholeBatchesOnly) {
  const auto journal = open(50);
  std::atomic<bool> over = false;
  std::thread writer([&] {
    std::uint64_t next = 1;
    while (next < 4'000) next = append_to(*journal, next, 7);
    over = true;
  });
  const auto second = reader();
  std::uint64_t last = 0;
  bool once_more = true;
  while (once_more) {
    once_more = !over;
    std::uint64_t from = last + 1;
    const Answer<Done> read = second->read(from, [&](const Batch& batch) {
      EXPECT_EQ(batch.first, from);
      EXPECT_EQ(batch.records.size(), 7U);
      from = batch.last() + 1;
      return from < last + 700;
    });
    EXPECT_TRUE(read.ok()) << to_string(read.error());
    EXPECT_GE(second->head().value().sequence, from - 1);
    last = from - 1;
  }
  writer.join();
  expect_all(*second, 1, second->head().value().sequence + 1);
}

TEST_F(ReaderTest, DoesNotHoldUpAnOpening) {
  open().reset();
  const auto second = reader();
  auto journal = open();
  append_to(*journal, 1, 5);
  ASSERT_TRUE(second
                  ->read(1,
                         [&](const Batch&) {
                           journal.reset();
                           journal = open();  // empties the log, which waits for readers
                           return true;
                         })
                  .ok());
  append_to(*journal, 6, 5);
  expect_all(*second, 1, 11);
}

TEST_F(ReaderTest, WritesNothing) {
  auto journal = open();
  append_to(*journal, 1, 5);
  journal.reset();
  const std::string database = folder_->read(kDatabaseName).value();
  const std::string log = folder_->read(kLogName).value();
  expect_all(*reader(), 1, 6);
  EXPECT_EQ(folder_->read(kDatabaseName).value(), database);
  EXPECT_EQ(folder_->read(kLogName).value(), log);
  expect_all(*reader(), 1, 6);
}

TEST_F(ReaderTest, SaysWhichBatchIsDamaged) {
  auto journal = open();
  std::uint64_t next = 1;
  while (next < 500) next = append_to(*journal, next, 5);
  journal.reset();
  {
    Database stranger = std::move(Database::open(*folder_, kDatabaseName, false)).value();
    ASSERT_TRUE(stranger
                    .run("UPDATE batches SET bytes = CAST(substr(bytes, 1, 90) || x'ff' || "
                         "substr(bytes, 92) AS BLOB) WHERE first = 401")
                    .ok());
  }
  const auto second = reader();
  for (const bool ahead : {false, true}) {
    std::uint64_t last = 0;
    const auto visit = [&](const Batch& batch) {
      last = batch.last();
      return true;
    };
    const Answer<Done> read = ahead ? second->read_ahead(1, visit) : second->read(1, visit);
    EXPECT_EQ(last, 400U) << "what is good is handed out";
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().fault, Fault::kCorrupt);
    EXPECT_EQ(read.error().damage->sequence, 401U);
  }
  EXPECT_EQ(second->at(403, [](const Batch&) {}).error().damage->sequence, 401U);
}

TEST_F(ReaderTest, ManyThreadsMayReadAtOnce) {
  const auto journal = open();
  std::uint64_t next = 1;
  while (next < 900) next = append_to(*journal, next, 5);
  const auto second = reader();
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) threads.emplace_back([&] { expect_all(*second, 1, next); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace tongsuan::journal

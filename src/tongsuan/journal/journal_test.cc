// The embedded journal on the file system: what it refuses, and what it says then.
#include "tongsuan/journal/journal.h"

#include <algorithm>
#include <fstream>
#include <sys/stat.h>

#include "tongsuan/base/text.h"
#include "tongsuan/journal/journal_fixture.h"
#include "tongsuan/journal/wal.h"

namespace tongsuan::journal {
namespace {

// A folder with a journal, and another one with its head.
class JournalTest : public testing::Test {
 protected:
  std::unique_ptr<EmbeddedJournal> open(EmbeddedOptions options = {.make = true}) {
    auto journal = std::make_unique<EmbeddedJournal>(*folder_, &head_, options);
    const Answer<Opened> opened = journal->open();
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : to_string(opened.error()));
    if (opened.ok()) opened_ = opened.value();
    return journal;
  }
  Failure refuse(EmbeddedOptions options = {}) {
    EmbeddedJournal journal(*folder_, &head_, options);
    const Answer<Opened> opened = journal.open();
    EXPECT_FALSE(opened.ok());
    if (opened.ok()) return {Fault::kInvalid, ""};
    EXPECT_FALSE(opened.error().context.empty());
    return opened.error();
  }
  void append(Journal& journal, int batches) {
    for (int i = 0; i < batches; ++i)
      ASSERT_TRUE(known_.append(journal, random_records(random_)).ok());
  }
  void write_file(const std::string& name, const std::string& bytes) {
    std::ofstream(place_.path() + '/' + name, std::ios::binary) << bytes;
  }
  // Runs SQL as a stranger would.
  void meddle(const char* sql) {
    Answer<Database> database = Database::open(*folder_, kDatabaseName, true);
    ASSERT_TRUE(database.ok());
    const Answer<Done> done = database.value().run(sql);
    ASSERT_TRUE(done.ok()) << to_string(done.error());
    ASSERT_TRUE(database.value().checkpoint(true).ok());
  }

  TemporaryFolder place_, head_place_;
  std::unique_ptr<Folder> folder_ = posix_folder(place_.path());
  std::unique_ptr<Folder> head_folder_ = posix_folder(head_place_.path());
  SigningKey key_ = test_key();
  HeadFile head_{*head_folder_, key_};
  Random random_{11};
  Known known_;
  Opened opened_;
};

TEST_F(JournalTest, GivesBackWhatWasAppended) {
  auto journal = open();
  EXPECT_EQ(opened_.epoch, 1U);
  EXPECT_EQ(opened_.head, genesis(opened_.name));
  append(*journal, 20);
  const std::string blob(100'000, 'x');
  ASSERT_TRUE(journal->put_blob(blob).ok());
  ASSERT_TRUE(journal->put_blob(blob).ok());
  journal.reset();
  journal = open();
  EXPECT_EQ(opened_.epoch, 2U);
  EXPECT_EQ(compare(known_, read_all(*journal)), "");
  EXPECT_EQ(journal->read_blob(sha256(blob)).value(), blob);
  EXPECT_EQ(journal->read_blob(Digest{}).error().fault, Fault::kNotFound);
  const std::vector<OwnRecord> all = known_.acknowledged;
  EXPECT_EQ(read_all(*journal, 7), std::vector<OwnRecord>(all.begin() + 6, all.end()));
  EXPECT_TRUE(read_all(*journal, all.size() + 1).empty());
}

TEST_F(JournalTest, RefusesBatchesAgainstTheRules) {
  auto journal = open();
  append(*journal, 1);
  const std::vector<OwnRecord> records(1);
  const auto fault = [&](const NewBatch& batch) { return journal->append(batch).error().fault; };
  EXPECT_EQ(fault(batch_of(known_.next() + 1, records)), Fault::kInvalid);
  EXPECT_EQ(fault(batch_of(known_.next() - 1, records)), Fault::kInvalid);
  EXPECT_EQ(fault(batch_of(known_.next(), {})), Fault::kInvalid);
  EXPECT_EQ(fault(batch_of(known_.next(), std::vector<OwnRecord>(kRecordsPerBatchMax + 1))),
            Fault::kInvalid);
  EXPECT_EQ(fault(batch_of(known_.next(), {{{}, std::string(kBatchBytesMax, 'x')}})),
            Fault::kInvalid);
  append(*journal, 1);
}

TEST_F(JournalTest, AsksForTheStateInTime) {
  auto journal = open();
  std::uint64_t next = 1;
  const std::vector<OwnRecord> many(kRecordsPerBatchMax);
  NewBatch batch;
  for (int i = 0; i < 2; ++i) {
    batch = batch_of(next, many);
    batch.state.reset();
    ASSERT_TRUE(journal->append(batch).ok());
    next += many.size();
  }
  EXPECT_EQ(journal->write_snapshot({next - 1, Digest{}, ""}).error().fault, Fault::kInvalid);
  batch.first = next;
  EXPECT_EQ(journal->append(batch).error().fault, Fault::kInvalid);
  batch.state = Digest{};
  EXPECT_TRUE(journal->append(batch).ok());
}

TEST_F(JournalTest, ASecondOwnerIsRefusedUnlessItTakesOver) {
  auto first = open();
  append(*first, 3);
  const auto other_folder = posix_folder(place_.path());
  EmbeddedJournal mistaken(*other_folder, nullptr, {});
  EXPECT_EQ(mistaken.open().error().fault, Fault::kOwned);
  EXPECT_TRUE(first->check_owner().ok());
  EmbeddedJournal second(*other_folder, &head_, {.take_over = true});
  ASSERT_TRUE(second.open().ok());
  const std::vector<OwnRecord> records(1);
  EXPECT_EQ(first->append(batch_of(known_.next(), records)).error().fault, Fault::kFenced);
  EXPECT_EQ(first->put_blob("x").error().fault, Fault::kUnknown) << "closed since";
  append(second, 1);
  EXPECT_EQ(compare(known_, read_all(second)), "");
}

TEST_F(JournalTest, AnOwnerThatWritesNothingIsToldToo) {
  auto first = open();
  append(*first, 3);
  const auto other_folder = posix_folder(place_.path());
  EmbeddedJournal second(*other_folder, &head_, {.take_over = true});
  ASSERT_TRUE(second.open().ok());
  EXPECT_EQ(first->check_owner().error().fault, Fault::kFenced);
  EXPECT_EQ(first->check_owner().error().fault, Fault::kUnknown) << "closed since";
  EXPECT_TRUE(second.check_owner().ok());
  append(second, 1);
  EXPECT_EQ(compare(known_, read_all(second)), "");
}

TEST_F(JournalTest, RecoversFromTheLastGoodSnapshot) {
  auto journal = open();
  std::uint64_t ends[3];
  for (std::uint64_t& end : ends) {
    append(*journal, 4);
    end = known_.next() - 1;
    ASSERT_TRUE(journal->write_snapshot({end, sha256("s"), "state " + std::to_string(end)}).ok());
  }
  append(*journal, 2);
  EXPECT_EQ(journal->write_snapshot({ends[2] + 99, {}, ""}).error().fault, Fault::kInvalid);
  EXPECT_EQ(journal->read_snapshot().value().sequence, ends[2]);
  journal.reset();
  const std::vector<std::string> names = folder_->list().value();
  EXPECT_EQ(
      std::ranges::count_if(names, [](const std::string& n) { return n.starts_with("snap"); }), 2);
  std::string bytes = folder_->read(snapshot_name(ends[2])).value();
  bytes[bytes.size() / 2] ^= 4;
  write_file(snapshot_name(ends[2]), bytes);
  journal = open();
  EXPECT_EQ(opened_.snapshot_sequence, ends[1]);
  ASSERT_EQ(opened_.notes.size(), 1U);
  EXPECT_NE(opened_.notes[0].find("another hash"), std::string::npos);
  EXPECT_EQ(journal->read_snapshot().value().bytes, "state " + std::to_string(ends[1]));
}

TEST_F(JournalTest, NamesWhatIsNoJournal) {
  EXPECT_EQ(refuse().fault, Fault::kNotFound);
  write_file(kDatabaseName, "");
  EXPECT_EQ(refuse().fault, Fault::kNotAJournal) << "empty";
  write_file(kDatabaseName,
             "hello, this is a text and not a database at all; it is long enough to look at");
  EXPECT_EQ(refuse().fault, Fault::kNotAJournal) << "text";
  ASSERT_TRUE(folder_->remove(kDatabaseName).ok());
  meddle("CREATE TABLE t(x)");
  EXPECT_EQ(refuse().fault, Fault::kNotAJournal) << "somebody else's";
  ASSERT_TRUE(folder_->remove(kDatabaseName).ok());
  open().reset();
  meddle("PRAGMA user_version=2");
  EXPECT_EQ(refuse().fault, Fault::kSchema);
  meddle("PRAGMA user_version=1; DROP TABLE blobs");
  EXPECT_EQ(refuse().fault, Fault::kCorrupt);
}

TEST_F(JournalTest, DoesNotBeginAnewWhereAJournalWas) {
  auto journal = open();
  append(*journal, 3);
  journal.reset();
  ASSERT_TRUE(folder_->rename(kDatabaseName, "elsewhere").ok());
  EXPECT_EQ(refuse({.make = true}).fault, Fault::kCorrupt) << "its log is there";
  const std::vector<std::string> names = folder_->list().value();
  for (const std::string& name : names) ASSERT_TRUE(folder_->remove(name).ok());
  EXPECT_EQ(refuse({.make = true}).fault, Fault::kCut) << "the signed head knows it";
}

TEST_F(JournalTest, SaysWhoHoldsTheDatabase) {
  open().reset();
  Answer<Database> stranger = Database::open(*folder_, kDatabaseName, false);
  ASSERT_TRUE(stranger.value().run("BEGIN IMMEDIATE").ok());
  EXPECT_EQ(refuse().fault, Fault::kBusy);
}

TEST_F(JournalTest, SaysWhichBatchWasChanged) {
  auto journal = open();
  append(*journal, 6);
  journal.reset();
  meddle(
      "UPDATE batches SET bytes = CAST(substr(bytes, 1, 60) || x'00' || substr(bytes, 62) AS BLOB) "
      "WHERE first = (SELECT first FROM batches ORDER BY first LIMIT 1 OFFSET 3)");
  const Failure failure = refuse();
  EXPECT_EQ(failure.fault, Fault::kCorrupt);
  ASSERT_TRUE(failure.damage);
  EXPECT_GT(failure.damage->sequence, 3U);
  EXPECT_NE(failure.damage->expected, failure.damage->found);
}

TEST_F(JournalTest, TheChainShowsABatchThatIsMissing) {
  auto journal = open();
  append(*journal, 6);
  journal.reset();
  meddle(
      "DELETE FROM batches WHERE first = (SELECT first FROM batches ORDER BY first LIMIT 1 OFFSET "
      "2)");
  EXPECT_EQ(refuse().fault, Fault::kCorrupt);
}

TEST_F(JournalTest, TheSignedHeadShowsACutEnd) {
  auto journal = open();
  append(*journal, 6);
  journal.reset();
  meddle("DELETE FROM batches WHERE first = (SELECT max(first) FROM batches)");
  const Failure failure = refuse();
  EXPECT_EQ(failure.fault, Fault::kCut);
  ASSERT_TRUE(failure.damage);
  EXPECT_TRUE(failure.damage->expected && failure.damage->found);
  EmbeddedJournal unsigned_one(*folder_, nullptr, {});
  EXPECT_TRUE(unsigned_one.open().ok()) << "without a head nobody knows";
}

TEST_F(JournalTest, TheSignedHeadIsNeeded) {
  open().reset();
  std::string bytes = head_folder_->read("head").value();
  ASSERT_TRUE(head_folder_->remove("head").ok());
  EXPECT_EQ(refuse().fault, Fault::kCut);
  for (char& byte : bytes) byte ^= 1;
  ASSERT_TRUE(head_folder_->replace("head", bytes).ok());
  EXPECT_EQ(refuse().fault, Fault::kCorrupt);
}

TEST_F(JournalTest, ARepairKeepsWhatIsGoodAndPutsTheRestAside) {
  auto journal = open();
  append(*journal, 8);
  const std::string blob(50'000, 'b');
  ASSERT_TRUE(journal->put_blob(blob).ok());
  journal.reset();
  EXPECT_FALSE(repair(*folder_, &head_, {}).value().changed) << "nothing is broken";
  meddle("UPDATE batches SET hash = zeroblob(32) WHERE first = (SELECT max(first) FROM batches)");
  EXPECT_TRUE(check(*folder_, &head_).value().trouble);
  EXPECT_EQ(refuse().fault, Fault::kCorrupt);
  EXPECT_EQ(repair(*folder_, &head_, {}).error().fault, Fault::kCut) << "it was acknowledged";
  const Answer<Repaired> repaired = repair(*folder_, &head_, {.force = true});
  ASSERT_TRUE(repaired.ok()) << to_string(repaired.error());
  EXPECT_LT(repaired.value().head.sequence, known_.next() - 1);
  EXPECT_EQ(repaired.value().known_sequence, known_.next() - 1);
  EXPECT_TRUE(folder_->read(repaired.value().side_file).ok());
  known_.acknowledged.resize(repaired.value().head.sequence);
  journal = open({});
  EXPECT_EQ(compare(known_, read_all(*journal)), "");
  EXPECT_EQ(journal->read_blob(sha256(blob)).value(), blob);
  append(*journal, 2);
}

TEST_F(JournalTest, AKeyFileIsForItsOwnerOnly) {
  const std::string path = head_place_.path() + "/key";
  const Answer<SigningKey> made = make_key_file(path);
  ASSERT_TRUE(made.ok()) << to_string(made.error());
  struct stat about {};
  ASSERT_EQ(stat(path.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600U);
  EXPECT_EQ(read_key_file(path).value().public_key(), made.value().public_key());
  EXPECT_FALSE(make_key_file(path).ok()) << "never overwritten";
  ASSERT_EQ(chmod(path.c_str(), 0640), 0);
  EXPECT_NE(read_key_file(path).error().context.find("others"), std::string::npos);
}

// Test 1 of RFC 8032, section 7.1.
TEST(Signature, IsTheOneOfTheStandard) {
  KeySeed seed{};
  ASSERT_TRUE(parse_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                        seed.data(), seed.size()));
  const Answer<SigningKey> key = SigningKey::from_seed(seed);
  EXPECT_EQ(hex(key.value().public_key().data(), 32),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  Signature signature = key.value().sign("").value();
  EXPECT_EQ(hex(signature.data(), 8), "e5564300c360ac72");
  EXPECT_TRUE(verify_signature(key.value().public_key(), "", signature));
  signature[9] ^= 1;
  EXPECT_FALSE(verify_signature(key.value().public_key(), "", signature));
}

TEST(Batch, HasOneFormInBytes) {
  Random random(3);
  const std::vector<OwnRecord> records = random_records(random);
  const NewBatch some = batch_of(5, records);
  const Batch batch{9, 5, sha256("before"), some.state, some.records};
  std::string bytes;
  append_bytes(batch, bytes);
  Batch again;
  ASSERT_FALSE(read_batch(bytes, again));
  EXPECT_EQ(again, batch);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_TRUE(read_batch(std::string_view(bytes).substr(0, size), again)) << size;
  }
  EXPECT_TRUE(read_batch(bytes + 'x', again));
  bytes[56] = 2;
  EXPECT_EQ(read_batch(bytes, again)->offset, 56U);
}

// docs/formats/journal.md says these bytes.
TEST(Batch, BytesAreThoseOfTheDocument) {
  const Batch batch{2, 3, Digest{}, std::nullopt, {{CommandId{1}, "hi"}}};
  std::string bytes;
  append_bytes(batch, bytes);
  EXPECT_EQ(hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()),
            "54534231"
            "01000000"
            "0200000000000000"
            "0300000000000000" +
                std::string(64, '0') +
                "00"
                "01000000000000000000000000000000"
                "02000000"
                "6869");
}

TEST(Snapshot, NamesSortAsNumbersDo) {
  EXPECT_EQ(snapshot_name(1'234), "snapshot-00000000000000001234");
  EXPECT_EQ(snapshot_sequence(snapshot_name(UINT64_MAX)), UINT64_MAX);
  for (const char* name : {"snapshot-1", "snapshot-0000000000000000123x",
                           "snapshot-99999999999999999999", "snapshot-00000000000000001234.tmp"}) {
    EXPECT_FALSE(snapshot_sequence(name)) << name;
  }
}

}  // namespace
}  // namespace tongsuan::journal

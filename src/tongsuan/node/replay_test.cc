#include "tongsuan/node/replay.h"

#include <gtest/gtest.h>

#include "tongsuan/exchange/exchange_fixture.h"
#include "tongsuan/exchange/snapshot.h"
#include "tongsuan/journal/sim_journal.h"
#include "tongsuan/node/sequencer.h"

namespace tongsuan::node {
namespace {

using exchange::Exchange;
using exchange::testing::cash;
using exchange::testing::kAlice;
using exchange::testing::places_without_accounts;
using ledger::kHouse;

// Reads another journal as far as command `good`.
class FailingJournal final : public journal::Journal {
 public:
  FailingJournal(journal::Journal& inner, std::uint64_t good) : inner_(inner), good_(good) {}
  [[nodiscard]] journal::Answer<Done> read(std::uint64_t from,
                                           const journal::BatchVisitor& visit) override {
    TONGSUAN_TRY([[maybe_unused]] const Done read,
                 inner_.read(from, [&](const journal::Batch& batch) {
                   return batch.last() <= good_ && visit(batch);
                 }));
    return journal::Failure{journal::Fault::kCorrupt, "the next batch is damaged"};
  }
  [[nodiscard]] journal::Answer<journal::Opened> open() override { return inner_.open(); }
  [[nodiscard]] journal::Answer<std::uint64_t> append(const journal::NewBatch& batch) override {
    return inner_.append(batch);
  }
  [[nodiscard]] journal::Answer<Done> check_owner() override { return inner_.check_owner(); }
  [[nodiscard]] journal::Answer<journal::Snapshot> stamp_snapshot(std::uint64_t sequence,
                                                                  const Digest& state) override {
    return inner_.stamp_snapshot(sequence, state);
  }
  [[nodiscard]] journal::Answer<Done> store_snapshot(const journal::Snapshot& stamped) override {
    return inner_.store_snapshot(stamped);
  }
  [[nodiscard]] journal::Answer<journal::Snapshot> read_snapshot() override {
    return inner_.read_snapshot();
  }
  [[nodiscard]] journal::Answer<Digest> put_blob(std::string_view bytes) override {
    return inner_.put_blob(bytes);
  }
  [[nodiscard]] journal::Answer<std::string> read_blob(const Digest& hash) override {
    return inner_.read_blob(hash);
  }

 private:
  journal::Journal& inner_;
  std::uint64_t good_;
};

// A journal of some hundred commands in small batches, many with a digest.
class ReplayTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(sequencer_.recover().ok());
    for (const char* name : {"east", "west", "alice"}) {
      take(exchange::OpenParticipant{name, exchange::Role::kParticipant, kHouse, Money()});
    }
    for (int i = 0; i < 900; ++i) {
      take(exchange::Deposit{cash(kAlice), Money(1 + i), static_cast<std::uint64_t>(i)});
    }
    flush();
  }
  void flush() {
    const auto flushed = sequencer_.flush();
    ASSERT_TRUE(flushed.ok());
  }
  void take(exchange::Command command) {
    exchange::CommandId id{};
    id[0] = static_cast<std::uint8_t>(++asked_);
    id[1] = static_cast<std::uint8_t>(asked_ >> 8);
    static_cast<void>(sequencer_.take(now_, {id, asked_, kHouse, std::move(command)}, 0));
    now_ += id[0] % 3;
    if (sequencer_.full()) flush();
  }
  // Every batch of the journal, with bytes of its own.
  [[nodiscard]] journal::Answer<Done> each(const journal::BatchVisitor& visit) {
    return node::read_ahead(journal_, 1, visit);
  }

  journal::SimJournalDisk disk_;
  journal::SimJournal journal_{disk_, 1, journal::SimJournalFaults{}};
  Exchange exchange_{places_without_accounts(), 0};
  Sequencer sequencer_{exchange_, journal_, {.records = 7, .state_every = 20}, {}};
  std::uint64_t asked_ = 0;
  Second now_ = 0;
};

TEST_F(ReplayTest, ThreadsComeToTheSameState) {
  std::vector<std::string> states;
  std::vector<Digest> digests;
  for (const RecoverWith with : {RecoverWith::kOneThread, RecoverWith::kThreads}) {
    Exchange fresh(places_without_accounts(), 0);
    journal::SimJournal journal(disk_, 2, journal::SimJournalFaults{});
    Sequencer sequencer(fresh, journal, {.records = 7, .state_every = 20}, {});
    const auto recovered = sequencer.recover(nullptr, with);
    ASSERT_TRUE(recovered.ok()) << journal::to_string(recovered.error());
    EXPECT_EQ(recovered.value().replayed, exchange_.sequence());
    // What was touched since the last digest of the journal is in neither yet.
    digests.push_back(fresh.digest());
    states.push_back(exchange::write_snapshot(fresh.state()));
  }
  EXPECT_EQ(digests[0], digests[1]);
  EXPECT_EQ(states[0], states[1]);
  EXPECT_EQ(digests[0], exchange_.digest());
}

TEST_F(ReplayTest, NamesTheFirstDigestThatDiffers) {
  Exchange fresh(places_without_accounts(), 0);
  Replay replay(fresh, 0);
  std::uint64_t wrong = 0;
  journal::Answer<Done> taken = Done{};
  const auto read = each([&](const journal::Batch& batch) {
    journal::Batch changed = batch;
    if (batch.state && batch.last() > 400) {
      if (wrong == 0) wrong = batch.last();
      (*changed.state)[0] ^= 1;
    }
    taken = replay.take(changed);
    return taken.ok();
  });
  ASSERT_TRUE(read.ok());
  if (taken.ok()) taken = replay.finish();
  ASSERT_FALSE(taken.ok());
  ASSERT_TRUE(taken.error().damage);
  EXPECT_EQ(taken.error().damage->sequence, wrong);
}

TEST_F(ReplayTest, ARecordThatDoesNotFitEndsIt) {
  Exchange fresh(places_without_accounts(), 0);
  std::uint64_t bad = 0;
  {
    Replay replay(fresh, 0);
    journal::Answer<Done> taken = Done{};
    const auto read = each([&](const journal::Batch& batch) {
      journal::Batch changed = batch;
      if (batch.first > 100) {
        bad = batch.first;
        changed.records.front().events = "nonsense";
      }
      taken = replay.take(changed);
      return taken.ok();
    });
    ASSERT_TRUE(read.ok());
    ASSERT_FALSE(taken.ok());
    EXPECT_NE(taken.error().context.find("command " + std::to_string(bad)), std::string::npos);
  }
}

TEST_F(ReplayTest, AnIdThatIsAnsweredTwiceEndsIt) {
  Exchange fresh(places_without_accounts(), 0);
  Replay replay(fresh, 0);
  std::uint64_t again = 0;
  journal::Answer<Done> taken = Done{};
  std::string first;  // the answer of the first command, an event of its own
  const auto answer_of = [](std::string_view record) {
    std::string found;
    (void)exchange::read_record(record, [&](Second, const exchange::Event& event) {
      const auto* own = std::get_if<exchange::OwnEvent>(&event);
      if (own != nullptr && std::holds_alternative<exchange::Answered>(*own)) {
        exchange::RecordWriter(found, 0).add(*own);
      }
      return true;
    });
    return found.substr(std::min<std::size_t>(found.size(), 8));
  };
  const auto read = each([&](const journal::Batch& batch) {
    journal::Batch changed = batch;
    std::string twice;
    if (first.empty()) {
      first = answer_of(changed.records.front().events);
    } else if (again == 0) {
      again = batch.first;
      twice = std::string(changed.records.front().events) + first;
      changed.records.front().events = twice;
    }
    taken = replay.take(changed);
    return taken.ok();
  });
  ASSERT_TRUE(read.ok());
  ASSERT_NE(again, 0U);
  if (taken.ok()) taken = replay.finish();
  ASSERT_FALSE(taken.ok());
  EXPECT_NE(journal::to_string(taken.error()).find("command " + std::to_string(again)),
            std::string::npos)
      << journal::to_string(taken.error());
  EXPECT_NE(journal::to_string(taken.error()).find(exchange::kAnsweredTwice), std::string::npos);
}

TEST_F(ReplayTest, ReadingAheadStopsWhenItIsTold) {
  std::uint64_t next = 1;
  const auto read = each([&](const journal::Batch& batch) {
    EXPECT_EQ(batch.first, next);
    next = batch.last() + 1;
    return next < 50;
  });
  EXPECT_TRUE(read.ok());
  EXPECT_GE(next, 50U);
  EXPECT_LT(next, 60U);
}

TEST_F(ReplayTest, ReadingAheadTellsWhatWentWrong) {
  // What fails is the reading of the batch after the twentieth.
  const std::uint64_t good = disk_.batches[20].first - 1;
  FailingJournal failing(journal_, good);
  std::uint64_t last = 0;
  const auto read = node::read_ahead(failing, 1, [&](const journal::Batch& batch) {
    last = batch.last();
    return true;
  });
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().fault, journal::Fault::kCorrupt);
  EXPECT_EQ(last, good) << "what is before it was handed out";
}

}  // namespace
}  // namespace tongsuan::node

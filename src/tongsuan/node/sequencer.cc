#include "tongsuan/node/sequencer.h"

#include <span>
#include <utility>

#include "tongsuan/base/check.h"
#include "tongsuan/node/replay.h"

namespace tongsuan::node {

using journal::Fault;

// ---- Recovery --------------------------------------------------------------------------------

journal::Answer<Done> Sequencer::restore(exchange::Exchange& exchange,
                                         const journal::Snapshot& snapshot) {
  const Result<Done> restored = exchange.restore(snapshot.bytes);
  if (restored.ok()) return Done{};
  return journal::Failure{Fault::kCorrupt,
                          "the snapshot of command " + std::to_string(snapshot.sequence) +
                              " does not read: " + restored.error().context,
                          "move the snapshot away: the journal alone is enough"};
}

journal::Answer<Done> Sequencer::replay(std::uint64_t last, RecoverWith with) {
  const std::uint64_t from = exchange_.sequence() + 1;
  const bool threads = with == RecoverWith::kThreads;
  std::optional<Replay> beside;
  if (threads) beside.emplace(exchange_, last + 1 - from);
  journal::Answer<Done> replayed = Done{};
  const journal::BatchVisitor visit = [&](const journal::Batch& batch) {
    replayed = beside ? beside->take(batch) : replay_batch(batch, exchange_);
    if (batch.state) state_sequence_ = batch.last();
    return replayed.ok();
  };
  const journal::Answer<Done> read =
      threads ? read_ahead(journal_, from, visit) : journal_.read(from, visit);
  if (beside && replayed.ok()) replayed = beside->finish();
  return replayed.ok() ? read : replayed;
}

journal::Answer<Recovered> Sequencer::recover(exchange::Exchange* twin, RecoverWith with) {
  TONGSUAN_TRY(const journal::Opened opened, journal_.open());
  Recovered recovered{opened.epoch, opened.head.sequence, opened.snapshot_sequence, 0,
                      opened.notes};
  if (opened.snapshot_sequence > 0) {
    TONGSUAN_TRY(const journal::Snapshot snapshot, journal_.read_snapshot());
    TONGSUAN_TRY([[maybe_unused]] const Done first, restore(exchange_, snapshot));
    state_sequence_ = snapshot.sequence;
  }
  const std::uint64_t from = exchange_.sequence();
  TONGSUAN_TRY([[maybe_unused]] const Done replayed, replay(opened.head.sequence, with));
  durable_ = exchange_.sequence();
  TONGSUAN_CHECK(durable_ == opened.head.sequence);
  recovered.replayed = durable_ - from;
  if (twin != nullptr) twin->copy(exchange_);
  return recovered;
}

// ---- Commands --------------------------------------------------------------------------------

const exchange::Output& Sequencer::take(Second at, exchange::Request request, Token token) {
  TONGSUAN_CHECK(!stalled_);
  const exchange::CommandId command = request.id;
  exchange_.execute(at, std::move(request), output_);
  if (!output_.record.empty()) {
    const std::size_t begin = bytes_.size();
    bytes_ += output_.record;
    records_.push_back({command, begin, bytes_.size()});
  }
  if (token != 0) waiting_.push_back({token, output_.answer});
  return output_;
}

journal::Answer<Done> Sequencer::append() {
  if (records_.empty()) return Done{};
  journal::NewBatch batch;
  batch.first = durable_ + 1;
  batch.records.reserve(records_.size());
  for (const Taken& taken : records_) {
    batch.records.push_back(
        {taken.command, std::string_view(bytes_).substr(taken.begin, taken.end - taken.begin)});
  }
  const std::uint64_t last = durable_ + records_.size();
  // A batch that has to be written again has the digest of its first attempt.
  if (!state_ && last - state_sequence_ >= rules_.state_every) state_ = exchange_.digest();
  batch.state = state_;
  TONGSUAN_TRY([[maybe_unused]] const std::uint64_t sequence, journal_.append(batch));
  TONGSUAN_CHECK(sequence == last && sequence == exchange_.sequence());
  return Done{};
}

void Sequencer::release() {
  if (hooks_.publish && !records_.empty()) {
    std::vector<Durable> durable;
    durable.reserve(records_.size());
    std::uint64_t sequence = durable_;
    for (const Taken& taken : records_) {
      durable.push_back(
          {++sequence, std::string_view(bytes_).substr(taken.begin, taken.end - taken.begin)});
    }
    hooks_.publish(durable, state_);
  }
  durable_ += records_.size();
  if (state_) state_sequence_ = durable_;
  state_.reset();
  records_.clear();
  bytes_.clear();
  if (hooks_.answer) {
    for (const Waiting& waiting : waiting_) hooks_.answer(waiting.token, waiting.answer);
  }
  waiting_.clear();
}

journal::Answer<Done> Sequencer::flush() {
  const journal::Answer<Done> appended = append();
  if (!appended.ok()) {
    stalled_ = !journal::is_fatal(appended.error().fault);
    return appended;
  }
  stalled_ = false;
  release();
  return Done{};
}

}  // namespace tongsuan::node

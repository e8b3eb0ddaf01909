#include "tongsuan/node/recheck.h"

#include <optional>
#include <utility>

#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/verify.h"
#include "tongsuan/node/blobs.h"
#include "tongsuan/node/replay.h"

namespace tongsuan::node {
namespace {

using exchange::RoundPublished;
using journal::Answer;
using journal::Failure;
using journal::Fault;

constexpr std::uint64_t kAskEvery = 4'096;  // commands

// A round as the events of its record tell it.
struct ToldRound {
  std::optional<engine::CloseRound> closed;
  std::optional<RoundPublished> published;
  std::uint64_t sequence = 0;
};

Failure wrong(const ToldRound& told, const std::string& what) {
  return {Fault::kCorrupt,
          "round " + std::to_string(told.published->round) + ", command " +
              std::to_string(told.sequence) + ": " + what,
          "take its book and certificate out with tongsuan journal export, and look at them"};
}

std::string first_fault(const codec::FaultList& faults) {
  return faults.listed.empty() ? "it does not read" : codec::to_string(faults.listed.front());
}

Answer<Done> check_texts(const ToldRound& told, const RoundTexts& texts,
                         const market::Workers& workers) {
  const std::string name = "round " + std::to_string(told.published->round);
  const codec::ReadReport book = codec::read_market(texts.book, name + ".market", {});
  if (!book.ok()) return wrong(told, "its book: " + first_fault(book.faults));
  codec::CertificateReport read =
      codec::read_certificate(texts.certificate, name + ".cert", book.market);
  if (!read.ok()) return wrong(told, "its certificate: " + first_fault(read.faults));
  const Digest root = read.certificate.root;
  const Result<market::Verified> verified =
      market::accept(book.market, std::move(read.certificate), workers);
  if (!verified.ok()) return wrong(told, "its certificate: " + verified.error().context);
  const engine::CloseRound& closed = *told.closed;
  if (root != closed.root) return wrong(told, "its root is of another book");
  if (sha256(texts.certificate) != closed.certificate) {
    return wrong(told, "the hash of its certificate is of another text");
  }
  const market::Verdict& verdict = verified.value().verdict();
  if (verdict.award_count != closed.awards || verdict.order_count != closed.orders ||
      verdict.gap_ppm() != closed.gap_ppm) {
    return wrong(told, "orders, awards or gap are not those of its certificate");
  }
  return Done{};
}

class Rechecker {
 public:
  Rechecker(journal::Reader& reader, exchange::Exchange& exchange, const RecheckOptions& options,
            const market::Workers& workers)
      : reader_(reader), exchange_(exchange), options_(options), workers_(workers) {}

  Answer<Rechecked> run() {
    if (options_.from_snapshot) {
      TONGSUAN_TRY([[maybe_unused]] const Done restored, restore());
    }
    TONGSUAN_TRY(const journal::Head end, reader_.head());
    result_.first = exchange_.sequence() + 1;
    result_.hash = end.hash;
    replay_.emplace(exchange_, end.sequence - exchange_.sequence());
    TONGSUAN_TRY([[maybe_unused]] const Done read,
                 reader_.read_ahead(result_.first, [&](const journal::Batch& batch) {
                   return see(batch, end.sequence);
                 }));
    if (failed_.ok()) failed_ = replay_->finish();
    if (!failed_.ok()) return failed_.error();
    result_.last = exchange_.sequence();
    result_.now = exchange_.state().now();
    result_.state = exchange_.digest();
    return result_;
  }

 private:
  Answer<Done> restore() {
    TONGSUAN_TRY(const journal::Snapshot snapshot, reader_.snapshot(UINT64_MAX));
    const Result<Done> restored = exchange_.restore(snapshot.bytes);
    if (restored.ok()) return Done{};
    return Failure{Fault::kCorrupt,
                   "the snapshot of command " + std::to_string(snapshot.sequence) +
                       " does not read: " + restored.error().context,
                   "go through the whole journal: it is enough"};
  }

  // What was written after the work began is left for another time.
  bool see(const journal::Batch& batch, std::uint64_t last) {
    if (batch.first > last) return false;
    failed_ = replay_->take(batch, [&](std::uint64_t sequence, Second,
                                       const exchange::Event& event) { note(sequence, event); });
    for (const ToldRound& told : told_) {
      if (failed_.ok()) failed_ = check(told);
    }
    told_.clear();
    ++result_.batches;
    result_.digests += batch.state ? 1U : 0U;
    if (!failed_.ok()) return false;
    if (batch.last() / kAskEvery == (batch.first - 1) / kAskEvery || !options_.stop) return true;
    result_.stopped = options_.stop(batch.last());
    return !result_.stopped;
  }

  void note(std::uint64_t sequence, const exchange::Event& event) {
    if (const auto* happened = std::get_if<engine::Event>(&event)) {
      const auto* closed = std::get_if<engine::RoundClosed>(&happened->what);
      if (closed != nullptr) closed_ = closed->what;
    } else if (const auto* own = std::get_if<exchange::OwnEvent>(&event)) {
      const auto* published = std::get_if<RoundPublished>(own);
      if (published == nullptr) return;
      told_.push_back({std::exchange(closed_, std::nullopt), *published, sequence});
    }
  }

  Answer<Done> check(const ToldRound& told) {
    ++result_.rounds;
    if (told.published->outcome != exchange::RoundOutcome::kCleared) return Done{};
    if (!told.closed) return wrong(told, "it is cleared, and the engine knows nothing of it");
    const Answer<RoundTexts> texts = read_round_texts(reader_, *told.published);
    if (!texts.ok()) return wrong(told, "its texts: " + texts.error().context);
    TONGSUAN_TRY([[maybe_unused]] const Done good, check_texts(told, texts.value(), workers_));
    ++result_.verified;
    return Done{};
  }

  journal::Reader& reader_;
  exchange::Exchange& exchange_;
  const RecheckOptions& options_;
  const market::Workers& workers_;
  Rechecked result_;
  std::optional<Replay> replay_;
  Answer<Done> failed_ = Done{};
  std::optional<engine::CloseRound> closed_;
  std::vector<ToldRound> told_;  // of this batch
};

}  // namespace

Answer<Rechecked> recheck(journal::Reader& reader, exchange::Exchange& exchange,
                          const RecheckOptions& options, const market::Workers& workers) {
  return Rechecker(reader, exchange, options, workers).run();
}

Answer<RoundTexts> read_round_texts(journal::Reader& reader, const RoundPublished& round) {
  const auto blob = [&](const Digest& hash) { return reader.blob(hash); };
  RoundTexts texts;
  if (round.book != Digest{}) {
    TONGSUAN_TRY(texts.book, read_text(round.book, blob));
  }
  if (round.certificate != Digest{}) {
    TONGSUAN_TRY(texts.certificate, read_text(round.certificate, blob));
  }
  return texts;
}

Answer<std::optional<RoundPublished>> find_round(journal::Reader& reader, std::uint64_t round) {
  std::optional<RoundPublished> found;
  exchange::RecordReader records;
  TONGSUAN_TRY(
      [[maybe_unused]] const Done read, reader.read_ahead(1, [&](const journal::Batch& batch) {
        for (const journal::Record& record : batch.records) {
          (void)records.read(record.events, [&](Second, const exchange::Event& event) {
            const auto* own = std::get_if<exchange::OwnEvent>(&event);
            const auto* published = own == nullptr ? nullptr : std::get_if<RoundPublished>(own);
            if (published != nullptr && published->round == round) found = *published;
            return !found;
          });
        }
        return !found;
      }));
  return found;
}

}  // namespace tongsuan::node

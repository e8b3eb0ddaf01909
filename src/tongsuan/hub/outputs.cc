// What jobs say: shown to those who wait for it at the exchange, and kept at their end.
#include <algorithm>

#include "tongsuan/hub/agent.h"

namespace tongsuan::hub {
namespace {

constexpr std::size_t kBroughtPerStep = 64;
constexpr cluster::Stream kBothStreams[] = {cluster::Stream::kStdout, cluster::Stream::kStderr};

}  // namespace

void Agent::show_outputs() {
  const std::vector<OutputWant>& wanted = ports_.exchange.wanted();
  for (std::size_t i = 0; i < std::min(wanted.size(), kBroughtPerStep) && in_time(); ++i) {
    const OutputAnswer answer = output_of(wanted[i]);
    const Said<Done> said = ports_.exchange.bring(wanted[i], answer, memory_.epoch());
    if (said.ok()) continue;
    const Trouble& trouble = said.error();
    if (trouble.kind == TroubleKind::kFenced) return fenced(trouble.what);
    if (trouble.kind == TroubleKind::kRefused) continue;  // nobody waits any more
    note("not-shown", wanted[i].contract, trouble.what);
    exchange_away_ = true;
    return;
  }
}

OutputAnswer Agent::output_of(const OutputWant& want) {
  const auto found = memory_.records().find(want.contract);
  if (found == memory_.records().end() || found->second.stage == Stage::kGone) {
    return kept_output(want);
  }
  const Record& record = found->second;
  const bool ended = record.stage == Stage::kClosing;
  OutputAnswer answer = OutputAnswer(cluster::Piece{});
  if (!record.job.empty()) answer = read_stream(record, want.stream, want.extent);
  // Its folder may be on its way out.
  if (ended && outputs_.has(want.contract) && (!answer.ok() || answer.value().size == 0)) {
    return kept_output(want);
  }
  if (!answer.ok()) return answer;
  cluster::Piece piece = std::move(answer).value();
  piece.ended = ended;
  return piece;
}

OutputAnswer Agent::kept_output(const OutputWant& want) {
  const auto kept = find_output(ports_.spool, want.contract, want.stream);
  if (!kept.ok()) return kept.error().context;
  if (!kept.value()) return "no output of " + want.contract + " is kept here";
  cluster::Piece piece = cluster::piece_of(want.extent, kept.value()->size, kept.value()->bytes);
  piece.ended = true;
  return piece;
}

OutputAnswer Agent::read_stream(const Record& record, cluster::Stream stream,
                                const cluster::Extent& extent) {
  const std::string& contract = record.contract.id;
  // The path is ours: what a cluster names could be changed by the tenant. Other clusters say how
  // to read it instead of where it is.
  if (record.output.empty() || record.output.front() == '/') {
    const std::string job = cluster::job_name(contract, record.attempt);
    return ports_.staging.read(contract, cluster::output_file(job, stream), extent);
  }
  if (!may_call(1)) return std::string("the cluster does not answer now");
  cluster::Answer<cluster::Piece> answer = ports_.cluster.output(record.job, stream, extent);
  if (answer.ok()) return std::move(answer).value();
  cluster_away_ = cluster_away_ || answer.error().kind == cluster::FaultKind::kUnreachable;
  return answer.error().what;
}

// Once: what cannot be read now is not there later either.
void Agent::keep_output(const Record& record) {
  const std::string& contract = record.contract.id;
  if (record.job.empty() || outputs_.has(contract)) return;
  if (!output_read_.insert(contract).second) return;
  std::map<cluster::Stream, KeptOutput> streams;
  for (const cluster::Stream stream : kBothStreams) {
    OutputAnswer answer = read_stream(record, stream, {});
    if (answer.ok()) {
      streams[stream] = {now_, answer.value().size, std::move(answer).value().bytes};
    } else {
      note("not-kept", contract, answer.error());
    }
  }
  if (!streams.empty()) outputs_.put(contract, streams, memory_.changes());
}

}  // namespace tongsuan::hub

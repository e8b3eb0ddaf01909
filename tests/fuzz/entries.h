// Fuzz entry points: each takes any bytes and stops the process when a promise is broken. The same
// functions run under libFuzzer (TONGSUAN_FUZZERS) and in an ordinary test that replays seeds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tongsuan::fuzz {

// Market text: a file is refused with faults and nothing else, or it reads as a canonical market
// that is written and read back as itself.
void market_text(std::string_view bytes);

// Certificate text of a fixed market (the first byte chooses it): the same promises, and whatever
// can be read can be verified without stopping.
void certificate_text(std::string_view bytes);

// Tampering: the bytes are a program that changes an honest certificate, its claims and its two
// texts. A certificate that passes nevertheless
//   - is about the same market, to the last field;
//   - claims a welfare that an independent reading of the book confirms, and a bound that is not
//     below the best welfare there is (found by trying everything);
//   - has the money of the honest one wherever it has the outcome, prices and seed of it.
void verify(std::string_view bytes);

// Events of the ledger: bytes, with and without their right digest, are refused or are the one way
// to write what they say; auditing that never stops, and a ledger that is asked for it again
// refuses or agrees with the audit.
void ledger_events(std::string_view bytes);
// The journal's formats (the first byte chooses): batch, snapshot, signed head, and SQLite's log.
// What can be read is written as itself, and a good part of a log stays good without the rest.
void journal(std::string_view bytes);

// HTTP (the first byte chooses): targets, requests, answers and events in whole and in pieces,
// which must read the same; and a connection of the server with any bytes, any pieces and any order
// of answers: what it sends is HTTP, and it ends.
void http(std::string_view bytes);
// Events of the engine: read ones are written as themselves, and those that fit a small exchange
// leave its invariants whole.
void engine_events(std::string_view bytes);
// A state of the engine (first byte e) or the ledger: refused with a fault, or written as itself
// and as good as any other.
void state_snapshot(std::string_view bytes);
// Records of an exchange, each behind its length: they fit or do not, and what fits can be kept.
void exchange_records(std::string_view bytes);

// A scenario file: refused with one line that names the file, or every value lies within its
// limits; comments, blanks and other ends of lines change nothing.
void scenario_text(std::string_view bytes);

// Traces of jobs as CSV, plain or packed with gzip, and logs in the Standard Workload Format; the
// first bytes choose a world. Counts add up; what is kept fulfils the limits of that world, and
// strict and lenient reading agree wherever nothing is lost (trace_promises.h).
void trace_csv(std::string_view bytes);
void swf(std::string_view bytes);

// Results of replays: a line is refused, or read and written it stays what it is for ever after.
void run_record(std::string_view bytes);

// A tiny exchange and commands for it, or a script of what happens there and a dispatcher that does
// anything. No invariant of the engine breaks, a refusal changes nothing, and the events alone give
// the same state and digest.
void replay_world(std::string_view bytes);

// JSON: parser and slow twin agree; what can be read is written, and read again as itself.
void json_text(std::string_view bytes);

// Proofs of who calls (the first byte chooses): an Authorization header, a token of ours, claims
// and headers of a provider that signs everything, answers to a login, addresses. Nobody comes in
// who is not known.
void credentials(std::string_view bytes);

// Key sets of a provider: refused, or keys that no made-up signature passes.
void jwks(std::string_view bytes);

// A job file, as YAML or as a Slurm script: refused with a place and something to try, or a job
// within its limits that is an order or is told why not.
void job_file(std::string_view bytes);

// Settings and credentials in the small part of TOML, addresses of servers, dates and problems of
// HTTP: refused with a place, or written and read as themselves.
void settings_file(std::string_view bytes);

// What slurmrestd answers, and lists of hosts (the first byte chooses): refused with a reason, or
// jobs of ours, nodes and stretches in their order, each once.
void slurm_answers(std::string_view bytes);
// The same of an API server of Kubernetes, with events of a watch.
void kubernetes_answers(std::string_view bytes);
// What an exchange answers to an agent, and rows of its spool (the first byte chooses): refused, or
// kept as rows that read as themselves.
void hub_answers(std::string_view bytes);

// Inputs that reach deep at once.
[[nodiscard]] std::vector<std::string> market_text_seeds();
[[nodiscard]] std::vector<std::string> certificate_text_seeds();
[[nodiscard]] std::vector<std::string> verify_seeds();
[[nodiscard]] std::vector<std::string> scenario_text_seeds();
[[nodiscard]] std::vector<std::string> trace_csv_seeds();
[[nodiscard]] std::vector<std::string> swf_seeds();
[[nodiscard]] std::vector<std::string> run_record_seeds();
[[nodiscard]] std::vector<std::string> replay_world_seeds();
[[nodiscard]] std::vector<std::string> ledger_events_seeds();
[[nodiscard]] std::vector<std::string> journal_seeds();
[[nodiscard]] std::vector<std::string> http_seeds();
[[nodiscard]] std::vector<std::string> json_text_seeds();
[[nodiscard]] std::vector<std::string> credentials_seeds();
[[nodiscard]] std::vector<std::string> jwks_seeds();
[[nodiscard]] std::vector<std::string> job_file_seeds();
[[nodiscard]] std::vector<std::string> settings_file_seeds();
[[nodiscard]] std::vector<std::string> engine_events_seeds();
[[nodiscard]] std::vector<std::string> state_snapshot_seeds();
[[nodiscard]] std::vector<std::string> exchange_records_seeds();
[[nodiscard]] std::vector<std::string> slurm_answers_seeds();
[[nodiscard]] std::vector<std::string> kubernetes_answers_seeds();
[[nodiscard]] std::vector<std::string> hub_answers_seeds();

using Entry = void (*)(std::string_view);
struct NamedEntry {
  const char* name;
  Entry run;
  std::vector<std::string> (*seeds)();
};
inline constexpr NamedEntry kEntries[] = {
    {"market_text", market_text, market_text_seeds},
    {"certificate_text", certificate_text, certificate_text_seeds},
    {"verify", verify, verify_seeds},
    {"scenario_text", scenario_text, scenario_text_seeds},
    {"trace_csv", trace_csv, trace_csv_seeds},
    {"swf", swf, swf_seeds},
    {"run_record", run_record, run_record_seeds},
    {"replay_world", replay_world, replay_world_seeds},
    {"ledger_events", ledger_events, ledger_events_seeds},
    {"journal", journal, journal_seeds},
    {"http", http, http_seeds},
    {"json_text", json_text, json_text_seeds},
    {"credentials", credentials, credentials_seeds},
    {"jwks", jwks, jwks_seeds},
    {"job_file", job_file, job_file_seeds},
    {"settings_file", settings_file, settings_file_seeds},
    {"engine_events", engine_events, engine_events_seeds},
    {"state_snapshot", state_snapshot, state_snapshot_seeds},
    {"exchange_records", exchange_records, exchange_records_seeds},
    {"slurm_answers", slurm_answers, slurm_answers_seeds},
    {"kubernetes_answers", kubernetes_answers, kubernetes_answers_seeds},
    {"hub_answers", hub_answers, hub_answers_seeds}};

}  // namespace tongsuan::fuzz

#include "tongsuan/cli/market_file.h"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "tongsuan/cli/files.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/verdict_text.h"
#include "tongsuan/solver/pool_workers.h"

namespace tongsuan::cli {
namespace {

constexpr std::uint32_t kNamesComparedMax = 200'000;  // longer lists give no suggestions

}  // namespace

Failure faulty_file(const Session& session, Message what, std::string_view path,
                    const codec::FaultList& faults) {
  Failure failure{
      .exit_code = kRejected,
      .code = "invalid-file",
      .what = session.say(what, {shown_name(session, path), std::to_string(faults.count)}),
      .attempt = {},
      .detail = faults.text()};
  if (path != "-" && !faults.listed.empty()) {
    failure.attempt = "sed -n " + std::to_string(std::max(faults.listed.front().line, 1U)) + "p " +
                      shell_word(path);
  }
  return failure;
}

Attempt<Market> read_market_file(const Session& session, std::string_view path) {
  TONGSUAN_TRY(const InputFile file, InputFile::open(session, path));
  codec::ReadReport report =
      codec::read_market(file.bytes(), shown_name(session, path), {.faults_max = kFaultsShownMax});
  if (!report.ok()) return faulty_file(session, Message::kInvalidMarket, path, report.faults);
  return std::move(report.market);
}

Attempt<Certificate> read_certificate_file(const Session& session, std::string_view path,
                                           const Market& market) {
  TONGSUAN_TRY(const InputFile file, InputFile::open(session, path));
  codec::CertificateReport report = codec::read_certificate(
      file.bytes(), shown_name(session, path), market, {.faults_max = kFaultsShownMax});
  if (!report.ok()) return faulty_file(session, Message::kInvalidCertificate, path, report.faults);
  return std::move(report.certificate);
}

market::Verdict verify_round(const Market& market, const Certificate& certificate) {
  return market::verify(market, certificate,
                        solver::PoolWorkers(std::thread::hardware_concurrency()));
}

Attempt<ClearedRound> read_round(const Session& session, std::string_view market_path,
                                 std::string_view certificate_path) {
  TONGSUAN_TRY([[maybe_unused]] const Done checked,
               one_standard_input(session, {market_path, certificate_path}));
  TONGSUAN_TRY(Market market, read_market_file(session, market_path));
  TONGSUAN_TRY(Certificate certificate, read_certificate_file(session, certificate_path, market));
  const market::Verdict verdict = verify_round(market, certificate);
  if (verdict.ok()) return ClearedRound{std::move(market), std::move(certificate)};
  return Failure{
      .exit_code = kNotVerified,
      .code = market::fault_name(verdict.fault),
      .what = session.say(Message::kCertificateRefused,
                          {shown_name(session, certificate_path),
                           market::fault_text(verdict.fault, session.language), verdict.detail}),
      .attempt = "tongsuan verify " + shell_word(market_path) + ' ' + shell_word(certificate_path)};
}

Attempt<Done> one_standard_input(const Session& session,
                                 std::initializer_list<std::string_view> paths) {
  if (std::ranges::count(paths, std::string_view("-")) <= 1) return Done{};
  return usage(session, session.say(Message::kStdinTwice));
}

Attempt<std::uint32_t> find_name(const Session& session, const NameList& names,
                                 std::string_view name, const NotFoundMessages& messages) {
  const std::uint32_t found = names.find_sorted(name);
  if (found != kNone) return found;
  Failure failure{
      .exit_code = kNotFound, .code = messages.code, .what = session.say(messages.plain, {name})};
  if (names.size() <= kNamesComparedMax) {
    std::vector<std::string_view> all;
    for (std::uint32_t i = 0; i < names.size(); ++i) all.push_back(names[i]);
    const std::string_view near = nearest(name, all);
    if (!near.empty()) failure.what = session.say(messages.near, {name, near});
  }
  return failure;
}

Attempt<std::uint32_t> find_order(const Session& session, const Market& market,
                                  std::string_view name) {
  return find_name(session, market.order_names, name,
                   {Message::kUnknownOrder, Message::kUnknownOrderNear, "order-not-found"});
}

}  // namespace tongsuan::cli

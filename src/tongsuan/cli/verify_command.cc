// tongsuan verify: the same function and the same words as tongsuan-verify.
#include <string>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/market_file.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/verdict_text.h"

namespace tongsuan::cli {
namespace {

// A file that cannot be read verifies nothing: exit code 10, whatever is wrong with it.
Failure unreadable(Session& session, bool json, const char* fault, Failure failure) {
  if (json) session.world.out.write(market::unreadable_json(fault, failure.detail) + '\n');
  failure.exit_code = kNotVerified;
  failure.code = fault;
  return failure;
}

}  // namespace

Attempt<int> run_verify(Session& session, const Arguments& arguments) {
  const std::string_view market_path = arguments.positional(0);
  const std::string_view certificate_path = arguments.positional(1);
  const bool json = arguments.text(Option::kFormat) == "json";
  TONGSUAN_TRY([[maybe_unused]] const Done inputs,
               one_standard_input(session, {market_path, certificate_path}));
  TONGSUAN_TRY(const InputFile book_file, InputFile::open(session, market_path));
  TONGSUAN_TRY(const InputFile certificate_file, InputFile::open(session, certificate_path));
  const codec::ReadReport book = codec::read_market(
      book_file.bytes(), shown_name(session, market_path), {.faults_max = kFaultsShownMax});
  if (!book.ok()) {
    return unreadable(session, json, "unreadable-market",
                      faulty_file(session, Message::kInvalidMarket, market_path, book.faults));
  }
  const codec::CertificateReport read =
      codec::read_certificate(certificate_file.bytes(), shown_name(session, certificate_path),
                              book.market, {.faults_max = kFaultsShownMax});
  if (!read.ok()) {
    return unreadable(
        session, json, "unreadable-certificate",
        faulty_file(session, Message::kInvalidCertificate, certificate_path, read.faults));
  }
  const market::Verdict verdict = verify_round(book.market, read.certificate);
  session.world.out.write(
      json ? market::verdict_json(book.market, read.certificate, verdict) + '\n'
           : market::verdict_text(book.market, read.certificate, verdict, session.language));
  return verdict.ok() ? int{kOk} : int{kNotVerified};
}

}  // namespace tongsuan::cli

// tongsuan verify: the same function and the same words as tongsuan-verify.
#include <string>

#include "tongsuan/cli/commands.h"
#include "tongsuan/cli/files.h"
#include "tongsuan/cli/market_file.h"
#include "tongsuan/cli/parse.h"
#include "tongsuan/cli/remote_round.h"
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

// One of the two texts of a round, with its path, or what it is where it is no file.
struct Named {
  std::string_view bytes;
  std::string_view path;
};

Attempt<int> verify_texts(Session& session, bool json, const Named& book_text,
                          const Named& certificate_text) {
  const codec::ReadReport book = codec::read_market(
      book_text.bytes, shown_name(session, book_text.path), {.faults_max = kFaultsShownMax});
  if (!book.ok()) {
    return unreadable(session, json, "unreadable-market",
                      faulty_file(session, Message::kInvalidMarket, book_text.path, book.faults));
  }
  const codec::CertificateReport read =
      codec::read_certificate(certificate_text.bytes, shown_name(session, certificate_text.path),
                              book.market, {.faults_max = kFaultsShownMax});
  if (!read.ok()) {
    return unreadable(
        session, json, "unreadable-certificate",
        faulty_file(session, Message::kInvalidCertificate, certificate_text.path, read.faults));
  }
  const market::Verdict verdict = verify_round(book.market, read.certificate);
  session.world.out.write(
      json ? market::verdict_json(book.market, read.certificate, verdict) + '\n'
           : market::verdict_text(book.market, read.certificate, verdict, session.language));
  return verdict.ok() ? int{kOk} : int{kNotVerified};
}

bool is_round(std::string_view word) {
  return word.size() > 2 && (word[0] == 'R' || word[0] == 'r') && word[1] == '-';
}

}  // namespace

Attempt<int> run_verify(Session& session, const Arguments& arguments) {
  const std::string_view market_path = arguments.positional(0);
  const std::string_view certificate_path = arguments.positional(1);
  const bool json = arguments.text(Option::kFormat) == "json";
  if (certificate_path.empty()) {
    if (!is_round(market_path)) return usage(session, session.say(Message::kVerifyForms));
    TONGSUAN_TRY(const RoundTexts round, fetch_round(session, arguments));
    return verify_texts(session, json, {round.book, round.book_name},
                        {round.certificate, round.certificate_name});
  }
  TONGSUAN_TRY([[maybe_unused]] const Done inputs,
               one_standard_input(session, {market_path, certificate_path}));
  TONGSUAN_TRY(const InputFile book_file, InputFile::open(session, market_path));
  TONGSUAN_TRY(const InputFile certificate_file, InputFile::open(session, certificate_path));
  return verify_texts(session, json, {book_file.bytes(), market_path},
                      {certificate_file.bytes(), certificate_path});
}

}  // namespace tongsuan::cli

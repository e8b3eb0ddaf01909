#include "tongsuan/codec/certificate_text.h"

#include "tongsuan/market/verdict_text.h"

#include "entries.h"
#include "honest_rounds.h"

namespace tongsuan::fuzz {

void certificate_text(std::string_view bytes) {
  if (bytes.empty()) return;
  const std::vector<HonestRound>& rounds = honest_rounds();
  const Market& market = rounds[static_cast<unsigned char>(bytes[0]) % rounds.size()].market;
  bytes.remove_prefix(1);
  const codec::CertificateReport report = codec::read_certificate(bytes, "fuzz", market);
  for (const codec::ReadFault& fault : report.faults.listed) {
    TONGSUAN_CHECK(fault.line > 0 && fault.column > 0 && !fault.problem.empty());
    TONGSUAN_CHECK(codec::to_string(fault).find('\n') == std::string::npos);
  }
  if (!report.ok()) {
    TONGSUAN_CHECK(report.certificate == Certificate());
    return;
  }
  const std::string text = codec::write_certificate(report.certificate, market);
  const codec::CertificateReport again = codec::read_certificate(text, "again", market);
  TONGSUAN_CHECK(again.ok());
  TONGSUAN_CHECK(again.certificate == report.certificate);
  TONGSUAN_CHECK(codec::write_certificate(again.certificate, market) == text);
  const market::Verdict verdict = market::verify(market, report.certificate);
  const std::string said = market::verdict_json(market, report.certificate, verdict);
  TONGSUAN_CHECK(said.find(market::fault_name(verdict.fault)) != std::string::npos);
}

std::vector<std::string> certificate_text_seeds() {
  std::vector<std::string> seeds;
  const std::vector<HonestRound>& rounds = honest_rounds();
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    seeds.push_back(std::string(1, static_cast<char>(i)) +
                    codec::write_certificate(rounds[i].certificate, rounds[i].market));
  }
  return seeds;
}

}  // namespace tongsuan::fuzz

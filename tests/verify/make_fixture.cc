// make_fixture DIRECTORY: writes market.txt, an honest certificate.txt, and certificates that lie,
// for the tests of tongsuan-verify and of its WebAssembly twin.
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/certificate_builder.h"

namespace {

using namespace tongsuan;
using market::testing::SignedRound;

void write(const std::string& path, const std::string& text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  TONGSUAN_CHECK(file != nullptr);
  TONGSUAN_CHECK(std::fwrite(text.data(), 1, text.size(), file) == text.size());
  TONGSUAN_CHECK(std::fclose(file) == 0);
}

std::string text_of(const SignedRound& round) {
  return codec::write_certificate(round.certificate, round.market);
}

}  // namespace

int main(int argc, char** argv) {
  TONGSUAN_CHECK(argc == 2);
  const std::string folder = std::string(argv[1]) + '/';
  const SignedRound honest = market::testing::signed_round();
  write(folder + "market.txt", codec::write_market(honest.market));
  const std::string text = text_of(honest);
  write(folder + "certificate.txt", text);
  write(folder + "torn.txt", text.substr(0, text.size() / 2));
  const std::vector<std::pair<const char*, std::function<void(SignedRound&)>>> lies = {
      {"welfare-mismatch", [](SignedRound& r) { r.certificate.welfare += 1; }},
      {"bound-mismatch", [](SignedRound& r) { r.certificate.bound -= 1; }},
      {"root-mismatch", [](SignedRound& r) { r.certificate.root[0] ^= 1; }},
      {"rent-mismatch", [](SignedRound& r) { r.certificate.rent += 1; }},
      {"totals-mismatch", [](SignedRound& r) { r.certificate.totals[0].paid += 1; }},
      {"precedence", [](SignedRound& r) { r.award("first").start = 2; }},
  };
  for (const auto& [fault, lie] : lies) {
    SignedRound round = honest;
    lie(round);
    write(folder + fault + ".txt", text_of(round));
  }
  return 0;
}

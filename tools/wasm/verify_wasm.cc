// The verifier as WebAssembly: a C interface for JavaScript (see tongsuan_verify.mjs).
//
// JavaScript allocates two blocks with tongsuan_alloc, copies the bytes of the market and of the
// certificate into them, and calls tongsuan_verify. The answer is JSON, ended by a zero byte; it
// stays valid until the next call. A broken invariant traps, which leaves the instance unusable.
#include <cstdlib>
#include <string>
#include <string_view>

#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/verdict_text.h"

#define TONGSUAN_WASM_EXPORT(name) extern "C" __attribute__((export_name(name)))

namespace {

using namespace tongsuan;

std::string verdict_of(std::string_view market_bytes, std::string_view certificate_bytes) {
  const codec::ReadReport book = codec::read_market(market_bytes, "market");
  if (!book.ok()) return market::unreadable_json("unreadable-market", book.faults.text());
  const codec::CertificateReport read =
      codec::read_certificate(certificate_bytes, "certificate", book.market);
  if (!read.ok()) return market::unreadable_json("unreadable-certificate", read.faults.text());
  return market::verdict_json(book.market, read.certificate,
                              market::verify(book.market, read.certificate));
}

std::string answer;  // of the last call

}  // namespace

TONGSUAN_WASM_EXPORT("tongsuan_alloc") void* tongsuan_alloc(std::size_t size) {
  return std::malloc(size == 0 ? 1 : size);
}

TONGSUAN_WASM_EXPORT("tongsuan_free") void tongsuan_free(void* block) {
  std::free(block);
}

TONGSUAN_WASM_EXPORT("tongsuan_verify")
const char* tongsuan_verify(const char* market, std::size_t market_size, const char* certificate,
                            std::size_t certificate_size) {
  answer = verdict_of({market, market_size}, {certificate, certificate_size});
  return answer.c_str();
}

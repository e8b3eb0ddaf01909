#include "tongsuan/import/trace_csv.h"

#include <zlib.h>

#include "tongsuan/base/check.h"
#include "tongsuan/import/gzip.h"

#include "entries.h"
#include "trace_promises.h"

namespace tongsuan::fuzz {
namespace {

// How the bytes behind the plan become text.
enum Packing : std::uint32_t { kPlain, kPacked, kPackHere };

std::string gzip_bytes(std::string_view text) {
  z_stream stream{};
  TONGSUAN_CHECK(deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  // zlib's interface has no const; it does not write to the input.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  TONGSUAN_CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// In two members, as programs that append to a file write them.
void check_packing(std::string_view text) {
  const std::size_t half = text.size() / 2;
  const std::string packed = gzip_bytes(text.substr(0, half)) + gzip_bytes(text.substr(half));
  const Result<std::string> again = imports::unpack_gzip(packed, "fuzz");
  TONGSUAN_CHECK(again.ok() && again.value() == text);
  const Result<std::string> cut =
      imports::unpack_gzip(std::string_view(packed).substr(0, packed.size() - 1), "fuzz");
  TONGSUAN_CHECK(!cut.ok() && cut.error().code == ErrorCode::kCorrupt);
}

}  // namespace

void trace_csv(std::string_view bytes) {
  Program program(bytes);
  const imports::TraceLimits limits = trace_limits(program);
  const std::uint32_t packing = program.byte() % 3;
  std::string text(program.rest());
  if (packing == kPacked) {
    Result<std::string> unpacked = imports::unpack_gzip(text, "fuzz");
    if (!unpacked.ok()) {
      TONGSUAN_CHECK(unpacked.error().code == ErrorCode::kCorrupt);
      TONGSUAN_CHECK(unpacked.error().context.starts_with("fuzz"));
      return;
    }
    text = std::move(unpacked).value();
  } else if (packing == kPackHere) {
    check_packing(text);
  }
  const Result<imports::TraceReading> reading = imports::parse_trace_csv("fuzz", text);
  if (reading.ok()) return check_trace_promises(reading.value(), limits);
  TONGSUAN_CHECK(reading.error().code == ErrorCode::kCorrupt ||
                 reading.error().code == ErrorCode::kLimit);
  TONGSUAN_CHECK(reading.error().context.starts_with("fuzz"));
}

std::vector<std::string> trace_csv_seeds() {
  const std::vector<std::string> texts = {
      "name,submit_s,duration_s,gang,tenant,home,estimate_s,classes,value_yuan\n"
      "a,0,60,8,nlp,guizhou,100,H100|A100|H100,14.5\nb,5,60,1,,,,,\nc,9,70,4,x,shanghai,60,A100,\n"
      "a,9,70,4,,,,,\nd,3,0,4,,,,,\ne,3,1,0,,,,,\nf,3,1,99,,,,,\ng,-3,1,9,,,,,\nh,3,1,,,,,,\n"
      "i,3,1,1,,beijing,,,\nj,3,1,1,,,,B200,\nk,3,1,1,,,,B200|H100,\nl,3,1,1,,,0,,\n"
      "m,3,1,1,,,,,-4\nn,3,1\n\no,900000,1,1,,,,,0.000001\n",
      "\xEF\xBB\xBFgang,home,duration_s,submit_s,name,extra\r\n4,,60,5,\xE4\xBD\x9C-1,\"a "
      "\"\"b\"\",\r\n"
      "c\"\r\n",
      "name,submit_s,duration_s,gang\na,0,1000000000000000000,1\nb,10000000001,1,1\n",
      "name,submit_s,duration_s,gang\na,0,60,1\nb,10,20,1\n", "name,submit_s\n\"a,0\n"};
  std::vector<std::string> seeds;
  for (const std::string& text : texts) {
    seeds.push_back(std::string({char(19), char(kPlain)}) + text);
    seeds.push_back(std::string({char(12), char(kPackHere)}) + text);
    seeds.push_back(std::string({char(0), char(kPacked)}) + gzip_bytes(text));
  }
  return seeds;
}

}  // namespace tongsuan::fuzz

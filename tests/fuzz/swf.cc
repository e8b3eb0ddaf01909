#include "tongsuan/import/swf.h"

#include <algorithm>

#include "tongsuan/base/check.h"
#include "tongsuan/codec/scan.h"

#include "entries.h"
#include "trace_promises.h"

namespace tongsuan::fuzz {

void swf(std::string_view bytes) {
  Program program(bytes);
  const std::uint32_t plan = program.byte();
  const imports::SwfOptions options = {(plan & 1) != 0, (plan & 2) != 0};
  imports::TraceLimits limits = trace_limits(program);
  const Result<imports::SwfTrace> read = imports::parse_swf("fuzz", program.rest(), options);
  if (!read.ok()) {
    TONGSUAN_CHECK(read.error().code == ErrorCode::kCorrupt ||
                   read.error().code == ErrorCode::kLimit);
    TONGSUAN_CHECK(read.error().context.starts_with("fuzz") && !read.error().hint.empty());
    return;
  }
  const imports::SwfTrace& trace = read.value();
  TONGSUAN_CHECK(trace.processors <= kGangMax && trace.unix_start_second >= 0);
  TONGSUAN_CHECK(trace.first_submit_second >= 0);
  TONGSUAN_CHECK(trace.extensions.size() <= trace.reading.jobs.size());
  for (const imports::TraceJob& job : trace.reading.jobs) {
    TONGSUAN_CHECK(codec::valid_name(job.name) && job.gang >= 1 && job.gang <= kGangMax);
    TONGSUAN_CHECK(options.clusters_are_classes || job.classes.empty());
    TONGSUAN_CHECK(std::ranges::all_of(job.classes, codec::valid_name));
    TONGSUAN_CHECK(job.classes.size() <= kClassesMax);
  }
  if ((plan & 4) != 0) limits = imports::swf_limits(trace);
  check_trace_promises(trace.reading, limits);
}

std::vector<std::string> swf_seeds() {
  const std::string head =
      "; Version: 2.2\n;MaxNodes: 64\n; MaxProcs: 100 (of 128)\n; MaxRecords: 9\n"
      "; UnixStartTime: 843480031\n;\n";
  const std::vector<std::string> texts = {
      head +
          "  3 7 5 60 4 -1 -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1\r\n\n; a remark\n"
          "9 57 5 70 4 4.75 -1 8 -1 -1 1 -1 1 -1 -1 -1 -1 -1\n"
          "9 58 5 70 4 4.75 -1 -1 90 -1 1 -1 1 -1 -1 -1 -1 -1\n",
      head +
          "1 0 5 60 4 -1 -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1 {1244,1244} q_2d 1:ppn=2:cl_A100\n"
          "2 0 5 60 4 -1 -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1 {} q 1:cl_A100#excl:cl_H100\n"
          "3 0 5 60 4 -1 -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1 {12\n"
          "4 0 5 60 4 -1 -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1 q\n",
      "1 -5 0 -1 0 -1 -1 0 0 -1 1 7 1 -1 -1 -1 -1 -1\n"
      "2 900000000000000000 5 60 4 x -1 4 100 -1 1 7 1 -1 -1 -1 -1 -1\n"
      "3 9 5 60 4 -1 -1 4 0 -1 1 7 1 -1 -1 -1 -1 -1\n4 1 2\n"};
  std::vector<std::string> seeds;
  for (const std::string& text : texts) {
    for (const char plan : {char(0), char(3), char(7)})
      seeds.push_back(std::string({plan, char(17)}) + text);
  }
  return seeds;
}

}  // namespace tongsuan::fuzz

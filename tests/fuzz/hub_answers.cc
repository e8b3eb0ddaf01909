#include "tongsuan/base/check.h"
#include "tongsuan/hub/http_exchange.h"
#include "tongsuan/hub/local_staging.h"
#include "tongsuan/hub/output_keep.h"
#include "tongsuan/hub/record.h"
#include "tongsuan/hub/times.h"

#include "entries.h"

namespace tongsuan::fuzz {

using namespace tongsuan::hub;

namespace {

void work(std::string_view bytes) {
  const auto page = read_work_page(bytes);
  if (!page.ok()) {
    TONGSUAN_CHECK(!page.error().what.empty() && page.error().kind == TroubleKind::kAway);
    return;
  }
  for (const OutputWant& want : page.value().wanted) {
    TONGSUAN_CHECK(cluster::is_contract(want.contract));
    const cluster::Piece piece = cluster::piece_of(want.extent, 1'000, std::string(10, 'x'));
    TONGSUAN_CHECK(piece.offset + piece.bytes.size() <= 1'000 && piece.offset >= 990);
    TONGSUAN_CHECK(!body_of(want, piece).empty());
  }
  for (const Contract& contract : page.value().contracts) {
    TONGSUAN_CHECK(cluster::is_contract(contract.id));
    // As the agent keeps it.
    Record record;
    record.contract = contract;
    const auto kept = read_record(write_record(record));
    TONGSUAN_CHECK(kept && *kept == record);
  }
}

void row(std::string_view bytes) {
  if (const auto record = read_record(bytes)) {
    TONGSUAN_CHECK(read_record(write_record(*record)) == record);
  }
  if (const auto kept = read_output(bytes))
    TONGSUAN_CHECK(read_output(write_output(*kept)) == kept);
  if (const auto message = read_message(bytes)) {
    TONGSUAN_CHECK(read_message(write_message(*message)) == message);
    TONGSUAN_CHECK(!body_of(*message).empty() && !message_key("hub", *message, 1).empty());
  }
}

void time(std::string_view bytes) {
  const auto read = read_time(bytes);
  if (read && *read >= 0) TONGSUAN_CHECK(read_time(write_time(*read)) == read);
  if (is_inside(bytes)) {
    TONGSUAN_CHECK(bytes.front() != '/' &&
                   ('/' + std::string(bytes) + '/').find("/../") == std::string::npos);
  }
}

}  // namespace

void hub_answers(std::string_view bytes) {
  if (bytes.empty()) return;
  const char what = bytes.front();
  bytes.remove_prefix(1);
  if (what == 'w') work(bytes);
  if (what == 't' && !read_work_text(bytes).ok()) return;
  if (what == 'p' && !read_pools(bytes).ok()) return;
  if (what == 'r') row(bytes);
  if (what == 'd') time(bytes);
}

std::vector<std::string> hub_answers_seeds() {
  Record record;
  record.contract.id = "C-1A";
  record.verdict = Verdict{"failed", "a node failed"};
  record.stretches = {{"7", 100, 150}, {"7", 170, std::nullopt}};
  record.stage_out = {{"out", "s3://out"}};
  const Message message{MessageKind::kMeter, "C-1A", 9, "", "", 100, 160, false};
  return {R"(w{"items":[{"contract":"C-1A","participant":"P-3","class":"h100","nodes":[1,0],)"
          R"("devicesPerNode":8,"from":"2026-12-01T08:00:00+08:00","until":null,)"
          R"("metered":"2026-12-01T00:30:00Z","phase":"running","live":true,"work":true}],)"
          R"("nextPageToken":"x","wanted":[{"contract":"C-1A","stream":"stderr","from":1200}]})",
          R"(t{"script":"#!/bin/sh\n","image":"i","environment":{"A":"1"},"service":"spot",)"
          R"("stageIn":[{"from":"s3://a","to":"in"}],"stageOut":[]})",
          R"(p{"pools":[{"class":"h100","nodes":4,"nodeDevices":8}]})",
          'r' + write_record(record),
          'r' + write_message(message),
          'r' + write_output({1'800'000'000, 1'200, "the end\n"}),
          "d2027-01-15T16:00:00+08:00",
          "din/../../x"};
}

}  // namespace tongsuan::fuzz

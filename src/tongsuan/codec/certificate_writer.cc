// Text of a certificate.
#include <algorithm>
#include <span>

#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/record_writer.h"
#include "tongsuan/codec/runs.h"

namespace tongsuan::codec {
namespace {

class CertificateWriter : RecordWriter {
 public:
  CertificateWriter(const Certificate& certificate, const Market& market)
      : certificate_(certificate), market_(market) {}

  std::string run() {
    out_.reserve(4'096 + certificate_.outcome.awards.size() * 40);
    out_ += "tongsuan-certificate 1\n";
    write_head();
    for (const AccountTotal& total : certificate_.totals) write_total(total);
    for (const Award& award : certificate_.outcome.awards) write_award(award);
    write_flows();
    write_prices();
    write_gangs();
    return finish();
  }

 private:
  void wide(std::string_view field, int128 value) {
    key(field);
    out_ += tongsuan::to_string(value);
  }

  void write_head() {
    begin("market ");
    append_text(out_, certificate_.market);
    key("root");
    out_ += hex(certificate_.root.data(), certificate_.root.size());
    end();
    begin("round ");
    out_ += std::to_string(certificate_.round);
    key("seed");
    out_ += std::to_string(certificate_.seed);
    end();
    begin("proof");
    wide("welfare", certificate_.welfare);
    wide("bound", certificate_.bound);
    if (certificate_.gang_bound != 0) wide("gang-bound", certificate_.gang_bound);
    TONGSUAN_CHECK((certificate_.strengthenings & ~kPresolve) == 0);
    if (certificate_.strengthenings == kPresolve) {
      key("strengthenings");
      out_ += "presolve";
    }
    money("rent", certificate_.rent);
    end();
  }

  void write_total(const AccountTotal& total) {
    begin("account");
    word(market_.account_names[total.account.value]);
    if (total.paid != 0) money("paid", total.paid);
    if (total.received != 0) money("received", total.received);
    end();
  }

  void write_award(const Award& award) {
    begin("award");
    word(market_.order_names[award.order.value]);
    if (award.hub != kNone) {
      key("hub");
      out_ += market_.hub_names[award.hub];
    }
    if (award.start != 0) whole("start", award.start);
    if (award.variant != 0) whole("variant", award.variant);
    if (award.lots != 1) whole("lots", award.lots);
    end();
  }

  // Lines that carry and earn nothing are left out.
  void write_flows() {
    const std::span<const std::int64_t> flows = certificate_.outcome.flows;
    TONGSUAN_CHECK(certificate_.line_rents.size() == market_.lines.size());
    std::size_t at = 0;
    for (std::size_t i = 0; i < market_.lines.size(); ++i) {
      const Line& line = market_.lines[i];
      TONGSUAN_CHECK(flows.size() - at >= line.slots.count());
      const std::span<const std::int64_t> carried = flows.subspan(at, line.slots.count());
      at += carried.size();
      bool idle = true;
      for (const std::int64_t flow : carried) idle = idle && flow == 0;
      const std::int64_t rent = certificate_.line_rents[i];
      if (idle && rent == 0) continue;
      begin("flow");
      word(market_.zone_names[line.from.value]);
      word(market_.zone_names[line.to.value]);
      key("slots");
      append_slots(out_, line.slots);
      if (!idle) {
        key("wh");
        append_runs(out_, carried, 0);
      }
      if (rent != 0) money("rent", rent);
      end();
    }
    TONGSUAN_CHECK(at == flows.size());
  }

  void write_prices() {
    const std::span<const std::int64_t> bound = certificate_.bound_prices;
    const std::span<const std::int64_t> payment = certificate_.payment_prices;
    const std::size_t slots = market_.calendar.slot_count;
    TONGSUAN_CHECK(bound.size() % slots == 0 && payment.size() % slots == 0);
    for (std::size_t at = 0; at < bound.size(); at += slots) {
      write_lane("bound", at / slots);
      append_runs(out_, bound.subspan(at, slots), 6);
      end();
    }
    for (std::size_t at = 0; at < payment.size(); at += slots) {
      write_lane("payment", at / slots);
      const bool same =
          at < bound.size() && std::equal(payment.begin() + static_cast<std::ptrdiff_t>(at),
                                          payment.begin() + static_cast<std::ptrdiff_t>(at + slots),
                                          bound.begin() + static_cast<std::ptrdiff_t>(at));
      if (same) {
        out_ += "bound";
      } else {
        append_runs(out_, payment.subspan(at, slots), 6);
      }
      end();
    }
  }

  void write_lane(std::string_view keyword, std::size_t lane) {
    begin(keyword);
    out_ += ' ';
    append_whole(out_, static_cast<std::int64_t>(lane));
    key("prices");
  }

  // One record per lane and size: prices of one size over the slots are alike, those of one slot
  // are not.
  void write_gangs() {
    const GangPrices& gangs = certificate_.gang_prices;
    if (gangs.sizes.empty()) {
      TONGSUAN_CHECK(gangs.prices.empty());
      return;
    }
    begin("gangs");
    key("sizes");
    for (std::size_t i = 0; i < gangs.sizes.size(); ++i) {
      if (i > 0) out_ += ',';
      append_whole(out_, gangs.sizes[i]);
    }
    end();
    const std::size_t slots = market_.calendar.slot_count;
    const std::size_t size_count = gangs.sizes.size();
    TONGSUAN_CHECK(gangs.prices.size() % (slots * size_count) == 0);
    std::vector<std::int64_t> column(slots);
    for (std::size_t at = 0; at < gangs.prices.size(); at += slots * size_count) {
      for (std::size_t k = 0; k < size_count; ++k) {
        for (std::size_t slot = 0; slot < slots; ++slot) {
          column[slot] = gangs.prices[at + slot * size_count + k];
        }
        begin("gang ");
        append_whole(out_, static_cast<std::int64_t>(at / (slots * size_count)));
        out_ += ' ';
        append_whole(out_, gangs.sizes[k]);
        key("prices");
        append_runs(out_, column, 6);
        end();
      }
    }
  }

  const Certificate& certificate_;
  const Market& market_;
};

}  // namespace

std::string write_certificate(const Certificate& certificate, const Market& market) {
  return CertificateWriter(certificate, market).run();
}

}  // namespace tongsuan::codec

// Sections of words and tables: headline, side by side, reasons, emissions, how to make it again.
#include <algorithm>
#include <array>
#include <cmath>

#include "tongsuan/lab/instance_bounds.h"
#include "tongsuan/lab/internal/replay_page.h"
#include "tongsuan/report/numbers.h"

namespace tongsuan::lab::internal {
namespace {

using report::begin_table;
using report::both_html;
using report::end_table;
using report::escape;
using report::table_row;

std::optional<std::size_t> first_of(const Group& group, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const std::optional<std::size_t> found = group.policy(name)) return found;
  }
  return std::nullopt;
}

std::string signed_text(const Metric& metric, const Estimate& difference) {
  std::string text = estimate_text(metric, difference);
  if (difference.mean > 0) text = '+' + text;
  if (!metric.unit.empty()) text += ' ' + std::string(metric.unit);
  return text;
}

// ---- Headline
// ------------------------------------------------------------------------------------

void write_coupling(ReplayPage& page) {
  const Group& group = page.group;
  const std::optional<std::size_t> coupled = first_of(group, {"market", "pool-value", "pool-fifo"});
  const std::optional<std::size_t> alone = first_of(group, {"silo-easy", "silo-fifo"});
  if (!coupled || !alone) return;
  const Metric& metric = metric_named("utilisation");
  const MetricRow& use = group.row("utilisation");
  const Estimate gain = paired(group, metric, *coupled, *alone);
  if (gain.count == 0) return;
  const MetricRow& bound = group.row("utilisation_bound");
  const bool real = group.seeds.size() < 2 ? gain.mean >= 0.001 : gain.sign() > 0;
  const std::string points = estimate_text(metric, gain);
  const std::string high = figure_text(metric, use.values[*coupled].mean);
  const std::string low = figure_text(metric, use.values[*alone].mean);
  page.out += "<p class=\"lead\">" +
              both(real ? W::kHeadCoupling : W::kHeadNothing,
                   {points, high, group.policies[*coupled], low, group.policies[*alone]});
  if (const Estimate& most = bound.values[*coupled]; most.count > 0) {
    page.out += ' ' + both(W::kHeadBound, {figure_text(*bound.metric, most.mean)});
  }
  const MetricRow& value = group.row("value");
  page.out += ' ' +
              both(W::kHeadCouplingValue, {figure_text(*value.metric, value.values[*coupled].mean),
                                           figure_text(*value.metric, value.values[*alone].mean)}) +
              "</p>\n";
}

// "p95 wait −1.2 ±0.3 h, …" of the metrics on which a policy differs in this direction.
std::string differences(const Group& group, std::size_t policy, int direction, Language language) {
  std::string list;
  for (const MetricRow& row : group.rows) {
    const Estimate& difference = row.differences[policy];
    if (!row.metric->headline || verdict(*row.metric, difference) != direction) continue;
    if (!list.empty()) list += language == Language::kChinese ? "；" : "; ";
    list += words(W::kHeadDifference, language,
                  {metric_title(*row.metric, language), signed_text(*row.metric, difference)});
  }
  return list;
}

void write_market(ReplayPage& page) {
  const Group& group = page.group;
  const std::optional<std::size_t> market = group.policy("market");
  if (group.seeds.size() < 2) {
    page.out += "<p class=\"note\">" + both(W::kHeadOneSeed) + "</p>\n";
    return;
  }
  if (!market || !group.reference || *market == *group.reference) return;
  const auto sentence = [&](Language language) {
    const std::string wins = differences(group, *market, 1, language);
    const std::string losses = differences(group, *market, -1, language);
    const std::string& reference = group.policies[*group.reference];
    return escape((wins.empty() ? words(W::kHeadWinsNothing, language, {reference})
                                : words(W::kHeadWins, language, {reference, wins})) +
                  ' ' +
                  (losses.empty() ? words(W::kHeadLosesNothing, language)
                                  : words(W::kHeadLoses, language, {losses})));
  };
  page.out += "<p class=\"lead second\">" +
              both_html(sentence(Language::kEnglish), sentence(Language::kChinese)) + "</p>\n";
}

// ---- Side by side
// --------------------------------------------------------------------------------

std::string cell_html(const MetricRow& row, std::size_t policy) {
  const Estimate& value = row.values[policy];
  if (value.count == 0) return "–";
  std::string out = figure_text(*row.metric, value.mean);
  if (value.half_width) {
    out += " <span class=\"sub\">±" + figure_text(*row.metric, *value.half_width) + "</span>";
  }
  const int sign = verdict(*row.metric, row.differences[policy]);
  const bool best = row.best && *row.best == policy;
  const char* mark = best ? "●" : sign > 0 ? "▲" : sign < 0 ? "▼" : "";
  const char* style = best || sign > 0 ? "mark good" : "mark bad";
  return out + "<span class=\"" + style + "\">" + mark + "</span>";
}

bool is_there(const MetricRow& row) {
  return std::ranges::any_of(row.values, [](const Estimate& value) { return value.count > 0; });
}

void write_group_table(std::string& out, const Group& group, bool headline) {
  std::vector<std::string> heads = {both(W::kMetricHead), both(W::kUnitHead)};
  for (const std::string& policy : group.policies) heads.push_back(escape(policy));
  if (!headline) heads.push_back(both(W::kMeaning));
  begin_table(out, both(W::kTableTitle), heads, 2);
  for (const MetricRow& row : group.rows) {
    if (!is_there(row) || (headline && !row.metric->headline)) continue;
    std::vector<std::string> cells = {both_titles(*row.metric),
                                      escape(std::string(row.metric->unit))};
    for (std::size_t i = 0; i < group.policies.size(); ++i) cells.push_back(cell_html(row, i));
    if (!headline) {
      cells.push_back("<span class=\"what\">" +
                      both_html(escape(metric_meaning(*row.metric, Language::kEnglish)),
                                escape(metric_meaning(*row.metric, Language::kChinese))) +
                      "</span>");
    }
    table_row(out, cells, 2);
  }
  end_table(out);
}

std::string group_html(const Group& group) {
  return both_html(escape(group_title(group, Language::kEnglish)),
                   escape(group_title(group, Language::kChinese)));
}

void write_group_choice(std::string& out, const ReplayPage& page) {
  const std::vector<Group>& groups = page.input.comparison.groups;
  out += "<style>";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string id = std::to_string(i);
    out += "html:has(#gr" + id + ":checked) .gr" + id + "{display:block}";
  }
  out += "</style>\n<fieldset class=\"chips\"><legend>" + both(W::kChooseGroup) + "</legend>";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const std::string id = "gr" + std::to_string(i);
    out += "<input type=\"radio\" name=\"gr\" id=\"" + id + '"' +
           (&groups[i] == &page.group ? " checked" : "") + "><label for=\"" + id + "\">" +
           group_html(groups[i]) + "</label>";
  }
  out += "</fieldset>\n";
}

// ---- Reasons
// -------------------------------------------------------------------------------------

struct Reason {
  W sentence;
  double IdleReasons::*share;
};
constexpr std::array kReasons = {Reason{W::kReasonNoDemand, &IdleReasons::no_demand},
                                 Reason{W::kReasonPlace, &IdleReasons::wrong_place},
                                 Reason{W::kReasonClass, &IdleReasons::wrong_class},
                                 Reason{W::kReasonFragments, &IdleReasons::fragments},
                                 Reason{W::kReasonHeld, &IdleReasons::held_back},
                                 Reason{W::kReasonDown, &IdleReasons::down}};
constexpr std::size_t kReasonsShown = 3;
constexpr double kReasonMin = 0.0005;  // of device-time: less would show as 0.0 %

struct ReasonShare {
  W sentence = W::kReasonNoDemand;
  double share = 0;
};

std::vector<ReasonShare> largest_reasons(const std::vector<RunRecord>& runs) {
  std::vector<ReasonShare> shares;
  for (const Reason& reason : kReasons) {
    double sum = 0;
    for (const RunRecord& run : runs) sum += run.result.idle.*reason.share;
    sum /= static_cast<double>(runs.size());
    if (sum >= kReasonMin) shares.push_back({reason.sentence, sum});
  }
  std::ranges::stable_sort(shares, std::ranges::greater{}, &ReasonShare::share);
  if (shares.size() > kReasonsShown) shares.resize(kReasonsShown);
  return shares;
}

// ---- Emissions
// -----------------------------------------------------------------------------------

bool draws_power(const Group& group) {
  return std::ranges::any_of(group.row("energy").values,
                             [](const Estimate& value) { return value.mean > 0; });
}

std::string difference_cell(const MetricRow& row, std::size_t policy) {
  const Estimate& difference = row.differences[policy];
  return difference.count == 0 ? "–" : escape(signed_text(*row.metric, difference));
}

// Totals by both methods, and per kWh with the difference: totals grow with the work that is done.
void write_emission_table(ReplayPage& page) {
  const Group& group = page.group;
  static constexpr std::array<std::string_view, 5> kRows = {
      "energy", "emissions_market", "intensity_market", "emissions_location", "intensity_location"};
  const auto compared = [](std::string_view name) { return name.starts_with("intensity"); };
  const std::string difference = both(W::kDifferenceHead, {page.input.comparison.reference});
  std::vector<std::string> heads = {both(W::kPolicyHead)};
  for (const std::string_view name : kRows) {
    const Metric& metric = metric_named(name);
    heads.push_back(both_titles(metric) + "<br>" + escape(metric.unit));
    if (compared(name)) heads.push_back(difference);
  }
  begin_table(page.out, both(W::kEmissionsTitle), heads, 1);
  for (std::size_t i = 0; i < group.policies.size(); ++i) {
    std::vector<std::string> cells = {escape(group.policies[i])};
    for (const std::string_view name : kRows) {
      const MetricRow& row = group.row(name);
      cells.push_back(escape(estimate_text(*row.metric, row.values[i])));
      if (compared(name)) cells.push_back(difference_cell(row, i));
    }
    table_row(page.out, cells, 1);
  }
  end_table(page.out);
}

// Certain where there are intervals; else by the figures themselves.
int direction(const Estimate& difference) {
  if (difference.half_width) return difference.sign();
  return difference.mean > 0 ? 1 : difference.mean < 0 ? -1 : 0;
}

void write_disagreements(ReplayPage& page) {
  const Group& group = page.group;
  if (!group.reference) return;
  const std::string& reference = group.policies[*group.reference];
  const MetricRow& market = group.row("intensity_market");
  const MetricRow& location = group.row("intensity_location");
  bool any = false;
  for (std::size_t i = 0; i < group.policies.size(); ++i) {
    const Estimate& by_market = market.differences[i];
    const Estimate& by_location = location.differences[i];
    if (by_market.count == 0 || direction(by_market) * direction(by_location) >= 0) continue;
    any = true;
    page.out += "<p class=\"note warn\">" +
                both(W::kEmissionsDisagree,
                     {group.policies[i], reference, signed_text(*market.metric, by_market),
                      signed_text(*location.metric, by_location)}) +
                "</p>\n";
  }
  if (!any) page.out += "<p class=\"note\">" + both(W::kEmissionsAgree, {reference}) + "</p>\n";
}

// ---- How to make it again
// ------------------------------------------------------------------------

void write_digests(ReplayPage& page) {
  std::string& out = page.out;
  out += "<details><summary>" + both(W::kFactDigests) + "</summary>\n";
  begin_table(out, both(W::kFactDigests),
              {both(W::kPolicyHead), both(W::kLoadHead), both(W::kWorldHead), both(W::kSeedHead),
               both(W::kEventsHead), both(W::kDigestHead)},
              6);
  for (const Group& group : page.input.comparison.groups) {
    for (const std::vector<RunRecord>& runs : group.runs) {
      for (const RunRecord& run : runs) {
        table_row(out,
                  {escape(run.key.policy), std::to_string(run.key.load_percent) + " %",
                   escape(without_text(run.key.couplings)), std::to_string(run.key.seed),
                   report::grouped(std::to_string(run.result.events)),
                   "<span class=\"mono\">" + escape(run.result.digest) + "</span>"},
                  6);
      }
    }
  }
  end_table(out);
  out += "</details>\n";
}

void write_fact(std::string& out, W name, const std::string& value_html) {
  out += "<dt>" + both(name) + "</dt><dd>" + value_html + "</dd>\n";
}

}  // namespace

void write_headline(ReplayPage& page) {
  page.out += "<div class=\"head\">\n";
  write_coupling(page);
  write_market(page);
  page.out += "</div>\n";
}

void write_tables(ReplayPage& page) {
  page.section("table", both(W::kTableTitle),
               both(W::kTableCaption, {page.input.comparison.reference}));
  std::string& out = page.out;
  const std::vector<Group>& groups = page.input.comparison.groups;
  write_group_choice(out, page);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    out += "<div class=\"panel gr" + std::to_string(i) + "\">\n";
    write_group_table(out, groups[i], true);
    out += "<details><summary>" + both(W::kAllMetrics) + "</summary>\n";
    write_group_table(out, groups[i], false);
    out += "</details>\n</div>\n";
  }
  page.end_section();
}

void write_reasons(ReplayPage& page) {
  const Group& group = page.group;
  page.section("reasons", both(W::kReasonsTitle),
               both(W::kReasonsCaption) + ' ' +
                   both(W::kShownMeans,
                        {std::to_string(group.load_percent), std::to_string(group.seeds.size())}));
  const MetricRow& use = group.row("utilisation");
  page.out += "<div class=\"whys\">\n";
  for (std::size_t i = 0; i < group.policies.size(); ++i) {
    page.out += "<div><h3>" + policy_html(group.policies[i]) + "</h3><p class=\"used\">" +
                both_titles(*use.metric) + ' ' + figure_text(*use.metric, use.values[i].mean) +
                " %</p><ol>";
    const std::vector<ReasonShare> shares = largest_reasons(group.runs[i]);
    for (const ReasonShare& reason : shares) {
      page.out +=
          "<li>" + both(reason.sentence, {figure_text(*use.metric, reason.share)}) + "</li>";
    }
    if (shares.empty()) page.out += "<li>" + both(W::kReasonsNone) + "</li>";
    page.out += "</ol></div>\n";
  }
  page.out += "</div>\n";
  page.end_section();
}

void write_emissions(ReplayPage& page) {
  const Group& group = page.group;
  page.section("emissions", both(W::kEmissionsTitle),
               both(W::kEmissionsCaption) + ' ' +
                   both(W::kShownMeans,
                        {std::to_string(group.load_percent), std::to_string(group.seeds.size())}));
  if (!draws_power(group)) {
    page.out += "<p class=\"note\">" + both(W::kEmissionsNone) + "</p>\n";
    page.end_section();
    return;
  }
  write_emission_table(page);
  write_disagreements(page);
  page.end_section();
}

void write_facts(ReplayPage& page) {
  const Experiment& experiment = page.input.comparison.experiment;
  page.section("facts", both(W::kFactsTitle), both(W::kFactsCaption));
  std::string& out = page.out;
  out += "<dl class=\"facts\">\n";
  write_fact(out, W::kFactCommand, "<code class=\"cmd\">" + escape(page.input.command) + "</code>");
  if (!page.input.instance.origin.empty()) {
    write_fact(out, W::kFactOrigin, escape(page.input.instance.origin));
  }
  write_fact(out, W::kFactScenario,
             "<span class=\"mono\">" + escape(experiment.scenario_digest) + "</span>");
  write_fact(out, W::kFactOptions,
             "<span class=\"mono\">" + escape(experiment.options) + "</span>");
  write_fact(out, W::kFactProgram, "tongsuan " + escape(experiment.program));
  std::string notes;
  for (const std::string& note : page.input.instance.notes) {
    notes += "<li>" + escape(note) + "</li>";
  }
  if (!has_net_bound(page.input.instance)) notes += "<li>" + both(W::kNoNetBound) + "</li>";
  if (!notes.empty()) write_fact(out, W::kFactNotes, "<ul>" + notes + "</ul>");
  out += "</dl>\n";
  write_digests(page);
  page.end_section();
}

}  // namespace tongsuan::lab::internal

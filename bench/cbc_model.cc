#include "cbc_model.h"

#include <algorithm>
#include <cmath>
#include <coin/Cbc_C_Interface.h>
#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "tongsuan/market/evaluate.h"

namespace tongsuan::bench {
namespace {

// Columns of a model that grows by one column at a time.
struct Columns {
  std::vector<int> starts = {0};
  std::vector<int> rows;
  std::vector<double> values;
  std::vector<double> lower, upper, objective;
  std::vector<int> integers;

  void entry(std::uint32_t row, double value) {
    rows.push_back(static_cast<int>(row));
    values.push_back(value);
  }
  // `worth` is what one unit adds to welfare; Cbc minimises its negative.
  void close(double low, double high, double worth) {
    starts.push_back(static_cast<int>(rows.size()));
    lower.push_back(low);
    upper.push_back(high);
    objective.push_back(-worth);
  }
  [[nodiscard]] int count() const { return static_cast<int>(lower.size()); }
};

double yuan(const market::Problem& problem, std::uint32_t row, std::int64_t price) {
  const market::Lane& lane = problem.lanes[row / problem.slot_count];
  return static_cast<double>(price) * static_cast<double>(lane.scale) /
         static_cast<double>(problem.denominator) / 1e6;
}

void add_options(const market::Problem& problem, Columns& columns) {
  std::vector<std::int64_t> use(problem.row_count(), 0);
  const std::uint32_t first_order_row = problem.row_count();
  for (std::uint32_t order = 0; order < problem.orders.size(); ++order) {
    const Span32 choices = problem.orders[order].choices;
    for (std::uint32_t c = choices.begin; c < choices.end; ++c) {
      const market::Choice& choice = problem.choices[c];
      for (Slot start = choice.first; start <= choice.last; ++start) {
        const market::Placement placement{.choice = c, .start = start, .lots = 1};
        columns.entry(first_order_row + order, 1);
        const Span32 legs = problem.bundles[choice.bundle];
        for (std::uint32_t l = legs.begin; l < legs.end; ++l) {
          const market::BundleLeg& leg = problem.bundle_legs[l];
          for (Slot slot = start; slot < start + choice.duration; ++slot) {
            columns.entry(problem.row(leg.lane, slot),
                          static_cast<double>(leg.units * choice.devices));
          }
        }
        if (choice.extra != kNone) {
          const market::Transfer& transfer = problem.transfers[choice.extra];
          for (Slot slot = start - transfer.slots; slot < start; ++slot) {
            columns.entry(problem.row(transfer.lane, slot), static_cast<double>(transfer.rate));
          }
        }
        columns.integers.push_back(columns.count());
        columns.close(
            0, 1, static_cast<double>(market::placement_value(problem, order, placement)) / 1e6);
      }
    }
  }
}

void add_steps(const market::Problem& problem, Columns& columns) {
  for (std::uint32_t row = 0; row < problem.row_count(); ++row) {
    for (std::uint32_t i = problem.supply_begin[row]; i < problem.supply_begin[row + 1]; ++i) {
      const market::SupplyStep& step = problem.supply[i];
      columns.entry(row, -1);
      columns.close(0, static_cast<double>(step.amount), -yuan(problem, row, step.price));
    }
    for (std::uint32_t i = problem.demand_begin[row]; i < problem.demand_begin[row + 1]; ++i) {
      const market::DemandStep& step = problem.demand[i];
      columns.entry(row, 1);
      columns.close(0, static_cast<double>(step.amount), yuan(problem, row, step.price));
    }
  }
}

void add_lines(const market::Problem& problem, Columns& columns) {
  for (const market::LineSlot& line : problem.line_slots) {
    const double tariff = yuan(problem, line.from, line.tariff);
    columns.entry(line.from, 1);
    columns.entry(line.to, -1);
    columns.close(0, static_cast<double>(std::max<std::int64_t>(0, line.max)), -tariff);
    columns.entry(line.from, -1);
    columns.entry(line.to, 1);
    columns.close(0, static_cast<double>(std::max<std::int64_t>(0, -line.min)), -tariff);
  }
}

}  // namespace

CbcResult run_cbc(const market::Problem& problem, double cpu_seconds, int seed) {
  CbcResult result;
  for (const market::ProblemOrder& order : problem.orders) {
    if (order.after != kNone) return result;
  }
  for (const market::Choice& choice : problem.choices) {
    if (choice.bundle == kNone) return result;
  }
  Columns columns;
  add_options(problem, columns);
  add_steps(problem, columns);
  add_lines(problem, columns);
  const std::size_t row_count = problem.row_count() + problem.orders.size();
  std::vector<double> row_lower(row_count, -1e30);
  std::vector<double> row_upper(row_count, 0);
  for (std::size_t row = 0; row < problem.row_count(); ++row) {
    if (problem.lanes[row / problem.slot_count].balance) row_lower[row] = 0;
  }
  std::fill(row_upper.begin() + problem.row_count(), row_upper.end(), 1.0);

  Cbc_Model* model = Cbc_newModel();
  Cbc_setLogLevel(model, 0);
  Cbc_loadProblem(model, columns.count(), static_cast<int>(row_count), columns.starts.data(),
                  columns.rows.data(), columns.values.data(), columns.lower.data(),
                  columns.upper.data(), columns.objective.data(), row_lower.data(),
                  row_upper.data());
  for (const int column : columns.integers) Cbc_setInteger(model, column);
  Cbc_setObjSense(model, 1);
  Cbc_setParameter(model, "randomCbcSeed", std::to_string(seed).c_str());
  Cbc_setParameter(model, "randomSeed", std::to_string(seed).c_str());
  Cbc_setParameter(model, "timeMode", "cpu");
  Cbc_setParameter(model, "seconds", std::to_string(cpu_seconds).c_str());
  const std::clock_t begin = std::clock();
  Cbc_solve(model);
  result.seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  result.columns = static_cast<std::uint64_t>(columns.count());
  result.rows = row_count;
  result.proved = Cbc_isProvenOptimal(model) != 0;
  const double* solution = Cbc_bestSolution(model);
  if (solution != nullptr) {
    for (int column = 0; column < columns.count(); ++column) {
      const auto at = static_cast<std::size_t>(column);
      result.welfare -= solution[column] * columns.objective[at];
    }
  }
  result.bound = -Cbc_getBestPossibleObjValue(model);
  Cbc_deleteModel(model);
  return result;
}

}  // namespace tongsuan::bench

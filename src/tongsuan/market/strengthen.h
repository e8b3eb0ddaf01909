// Presolve as part of the bound: the same book without the starts that no best outcome needs.
//
// A bound over fewer options is lower, and it is as valid as long as some best outcome uses none of
// those left out. What is left out is re-derived from the book by integers alone, so a certificate
// only has to say that this was done. Two reasons, judged for every start of every choice:
//
//   cannot fit   In some slot it asks more of a row than the row could ever have: all supply of the
//                row and all that lines can bring, or all supply of the zones joined by lines.
//   not worth it It is worth at most what its use costs on an otherwise empty book. Supply steps
//                are convex, so what a use adds to the cost never falls when the row fills up:
//                taking the award out of any outcome saves at least that cost, and loses no more.
//
// When that argument breaks, the start stays:
//   - An order that others must follow (`after`) may be worth accepting at a loss, so it is never
//     left out as not worth it.
//   - Profiles that deliver, and profiles in parts, are always kept.
//   - Where somebody delivers (a negative leg), supply has no known total and no known cheapest
//     units: such rows, and zones joined to them by lines, cannot make a use impossible and count
//     as free of cost. If the row must balance, its delivery could not be thrown away either: a
//     choice that uses such a row is never left out as not worth it.
//   - Lines: what a zone uses is traced back, line by line, to the supply steps that feed it, so
//     the cheapest units of all joined zones bound what is saved; tariffs are at least 0 and flows
//     shrink towards 0, which every line allows. On a zone that may throw supply away, a step
//     below zero saves nothing.
#pragma once

#include "tongsuan/market/problem.h"

namespace tongsuan::market {

// The same rows, steps and lines with fewer choices: each run of starts that stays is a choice, so
// a choice may become several or none. For bounds only; awards are looked up in the whole problem.
// dual_bound and gang_bound of the result are upper bounds on the welfare of the whole book.
[[nodiscard]] Problem strengthen(const Problem& problem);

}  // namespace tongsuan::market

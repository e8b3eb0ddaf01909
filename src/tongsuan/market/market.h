// market, floor 2: the rules, exactly. Pure integer arithmetic without threads, files or
// exceptions, so that the same code runs in the exchange, in the stranger's verifier and in a
// browser.
//   canonical.h  one order of every list, and the root hash of a book
//   problem.h    the compiled book: rows and choices
//   evaluate.h   welfare W of an outcome and the dual bound D of prices, in 128-bit integers
//   bounded_book.h  the choices that a bound is over: all, or those that presolve leaves
//   workers.h    who carries out parts of the work; the caller's threads, if it has any
//   payments.h   who pays and receives what; rent
//   ties.h       who wins among orders that the market cannot tell apart
//   verify.h     checks a certificate against a market and names the fault
//   verdict_text.h  a verdict for people and programs
#pragma once

#include "tongsuan/market/canonical.h"
#include "tongsuan/market/evaluate.h"
#include "tongsuan/market/payments.h"
#include "tongsuan/market/problem.h"
#include "tongsuan/market/ties.h"
#include "tongsuan/market/verdict_text.h"
#include "tongsuan/market/verify.h"

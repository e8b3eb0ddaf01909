// report, floor 4: what a cleared round looks like to people and programs.
//   round_view.h    every number of a round, computed once from book, rows and certificate
//   capacity_curve.h  supply and demand steps at one hub
//   table.h         listings as text, JSON, CSV or YAML
//   market_table.h  the round on a terminal
//   html.h          the round as one file for a browser
//   bill.h          what contracts came to, as CSV and as a page for print
//   words.h         every word that people read, in English and Chinese
//
// Everything here only reads: it owns copies of what it shows and changes nothing. The same input
// gives the same bytes on every machine: numbers are integers up to the last division, and drawings
// use only correctly rounded operations.
#pragma once

#include "tongsuan/report/bill.h"
#include "tongsuan/report/capacity_curve.h"
#include "tongsuan/report/html.h"
#include "tongsuan/report/market_table.h"
#include "tongsuan/report/round_view.h"
#include "tongsuan/report/table.h"
#include "tongsuan/report/words.h"

// codec, floor 2: text formats of the domain's values, strict and exact. Bytes in, values out: no
// files, no clocks, no floating point, so the same readers run in the exchange, in the stranger's
// verifier and in a browser.
//   market_text.h       a market (docs/formats/market.md)
//   certificate_text.h  a certificate of a clearing (docs/formats/certificate.md)
//   fault.h             what is wrong with a file, in terms of the file
//
// How a file is read. The frame (frame.h) sees to its first and last line. The scanner (scan.h)
// cuts lines into a keyword, names and key=value fields, without copies. Handlers turn fields into
// numbers (values.h, runs.h) and names into ids (interner.h). A fault is named by a view into the
// bytes; fault_log.h works out line, column and field from it. Reading goes on after a fault, so
// that one run shows them all, and then gives nothing but faults.
#pragma once

#include "tongsuan/codec/certificate_text.h"
#include "tongsuan/codec/fault.h"
#include "tongsuan/codec/market_text.h"

// import, floor 3: public data as markets. docs/importers.md says for users what is real in each of
// them and what is assumed.
//   trace_job.h      jobs and nodes of the Philly, PAI and openb traces, in one form
//   swf.h            jobs of logs in the Standard Workload Format
//   trace_csv.h      jobs in Tongsuan's own format (docs/formats/trace.md)
//   trace_summary.h  what was read, dropped and changed, and why
//   trace_check.h    the one place that judges jobs against a world
//   job_market.h     markets of such jobs, with seeded values and deadlines
//   clearing_case.h  the published clearing cases, exactly
//   energy_profiles.h  output of plants by the hour, and lines between provinces
//   italy.h          the order book of the Italian day-ahead market
//   italy_market.h   a day of it as a market
//   csv.h, gzip.h    the readers underneath
//
// Model. Readers turn files into plain values; makers turn values into a canonical Market that
// codec::write_market writes and market::compile accepts. Makers touch no files and read no clock:
// the same values, options and seed give the same bytes on every machine. Faults of files name
// file, line, column, value and what was expected, and nothing is repaired without being said.
// Ownership. Every result owns its data.
#pragma once

#include "tongsuan/import/clearing_case.h"
#include "tongsuan/import/energy_profiles.h"
#include "tongsuan/import/italy.h"
#include "tongsuan/import/italy_market.h"
#include "tongsuan/import/job_market.h"
#include "tongsuan/import/swf.h"
#include "tongsuan/import/trace_check.h"
#include "tongsuan/import/trace_csv.h"
#include "tongsuan/import/trace_job.h"
#include "tongsuan/import/trace_summary.h"

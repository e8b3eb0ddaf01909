// hub, floor 6: the agent beside one cluster, which makes true there what the exchange decided.
//   exchange_port.h    what agent and exchange say to each other
//   spool.h            what must not be forgotten: rows that change together
//   staging.h          folders of contracts, and data in and out
//   patient_reader.h   reads of files that nobody waits for longer than a moment
//   agent.h            the core: one step after the other, without clock, socket or file
//   record.h           one contract and its stages
//   memory.h           the spool's rows in memory, messages among them
//   metering.h         which seconds were delivered
//   node_book.h        which node stands at which position
//   output_keep.h      the ends of what jobs have said, after their folders are gone
//   http_exchange.h    the exchange over HTTP
//   times.h            times as the exchange writes them
//
// Model. The agent connects outwards only. It pulls the contracts of its hub, runs each as one job,
// tells what was delivered, and goes on with what it knows while the exchange is away.
// docs/hub-agent.md says what it promises.
#pragma once

#include "tongsuan/hub/agent.h"
#include "tongsuan/hub/exchange_port.h"
#include "tongsuan/hub/spool.h"
#include "tongsuan/hub/staging.h"

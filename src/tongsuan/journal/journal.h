// journal, floor 4: what makes an acknowledged command permanent.
//   port.h              the interface, which is also the seam for simulation
//   batch.h             what is appended; its bytes and its chain of hashes
//   snapshot.h          states to begin recovery from
//   head.h              the signed head, kept elsewhere, which shows a cut end
//   embedded_journal.h  one machine: SQLite in a folder
//   recovery.h          checking and repairing a folder
//   reader.h            a second look at a journal, beside whoever writes it
//   failure.h           what can go wrong, and what the caller has to do then
//   sim_journal.h       a journal in memory with failures on demand
//   sim_disk.h          a disk in memory that loses what was not synced; sim_vfs.h puts SQLite on
//   it
//
// Model. A journal is a list of batches, a few snapshots, and blobs by hash. Events, states and
// blobs are bytes to this module: it knows no engine and no ledger. One process owns a journal; a
// newer owner fences an older one by its epoch. docs/journal.md says what is promised and what is
// lost in which failure; docs/formats/journal.md has every byte.
#pragma once

#include "tongsuan/journal/embedded_journal.h"
#include "tongsuan/journal/port.h"
#include "tongsuan/journal/reader.h"
#include "tongsuan/journal/recovery.h"

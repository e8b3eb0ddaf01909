// base, floor 0: what every module may use and nothing about markets.
//   check.h      invariants, on in release           result.h    errors as values
//   quantity.h   typed int64 quantities              strong_id.h index spaces as types
//   int128.h     128-bit sums, decimal text          random.h    seeded random numbers
//   sha256.h     the one hash function               text.h      small text helpers
//   bytes.h      numbers as bytes
#pragma once

#include "tongsuan/base/bytes.h"
#include "tongsuan/base/check.h"
#include "tongsuan/base/int128.h"
#include "tongsuan/base/quantity.h"
#include "tongsuan/base/random.h"
#include "tongsuan/base/result.h"
#include "tongsuan/base/sha256.h"
#include "tongsuan/base/strong_id.h"
#include "tongsuan/base/text.h"

// The canonical form of a market and the root hash over it.
#pragma once

#include "tongsuan/base/result.h"
#include "tongsuan/base/sha256.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::market {

// Sorts every list by name and renumbers every id, drops unused pool entries and repacks the pools
// in list order, so that markets that differ only in the order of their lines become equal.
// Requires a market whose references are valid and whose names are unique within each list.
void canonicalise(Market& market);

// SHA-256 root of a canonical market: a header leaf over everything but the orders, then one leaf
// per order over its canonical bytes and name, combined by a binary Merkle tree (RFC 6962 rules:
// leaf and node hashes are prefixed by 0x00 and 0x01, the left subtree is the largest power of two).
// See docs/formats/market.md.
[[nodiscard]] Digest root(const Market& market);

}  // namespace tongsuan::market

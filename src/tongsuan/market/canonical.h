// The canonical form of a market, the root hash over it, and proofs that an order is in a book.
//
// Model. A book is a sequence of leaves: leaf 0 is everything but the orders, leaf i + 1 is order
// i. The root is the Merkle tree hash of RFC 6962 over SHA-256: leaves are hashed behind a byte
// 0x00, pairs behind a byte 0x01, and the last one of an odd row moves up as it is. So one order is
// proved to be in a book by some twenty hashes, without showing any other order.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/base/sha256.h"
#include "tongsuan/domain/canonical.h"
#include "tongsuan/domain/market.h"

namespace tongsuan::market {

// Sorts every list by name and renumbers every id, drops unused pool entries and repacks the pools
// in list order, so that markets that differ only in the order of their lines become equal.
// Requires a market whose references are valid and whose names are unique within each list.
using tongsuan::canonicalise;

// SHA-256 root of a canonical market. See docs/formats/market.md, "Root".
[[nodiscard]] Digest root(const Market& market);

// The bytes of leaf 0 and of an order's leaf.
[[nodiscard]] std::string book_bytes(const Market& market);
[[nodiscard]] std::string order_bytes(const Market& market, OrderId order);

struct InclusionProof {
  std::uint64_t leaf = 0;        // position of the leaf: 1 + the position of the order
  std::uint64_t leaf_count = 0;  // 1 + the number of orders
  std::vector<Digest> path;      // the hashes beside the way from the leaf to the root
  friend bool operator==(const InclusionProof&, const InclusionProof&) = default;
};

// The whole tree of a canonical market, for proofs of many orders: 64 bytes per order.
class BookTree {
 public:
  explicit BookTree(const Market& market);
  [[nodiscard]] const Digest& root() const { return levels_.back().front(); }
  [[nodiscard]] InclusionProof prove(OrderId order) const;

 private:
  std::vector<std::vector<Digest>> levels_;  // leaves first; the last level is the root
};

// True when a leaf with these bytes is in the book with this root, at the place that the proof
// says.
[[nodiscard]] bool includes(const Digest& root, std::string_view leaf_bytes,
                            const InclusionProof& proof);

}  // namespace tongsuan::market

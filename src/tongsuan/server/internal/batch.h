// Batches of orders whose answers are due. Owns them, so that those that a stopped node never
// answers are given back at the end.
#pragma once

#include <map>
#include <memory>
#include <mutex>

#include "tongsuan/net/reply.h"

namespace tongsuan::server::internal {

class Batch;

class Batches {
 public:
  Batches();
  ~Batches();
  [[nodiscard]] Batch& make(net::Reply reply, std::size_t count);
  void remove(Batch* batch);

 private:
  std::mutex mutex_;
  std::map<Batch*, std::unique_ptr<Batch>> batches_;
};

}  // namespace tongsuan::server::internal

// Idempotency-Keys that have not been answered, one small file each.
//
// A time-out is "unknown": the request may have happened. So its key stays on disk, and the same
// request asked again takes it up and happens once. What makes requests the same is for the caller
// to say: the file of a job, not the body with a price of the minute. So the body stands in the
// file too, and the one that was sent first is sent again.
//
// A key belongs to one process at a time, which holds a lock on its file: two processes that ask
// for the same at once mean two things. The lock goes with the process, however it ends.
#pragma once

#include <string>
#include <string_view>

#include "tongsuan/base/result.h"

namespace tongsuan::remote {

class PendingKey {
 public:
  // `folder` is made where it is missing; empty: the key is kept in memory only. `request` is
  // everything that makes the request what it is.
  [[nodiscard]] static Result<PendingKey> take(const std::string& folder, std::string_view request,
                                               std::string_view body);
  PendingKey(PendingKey&& other) noexcept;
  PendingKey& operator=(PendingKey&&) = delete;
  PendingKey(const PendingKey&) = delete;
  PendingKey& operator=(const PendingKey&) = delete;
  ~PendingKey();  // keeps the file

  [[nodiscard]] const std::string& key() const { return key_; }
  // To be sent with it.
  [[nodiscard]] const std::string& body() const { return body_; }
  // Whether it was there: an earlier request was not answered.
  [[nodiscard]] bool resumed() const { return resumed_; }
  // The file goes.
  void answered();

 private:
  PendingKey() = default;

  std::string key_, path_, body_;
  int file_ = -1;
  bool resumed_ = false;
};

}  // namespace tongsuan::remote

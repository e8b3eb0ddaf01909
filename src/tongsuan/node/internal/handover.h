// What one thread makes and another uses, in order: a bounded queue that wakes seldom.
//
// Model. The maker waits when `most` items wait, until half of them are gone; the user waits until
// `wake` have come, or the maker has closed. What the user has used goes back for its memory.
// One maker, one user.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace tongsuan::node::internal {

template <class Item>
class Handover {
 public:
  struct Rules {
    std::size_t most = 64;
    std::size_t wake = 4;  // at most half of `most`
  };
  explicit Handover(Rules rules) : rules_(rules) {}

  // ---- The maker
  // One that was used before, if there is any; its content is whatever it was.
  [[nodiscard]] Item spare() {
    const std::lock_guard lock(mutex_);
    if (spares_.empty()) return Item();
    Item item = std::move(spares_.back());
    spares_.pop_back();
    return item;
  }
  // False when the user has left: nobody wants more.
  [[nodiscard]] bool push(Item item) {
    std::unique_lock lock(mutex_);
    if (items_.size() >= rules_.most) {
      changed_.wait(lock, [&] { return items_.size() <= rules_.most / 2 || left_; });
    }
    if (left_) return false;
    items_.push_back(std::move(item));
    if (items_.size() == rules_.wake) changed_.notify_all();
    return true;
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }

  // ---- The user
  // Takes all that has come, and gives back what `items` holds. False: that was all.
  [[nodiscard]] bool take(std::vector<Item>& items) {
    std::unique_lock lock(mutex_);
    for (Item& item : items) spares_.push_back(std::move(item));
    items.clear();
    changed_.wait(lock, [&] { return items_.size() >= rules_.wake || closed_; });
    items.swap(items_);
    changed_.notify_all();
    return !items.empty();
  }
  void leave() {
    const std::lock_guard lock(mutex_);
    left_ = true;
    changed_.notify_all();
  }

 private:
  const Rules rules_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Item> items_, spares_;
  bool closed_ = false, left_ = false;
};

}  // namespace tongsuan::node::internal

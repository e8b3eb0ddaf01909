// Reads of files by somebody who cannot wait for them.
//
// Model. A file system of a network may hang for hours, and whoever reads there hangs with it. One
// thread does that; the asker waits for a short time and then goes on. While an old read hangs, a
// new one is not begun: all files lie on the same file system. One asker at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "tongsuan/base/result.h"
#include "tongsuan/cluster/cluster.h"

namespace tongsuan::hub {

class PatientReader {
 public:
  using Outcome = Result<cluster::Piece, std::string>;
  explicit PatientReader(std::chrono::milliseconds patience);
  PatientReader(const PatientReader&) = delete;
  PatientReader& operator=(const PatientReader&) = delete;
  // Leaves a read that hangs to itself: `what` has to own all that it uses.
  ~PatientReader();

  // kNoAnswer (staging.h) where it takes longer.
  [[nodiscard]] Outcome read(std::function<Outcome()> what);

 private:
  struct State;
  static void work(const std::shared_ptr<State>& state);

  std::chrono::milliseconds patience_;
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace tongsuan::hub

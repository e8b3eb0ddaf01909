// What the tests of both kinds of clusters share.
#pragma once

#include <chrono>
#include <gtest/gtest.h>
#include <string>

#include "tongsuan/cluster/cluster.h"

namespace tongsuan::cluster {

inline constexpr std::chrono::milliseconds kPatient{20'000}, kImpatient{100};

inline UnixSecond now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

template <class T>
FaultKind kind(const Answer<T>& answer) {
  EXPECT_FALSE(answer.ok());
  return answer.ok() ? FaultKind::kUnfit : answer.error().kind;
}
template <class T>
std::string what(const Answer<T>& answer) {
  return answer.ok() ? "" : answer.error().what;
}

}  // namespace tongsuan::cluster

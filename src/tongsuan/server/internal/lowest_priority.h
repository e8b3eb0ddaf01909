// For threads that take what others leave of the processors.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace tongsuan::server::internal {

// Of the calling thread alone. Where that is refused it runs like the others.
inline void take_lowest_priority() {
  constexpr int kLowestPriority = 19;
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kLowestPriority);
}

}  // namespace tongsuan::server::internal

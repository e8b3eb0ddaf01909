#include "tongsuan/hub/metering.h"

#include <algorithm>

namespace tongsuan::hub {

bool merge(std::vector<Stretch>& stretches, const std::vector<cluster::Segment>& segments) {
  bool changed = false;
  for (const cluster::Segment& segment : segments) {
    const auto same = std::ranges::find_if(stretches, [&](const Stretch& one) {
      return one.job == segment.job && one.start == segment.start;
    });
    if (same == stretches.end()) {
      if (stretches.size() == kStretchesMax) continue;
      stretches.push_back({segment.job, segment.start, segment.end});
      changed = true;
    } else if (segment.end && same->end != segment.end) {
      same->end = segment.end;
      changed = true;
    }
  }
  if (changed) std::ranges::stable_sort(stretches, {}, &Stretch::start);
  return changed;
}

bool end_earlier(std::vector<Stretch>& stretches, UnixSecond seen) {
  bool changed = false;
  for (std::size_t i = 0; i + 1 < stretches.size(); ++i) {
    Stretch& stretch = stretches[i];
    if (stretch.end) continue;
    stretch.end = std::clamp(seen, stretch.start, stretches[i + 1].start);
    changed = true;
  }
  return changed;
}

std::vector<Span> delivered(const std::vector<Stretch>& stretches, const Meter& meter) {
  std::vector<Span> spans;
  UnixSecond mark = meter.mark;
  for (const Stretch& stretch : stretches) {
    const UnixSecond begin = std::max(mark, stretch.start + meter.offset);
    const UnixSecond end =
        stretch.end ? std::min(meter.limit, *stretch.end + meter.offset) : meter.limit;
    if (begin >= end) continue;
    // Of one that goes on where the last one ended: told in one.
    if (!spans.empty() && spans.back().end == begin) {
      spans.back().end = end;
    } else {
      spans.push_back({begin, end});
    }
    mark = end;
  }
  return spans;
}

std::int64_t overrun(const std::vector<Stretch>& stretches, std::int64_t offset, UnixSecond end) {
  std::int64_t seconds = 0;
  UnixSecond mark = end;
  for (const Stretch& stretch : stretches) {
    if (!stretch.end) continue;
    const UnixSecond begin = std::max(mark, stretch.start + offset);
    const UnixSecond until = *stretch.end + offset;
    if (begin >= until) continue;
    seconds += until - begin;
    mark = until;
  }
  return seconds;
}

}  // namespace tongsuan::hub

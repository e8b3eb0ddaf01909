// A bare number does not index zones.
#include "tongsuan/domain/market.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
const Zone& zone(const IndexedVector<ZoneId, Zone>& zones) {
  return zones[0U];
}
#else
const Zone& zone(const IndexedVector<ZoneId, Zone>& zones) {
  return zones[ZoneId{0}];
}
#endif

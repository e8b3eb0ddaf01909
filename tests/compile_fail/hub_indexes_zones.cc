// The id of a hub does not index zones.
#include "tongsuan/domain/market.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
const Zone& zone(const IndexedVector<ZoneId, Zone>& zones, HubId id) {
  return zones[id];
}
#else
const Zone& zone(const IndexedVector<ZoneId, Zone>& zones, ZoneId id) {
  return zones[id];
}
#endif

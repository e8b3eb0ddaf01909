// Ids of two kinds are not compared.
#include "tongsuan/domain/market.h"

using namespace tongsuan;

#ifdef TONGSUAN_BAD
bool same(HubId hub, ZoneId zone) {
  return hub == zone;
}
#else
bool same(HubId hub, HubId other) {
  return hub == other;
}
#endif

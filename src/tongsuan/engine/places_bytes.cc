#include "tongsuan/engine/internal/order_bytes.h"
#include "tongsuan/engine/snapshot.h"

namespace tongsuan::engine {
namespace {

class PlacesWriter : private internal::Writer {
 public:
  using Writer::Writer;

  void places(const Places& places) {
    for (const NameList* names :
         {&places.hub_names, &places.class_names, &places.zone_names, &places.account_names}) {
      number(names->size());
      for (std::uint32_t i = 0; i < names->size(); ++i) text((*names)[i]);
    }
    each(places.hubs);
    each(places.classes);
    each(places.zones);
    each(places.accounts);
    each(places.pools);
    each(places.links);
    each(places.data_sets);
  }

 private:
  template <class Items>
  void each(const Items& items) {
    number(std::uint64_t{items.size()});
    for (const auto& item : items) one(item);
  }
  void text(std::string_view value) {
    number(std::uint64_t{value.size()});
    for (const char letter : value) byte(static_cast<std::uint8_t>(letter));
  }
  void one(const Hub& hub) {
    text(hub.title_en);
    text(hub.title_zh);
    text(hub.region);
    number(static_cast<std::uint32_t>(hub.latitude_micro));
    number(static_cast<std::uint32_t>(hub.longitude_micro));
    number(hub.pue_milli);
    number(hub.power_zone);
    number(hub.green_zone);
  }
  void one(const AcceleratorClass& each) {
    number(each.watts);
    number(each.node_devices);
  }
  void one(const Zone& zone) {
    byte(static_cast<std::uint8_t>(zone.commodity));
    byte(static_cast<std::uint8_t>(zone.disposal));
  }
  void one(const Account& account) { number(account.home); }
  void one(const Pool& pool) {
    number(pool.hub.value);
    number(pool.accelerator.value);
    number(pool.nodes);
    number(pool.node_devices);
    number(pool.ask.raw());
  }
  void one(const DataLink& link) {
    number(link.from.value);
    number(link.to.value);
    number(link.mb_per_second);
    number(link.price.raw());
  }
  void one(const DataCopy& copy) {
    number(copy.size_mb);
    number(std::uint64_t{copy.replicas.size()});
    for (const HubId hub : copy.replicas) number(hub.value);
  }
};

}  // namespace

Digest places_digest(const Places& places) {
  std::string bytes;
  PlacesWriter(bytes).places(places);
  return sha256(bytes);
}

}  // namespace tongsuan::engine

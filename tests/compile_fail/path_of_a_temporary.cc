// A path points to its parent, which must outlive it.
#include "tongsuan/json/object_reader.h"

std::string pointer() {
  const tongsuan::json::Path document;
#ifdef TONGSUAN_BAD
  const tongsuan::json::Path orders(tongsuan::json::Path(), "orders");
#else
  const tongsuan::json::Path orders(document, "orders");
#endif
  return orders.pointer();
}

// Orders and contracts one by one: everything that the exchange says of them.
//
// For people each member of the object on a line, lists of objects as tables, and what belongs to
// it beside: nothing is left out because this program does not know it. Programs get the object of
// the exchange. Where columns, filters or a format of rows are wanted, each item is a row of the
// listing that it is of.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tongsuan/cli/remote_listing.h"

namespace tongsuan::cli {

struct RelatedListing {
  Message title;
  std::string target;  // the id comes behind it
  std::span<const JsonColumn> columns;
};

struct ItemView {
  const RemoteListing* listing = nullptr;  // that it is of
  std::string_view prefix;                 // of its id
  std::size_t first = 0;                   // argument that is an id, as all behind it are
  RelatedListing related;
  std::string_view parts = {};  // a member of ids of the same kind
};

Attempt<int> show_items(Session& session, const Arguments& arguments, const ItemView& view);

[[nodiscard]] std::span<const JsonColumn> contract_columns();

}  // namespace tongsuan::cli

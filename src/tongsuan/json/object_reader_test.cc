#include "tongsuan/json/object_reader.h"

#include <gtest/gtest.h>

#include "tongsuan/json/document.h"

namespace tongsuan::json {
namespace {

constexpr std::array<std::string_view, 2> kKinds = {"block", "curve"};

struct Order {
  std::string_view name;
  std::int64_t devices = 0;
  std::int64_t limit = 0;
  std::optional<std::int64_t> slots;
  std::optional<bool> elastic;
  std::size_t kind = 0;
  std::vector<std::string_view> hubs;
};

Order read_order(const Value& value, const Path& path, Faults& faults) {
  ObjectReader reader(value, path, faults);
  Order order;
  order.name = reader.text("name", {.bytes_max = 8});
  order.devices = reader.integer("devices", {.min = 1, .max = 100});
  order.limit = reader.decimal("limit", 6, {.min = 0, .max = 1'000'000'000});
  order.slots = reader.optional_integer("slots");
  order.elastic = reader.optional_truth("elastic");
  order.kind = reader.choice("kind", kKinds);
  for (const Value hub : reader.optional_array("hubs", 2)) {
    order.hubs.push_back(hub.as_text().ok() ? hub.as_text().value() : "?");
  }
  reader.finish();
  return order;
}

std::string faults_of(std::string_view text) {
  Document document;
  const Result<Value> root = document.parse(text);
  if (!root.ok()) return root.error().context;
  Faults faults;
  const Path all;
  const Path orders(all, "orders");
  read_order(root.value(), Path(orders, 3), faults);
  return faults.text();
}

constexpr std::string_view kGood =
    R"({"name":"o-1","devices":8,"limit":"14.5","kind":"curve","elastic":true,"hubs":["a","b"]})";

TEST(ObjectReader, ReadsFieldsInAnyOrder) {
  for (const std::string_view text :
       {kGood, std::string_view(R"({"hubs":["a","b"],"kind":"curve","elastic":true,"limit":"14.5",)"
                                R"("devices":8,"name":"o-1"})")}) {
    Document document;
    Faults faults;
    const Order order = read_order(document.parse(text).value(), Path(), faults);
    EXPECT_TRUE(faults.empty()) << faults.text();
    EXPECT_EQ(order.name, "o-1");
    EXPECT_EQ(order.devices, 8);
    EXPECT_EQ(order.limit, 14'500'000);
    EXPECT_EQ(order.slots, std::nullopt);
    EXPECT_EQ(order.elastic, true);
    EXPECT_EQ(order.kind, 1U);
    EXPECT_EQ(order.hubs, (std::vector<std::string_view>{"a", "b"}));
  }
}

TEST(ObjectReader, SaysEverythingThatIsWrongAtOnce) {
  EXPECT_EQ(faults_of(R"({"devices":1.0,"limit":14.5,"kind":"bloc","slots":null,"a/b~":1})"),
            "/orders/3/name: is missing; "
            "/orders/3/devices: must be a whole number, not a number with a fraction or an "
            "exponent; "
            "/orders/3/limit: must be a decimal number in quotes with at most 6 digits after the "
            "point, such as \"14.5\"; "
            "/orders/3/slots: must be a whole number, not null; "
            "/orders/3/kind: must be one of \"block\", \"curve\"; "
            "/orders/3/a~1b~0: there is no such member");
}

TEST(ObjectReader, HoldsValuesToTheirLimits) {
  const auto one = [](std::string_view name, std::string_view devices, std::string_view limit,
                      std::string_view more = "") {
    return faults_of(R"({"name":)" + std::string(name) + R"(,"devices":)" + std::string(devices) +
                     R"(,"limit":)" + std::string(limit) + R"(,"kind":"block")" +
                     std::string(more) + "}");
  };
  EXPECT_EQ(one("\"n\"", "1", "\"0\""), "");
  EXPECT_EQ(one("\"\"", "1", "\"0\""), "/orders/3/name: has 0 bytes, must have 1 to 8");
  EXPECT_EQ(one("\"123456789\"", "1", "\"0\""), "/orders/3/name: has 9 bytes, must have 1 to 8");
  EXPECT_EQ(one("7", "1", "\"0\""), "/orders/3/name: must be a text, not a whole number");
  EXPECT_EQ(one("\"n\"", "0", "\"0\""), "/orders/3/devices: is 0, must be from 1 to 100");
  EXPECT_EQ(one("\"n\"", "101", "\"0\""), "/orders/3/devices: is 101, must be from 1 to 100");
  EXPECT_EQ(one("\"n\"", "18446744073709551615", "\"0\""), "/orders/3/devices: is too large");
  EXPECT_EQ(one("\"n\"", "\"1\"", "\"0\""),
            "/orders/3/devices: must be a whole number, not a text");
  EXPECT_EQ(one("\"n\"", "1", "\"1000.000001\""),
            "/orders/3/limit: is \"1000.000001\", must be from \"0\" to \"1000\"");
  EXPECT_NE(one("\"n\"", "1", "\"1.0000001\""), "");
  EXPECT_NE(one("\"n\"", "1", "\"NaN\""), "");
  EXPECT_NE(one("\"n\"", "1", "\"1e3\""), "");
  EXPECT_EQ(one("\"n\"", "1", "\"0\"", R"(,"hubs":["a","b","c"])"),
            "/orders/3/hubs: has 3 items, at most 2");
  EXPECT_EQ(one("\"n\"", "1", "\"0\"", R"(,"hubs":{})"),
            "/orders/3/hubs: must be an array, not an object");
  EXPECT_EQ(one("\"n\"", "1", "\"0\"", R"(,"elastic":1)"),
            "/orders/3/elastic: must be true or false, not a whole number");
}

TEST(ObjectReader, TakesObjectsOnlyAndNotTooLarge) {
  EXPECT_EQ(faults_of("[]"), "/orders/3: must be an object, not an array");
  EXPECT_EQ(faults_of("null"), "/orders/3: must be an object, not null");
  std::string text = "{";
  for (int i = 0; i < 65; ++i) text += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":0";
  EXPECT_EQ(faults_of(text + '}'), "/orders/3: has 65 members, at most 64");
  EXPECT_EQ(faults_of("{}").substr(0, 29), "/orders/3/name: is missing; /");
}

TEST(ObjectReader, TellsSoManyFaultsAndCountsTheOthers) {
  std::string text(kGood.substr(0, kGood.size() - 1));
  for (int i = 0; i < 25; ++i) text += ",\"x" + std::to_string(i) + "\":0";
  const std::string faults = faults_of(text + '}');
  EXPECT_TRUE(faults.ends_with("/orders/3/x19: there is no such member; and 5 more")) << faults;
}

TEST(ObjectReader, ToleratesUnknownMembersWhereItIsNotFinished) {
  Document document;
  Faults faults;
  ObjectReader reader(document.parse(R"({"a":1,"new":2})").value(), Path(), faults);
  EXPECT_EQ(reader.integer("a"), 1);
  EXPECT_FALSE(reader.optional_member("b").has_value());
  EXPECT_TRUE(reader.member("new").has_value());
  EXPECT_TRUE(faults.empty());
}

}  // namespace
}  // namespace tongsuan::json

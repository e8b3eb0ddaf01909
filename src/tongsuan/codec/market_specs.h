// Which records there are and which fields they have. Positions are the constants beside the lists.
#pragma once

#include <array>

#include "tongsuan/codec/scan.h"

namespace tongsuan::codec {

inline constexpr bool kRequired = true;

enum : std::size_t { kMarketCurrency };
inline constexpr std::array<FieldSpec, 1> kMarketFields = {{{"currency"}}};
inline constexpr RecordSpec kMarketSpec{"market", 1, kMarketFields};

enum : std::size_t { kCalendarStart, kCalendarSlot, kCalendarSlots };
inline constexpr std::array<FieldSpec, 3> kCalendarFields = {
    {{"start"}, {"slot"}, {"slots", kRequired}}};
inline constexpr RecordSpec kCalendarSpec{"calendar", 0, kCalendarFields};

enum : std::size_t { kClassWatts, kClassNode };
inline constexpr std::array<FieldSpec, 2> kClassFields = {{{"watts"}, {"node"}}};
inline constexpr RecordSpec kClassSpec{"class", 1, kClassFields};

enum : std::size_t { kZoneCommodity, kZoneDisposal };
inline constexpr std::array<FieldSpec, 2> kZoneFields = {{{"commodity", kRequired}, {"disposal"}}};
inline constexpr RecordSpec kZoneSpec{"zone", 1, kZoneFields};

enum : std::size_t { kHubPower, kHubGreen, kHubPue, kHubAt, kHubRegion, kHubZh, kHubEn };
inline constexpr std::array<FieldSpec, 7> kHubFields = {
    {{"power"}, {"green"}, {"pue"}, {"at"}, {"region"}, {"zh"}, {"en"}}};
inline constexpr RecordSpec kHubSpec{"hub", 1, kHubFields};

enum : std::size_t { kLineSlots, kLineMin, kLineMax, kLineTariff };
inline constexpr std::array<FieldSpec, 4> kLineFields = {
    {{"slots"}, {"min"}, {"max", kRequired}, {"tariff"}}};
inline constexpr RecordSpec kLineSpec{"line", 2, kLineFields};

enum : std::size_t { kLinkSlots, kLinkSteps };
inline constexpr std::array<FieldSpec, 2> kLinkFields = {{{"slots"}, {"steps", kRequired}}};
inline constexpr RecordSpec kLinkSpec{"link", 2, kLinkFields};

enum : std::size_t { kAccountHome };
inline constexpr std::array<FieldSpec, 1> kAccountFields = {{{"home", kRequired}}};
inline constexpr RecordSpec kAccountSpec{"account", 1, kAccountFields};

enum : std::size_t { kDataSize, kDataAt };
inline constexpr std::array<FieldSpec, 2> kDataFields = {{{"size", kRequired}, {"at"}}};
inline constexpr RecordSpec kDataSpec{"data", 1, kDataFields};

enum : std::size_t { kNodesCount, kNodesSlots };
inline constexpr std::array<FieldSpec, 2> kNodesFields = {{{"count", kRequired}, {"slots"}}};
inline constexpr RecordSpec kNodesSpec{"nodes", 2, kNodesFields};

enum : std::size_t { kCapDevices, kCapHub, kCapClass, kCapSlots };
inline constexpr std::array<FieldSpec, 4> kCapFields = {
    {{"devices", kRequired}, {"hub"}, {"class"}, {"slots"}}};
inline constexpr RecordSpec kCapSpec{"cap", 1, kCapFields};

enum : std::size_t { kOfferSeller, kOfferHub, kOfferClass, kOfferZone, kOfferSlots, kOfferSteps };
inline constexpr std::array<FieldSpec, 6> kOfferFields = {
    {{"seller", kRequired}, {"hub"}, {"class"}, {"zone"}, {"slots"}, {"steps", kRequired}}};
inline constexpr RecordSpec kOfferSpec{"offer", 1, kOfferFields};

enum : std::size_t {
  kBlockAccount,
  kBlockGang,
  kBlockRun,
  kBlockHubs,
  kBlockWindow,
  kBlockValue,
  kBlockLimit,
  kBlockDelay,
  kBlockData,
  kBlockGroup,
  kBlockGreen,
  kBlockNodes,
  kBlockAfter
};
inline constexpr std::array<FieldSpec, 13> kBlockFields = {{{"account", kRequired},
                                                            {"gang"},
                                                            {"run", kRequired},
                                                            {"hubs"},
                                                            {"window"},
                                                            {"value"},
                                                            {"limit"},
                                                            {"delay"},
                                                            {"data"},
                                                            {"group"},
                                                            {"green"},
                                                            {"nodes"},
                                                            {"after"}}};
inline constexpr RecordSpec kBlockSpec{"order", 1, kBlockFields};

enum : std::size_t { kOptionsAccount, kOptionsGroup, kOptionsGreen, kOptionsAfter };
inline constexpr std::array<FieldSpec, 4> kOptionsFields = {
    {{"account", kRequired}, {"group"}, {"green"}, {"after"}}};
inline constexpr RecordSpec kOptionsSpec{"options", 1, kOptionsFields};

enum : std::size_t { kOptionValue, kOptionUse };
inline constexpr std::array<FieldSpec, 2> kOptionFields = {
    {{"value", kRequired}, {"use", kRequired}}};
inline constexpr RecordSpec kOptionSpec{"option", 1, kOptionFields};

enum : std::size_t { kCurveAccount, kCurveHub, kCurveClass, kCurveZone, kCurveSlots, kCurveSteps };
inline constexpr std::array<FieldSpec, 6> kCurveFields = {
    {{"account", kRequired}, {"hub"}, {"class"}, {"zone"}, {"slots"}, {"steps", kRequired}}};
inline constexpr RecordSpec kCurveSpec{"curve", 1, kCurveFields};

enum : std::size_t {
  kProfileAccount,
  kProfileUse,
  kProfileValue,
  kProfilePrice,
  kProfileMinimum,
  kProfileGroup,
  kProfileGreen,
  kProfileAfter
};
inline constexpr std::array<FieldSpec, 8> kProfileFields = {{{"account", kRequired},
                                                             {"use", kRequired},
                                                             {"value"},
                                                             {"price"},
                                                             {"minimum"},
                                                             {"group"},
                                                             {"green"},
                                                             {"after"}}};
inline constexpr RecordSpec kProfileSpec{"profile", 1, kProfileFields};

enum : std::size_t {
  kServiceAccount,
  kServiceClass,
  kServiceGang,
  kServiceHubs,
  kServiceRanges,
  kServiceValue,
  kServiceLimit,
  kServiceGroup,
  kServiceGreen,
  kServiceNodes,
  kServiceAfter
};
inline constexpr std::array<FieldSpec, 11> kServiceFields = {{{"account", kRequired},
                                                              {"class", kRequired},
                                                              {"gang", kRequired},
                                                              {"hubs"},
                                                              {"ranges", kRequired},
                                                              {"value"},
                                                              {"limit"},
                                                              {"group"},
                                                              {"green"},
                                                              {"nodes"},
                                                              {"after"}}};
inline constexpr RecordSpec kServiceSpec{"service", 1, kServiceFields};

}  // namespace tongsuan::codec

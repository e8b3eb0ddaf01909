// Every word of a report that people read, in English and Chinese, in one table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tongsuan/domain/market.h"
#include "tongsuan/market/verdict_text.h"

namespace tongsuan::report {

using market::Language;

enum class Word : std::uint16_t {
  // The round
  kRound,
  kMarket,
  kSlots,
  kFrom,
  kHours,
  kLanguage,
  kTheme,
  kAutomatic,
  kLight,
  kDark,
  // Headline figures
  kWelfare,
  kBound,
  kGangBound,
  kGap,
  kUtilisation,
  kGreenShare,
  kOrdersPlaced,
  kValueServed,
  kPayments,
  kRent,
  kRulesCost,
  kOf,
  kBefore,
  kSiloed,
  kCoupled,
  kDeviceHours,
  kPoints,
  kEnergy,
  kDemandServed,
  kTotal,
  kDeviceHour,
  // Map
  kMapTitle,
  kMapCaption,
  kColourBy,
  kPrice,
  kWholeRound,
  kPlay,
  kDataLink,
  kPowerLine,
  kGreenLine,
  kFull,
  kFullSomewhere,
  kNoCoordinates,
  kCircleSize,
  kRing,
  kSlotSlider,
  // Heat map
  kHeatTitle,
  kHeatCaption,
  kMeanPrice,
  kNothingOffered,
  // Utilisation
  kUsageTitle,
  kUsageCaption,
  kUsageCaptionAlone,
  // Curves
  kCurveTitle,
  kCurveCaption,
  kSupply,
  kAccepted,
  kRejected,
  kClearingPrice,
  kChooseHub,
  kAxisDeviceHours,
  kAxisPrice,
  kFewerCurves,
  kCutAbove,
  // Trace
  kTraceTitle,
  kTraceCaption,
  kTraceNone,
  kAxisWork,
  // Hubs and flows
  kHubsTitle,
  kHubsCaption,
  kHub,
  kRegion,
  kClass,
  kAllIn,
  kCapacity,
  kNodes,
  kPower,
  kGreen,
  kData,
  kCaps,
  kOther,
  kAwards,
  kDataIn,
  kDataOut,
  kEnergyIn,
  kEnergyOut,
  kOffered,
  kUsed,
  kRevenue,
  kSignalPrice,
  kClassesTitle,
  kFlowsTitle,
  kFlowsCaption,
  kFlow,
  kKind,
  kSent,
  kRoom,
  kHoursFull,
  kNoFlows,
  kMoreFlows,
  // Rejected orders
  kRejectedTitle,
  kRejectedCaption,
  kRejectedNone,
  kOrder,
  kAccount,
  kDevices,
  kValue,
  kRate,
  kLost,
  kReason,
  kSearch,
  kShowing,
  kNoReasonGiven,
  kNoMatch,
  // Certificate
  kCertificateTitle,
  kCertificateCaption,
  kRoot,
  kBestBound,
  kVerify,
  kPresolved,
  kOrderKinds,
  kVerified,
  kFreeWelfare,
  kRentLine,
  // Order kinds, in the order of OrderKind
  kKindBlock,
  kKindOptions,
  kKindCurve,
  kKindProfile,
  kKindService,
  // Terminal
  kStages,
  kSecondsShort,
  kCount
};

[[nodiscard]] const char* word(Word which, Language language);
[[nodiscard]] const char* kind_word(OrderKind kind, Language language);

// What a reason of a rejection means ("OUTBID" → "the price is above its value …"); an empty text
// for a reason that is not in the table.
[[nodiscard]] const char* reason_words(std::string_view reason_name, Language language);

}  // namespace tongsuan::report

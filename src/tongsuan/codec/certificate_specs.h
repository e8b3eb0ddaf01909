// Which records a certificate has, in the order of the file, and which fields they have.
#pragma once

#include <array>

#include "tongsuan/codec/scan.h"

namespace tongsuan::codec {

inline constexpr bool kMustHave = true;

enum : std::size_t { kBookRoot };
inline constexpr std::array<FieldSpec, 1> kBookFields = {{{"root", kMustHave}}};
inline constexpr RecordSpec kBookSpec{"market", 1, kBookFields};

enum : std::size_t { kRoundSeed };
inline constexpr std::array<FieldSpec, 1> kRoundFields = {{{"seed", kMustHave}}};
inline constexpr RecordSpec kRoundSpec{"round", 1, kRoundFields};

enum : std::size_t {
  kProofWelfare,
  kProofBound,
  kProofGangBound,
  kProofStrengthenings,
  kProofRent
};
inline constexpr std::array<FieldSpec, 5> kProofFields = {{{"welfare", kMustHave},
                                                           {"bound", kMustHave},
                                                           {"gang-bound"},
                                                           {"strengthenings"},
                                                           {"rent", kMustHave}}};
inline constexpr RecordSpec kProofSpec{"proof", 0, kProofFields};

enum : std::size_t { kTotalPaid, kTotalReceived };
inline constexpr std::array<FieldSpec, 2> kTotalFields = {{{"paid"}, {"received"}}};
inline constexpr RecordSpec kTotalSpec{"account", 1, kTotalFields};

enum : std::size_t { kAwardHub, kAwardStart, kAwardVariant, kAwardLots };
inline constexpr std::array<FieldSpec, 4> kAwardFields = {
    {{"hub"}, {"start"}, {"variant"}, {"lots"}}};
inline constexpr RecordSpec kAwardSpec{"award", 1, kAwardFields};

enum : std::size_t { kFlowSlots, kFlowWh, kFlowRent };
inline constexpr std::array<FieldSpec, 3> kFlowFields = {{{"slots", kMustHave}, {"wh"}, {"rent"}}};
inline constexpr RecordSpec kFlowSpec{"flow", 2, kFlowFields};

enum : std::size_t { kLanePrices };
inline constexpr std::array<FieldSpec, 1> kLaneFields = {{{"prices", kMustHave}}};
inline constexpr RecordSpec kBoundSpec{"bound", 1, kLaneFields};
inline constexpr RecordSpec kPaymentSpec{"payment", 1, kLaneFields};
inline constexpr RecordSpec kGangSpec{"gang", 2, kLaneFields};

enum : std::size_t { kGangSizes };
inline constexpr std::array<FieldSpec, 1> kGangSizeFields = {{{"sizes", kMustHave}}};
inline constexpr RecordSpec kGangSizesSpec{"gangs", 0, kGangSizeFields};

}  // namespace tongsuan::codec

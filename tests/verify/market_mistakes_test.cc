// Every kind of mistake in a market file, and what is said about it.
#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tongsuan/codec/market_text.h"
#include "tongsuan/market/random_market.h"

namespace tongsuan::codec {
namespace {

struct Mistake {
  const char* name;
  const char* text;
  const char* faults;  // one line each
};

void PrintTo(const Mistake& mistake, std::ostream* out) {
  *out << mistake.name;
}

std::string name_of(const testing::TestParamInfo<Mistake>& item) {
  return item.param.name;
}

void expect_faults(const std::string& text, const std::string& faults) {
  const ReadReport report = read_market(text, "f");
  EXPECT_EQ(report.faults.text(), faults);
  EXPECT_EQ(report.market, Market()) << "half-loaded";
}

// ---- In a record: line 10, after nine good ones ------------------------------------------------

constexpr const char* kGoodLines =
    "tongsuan-market 1\n"
    "market m\n"
    "calendar slots=24\n"
    "class A node=8\n"
    "zone p commodity=power\n"
    "zone b commodity=power disposal=balance\n"
    "zone g commodity=green\n"
    "hub h power=p green=g\n"
    "hub k\n";

std::vector<Mistake> mistakes_in_records() {
  return {
      {"NegativeGang", "order j account=a gang=-3 run=A:2 value=1",
       "f:10: order j: field gang: \"-3\" is out of range; expected a whole number from 1 to "
       "1000000 [out-of-range]"},
      {"ZeroGang", "order j account=a gang=0 run=A:2 value=1",
       "f:10: order j: field gang: \"0\" is out of range; expected a whole number from 1 to "
       "1000000 [out-of-range]"},
      {"HugeGang", "order j account=a gang=1000001 run=A:2 value=1",
       "f:10: order j: field gang: \"1000001\" is out of range; expected a whole number from 1 to "
       "1000000 [out-of-range]"},
      {"GangBeyond64Bits", "order j account=a gang=99999999999999999999 run=A:2 value=1",
       "f:10: order j: field gang: \"99999999999999999999\" is out of range; expected a whole "
       "number from 1 to 1000000 [out-of-range]"},
      {"GangIsNoNumber", "order j account=a gang=many run=A:2 value=1",
       "f:10: order j: field gang: \"many\" is not understood; expected a whole number from 1 to "
       "1000000 [bad-value]"},
      {"GangWithAFraction", "order j account=a gang=1.5 run=A:2 value=1",
       "f:10: order j: field gang: \"1.5\" has more digits than can be kept; expected a whole "
       "number from 1 to 1000000 [too-precise]"},
      {"ZeroDuration", "order j account=a gang=1 run=A:0 value=1",
       "f:10: order j: field run: \"A:0\" is out of range; expected CLASS:SLOTS with 1 to 4096 "
       "slots [out-of-range]"},
      {"HugeDuration", "order j account=a gang=1 run=A:4097 value=1",
       "f:10: order j: field run: \"A:4097\" is out of range; expected CLASS:SLOTS with 1 to 4096 "
       "slots [out-of-range]"},
      {"NegativeDuration", "order j account=a gang=1 run=A:-1 value=1",
       "f:10: order j: field run: \"A:-1\" is out of range; expected CLASS:SLOTS with 1 to 4096 "
       "slots [out-of-range]"},
      {"RunWithoutAGang", "order j account=a run=A:2 value=1",
       "f:10: order j: field run: \"A:2\" is not understood; expected CLASS:SLOTS with gang=, or "
       "CLASSxGANG:SLOTS such as H100x64:24 [bad-value]"},
      {"RunWithoutSlots", "order j account=a gang=1 run=A value=1",
       "f:10: order j: field run: \"A\" is not understood; expected CLASS:SLOTS with gang=, or "
       "CLASSxGANG:SLOTS such as H100x64:24 [bad-value]"},
      {"NegativeValue", "order j account=a gang=1 run=A:2 value=-1",
       "f:10: order j: field value: \"-1\" is out of range; expected a number from 0 to "
       "1000000000000 with at most 6 decimals [out-of-range]"},
      {"HugeValue", "order j account=a gang=1 run=A:2 value=1000000000001",
       "f:10: order j: field value: \"1000000000001\" is out of range; expected a number from 0 to "
       "1000000000000 with at most 6 decimals [out-of-range]"},
      {"ValueAtInt64Max", "order j account=a gang=1 run=A:2 value=9223372036854.775807",
       "f:10: order j: field value: \"9223372036854.775807\" is out of range; expected a number "
       "from 0 to 1000000000000 with at most 6 decimals [out-of-range]"},
      {"TooPreciseValue", "order j account=a gang=1 run=A:2 value=1.0000001",
       "f:10: order j: field value: \"1.0000001\" has more digits than can be kept; expected a "
       "number from 0 to 1000000000000 with at most 6 decimals [too-precise]"},
      {"ValueWithAnExponent", "order j account=a gang=1 run=A:2 value=1e3",
       "f:10: order j: field value: \"1e3\" is not understood; expected a number from 0 to "
       "1000000000000 with at most 6 decimals [bad-value]"},
      {"ValueWithAPlus", "order j account=a gang=1 run=A:2 value=+1",
       "f:10: order j: field value: \"+1\" is not understood; expected a number from 0 to "
       "1000000000000 with at most 6 decimals [bad-value]"},
      {"EmptyValue", "order j account=a gang=1 run=A:2 value=",
       "f:10: order j: field value: an empty value is not understood; expected a number from 0 to "
       "1000000000000 with at most 6 decimals [bad-value]"},
      {"NoValue", "order j account=a gang=1 run=A:2",
       "f:10: order j: its worth is not clear; expected value= or limit=, and not both "
       "[missing-field]"},
      {"ValueAndLimit", "order j account=a gang=1 run=A:2 value=1 limit=2",
       "f:10: order j: its worth is not clear; expected value= or limit=, and not both "
       "[conflicting-fields]"},
      {"LimitWorthTooMuch", "order j account=a gang=1000000 run=A:24 limit=1000000",
       "f:10: order j: field limit: \"1000000\" makes the order worth too much; expected at most "
       "10^12 in all [out-of-range]"},
      {"HugeDelay", "order j account=a gang=1 run=A:2 value=1 delay=50000000000",
       "f:10: order j: field delay: \"50000000000\" is too much for the slots of the calendar; "
       "expected at most 10^12 over all slots [out-of-range]"},
      {"NegativeDelay", "order j account=a gang=1 run=A:2 value=1 delay=-0.5",
       "f:10: order j: field delay: \"-0.5\" is out of range; expected a number from 0 to "
       "1000000000000 with at most 6 decimals [out-of-range]"},
      {"ShareAbove100", "order j account=a gang=1 run=A:2 value=1 green=101%",
       "f:10: order j: field green: \"101%\" is out of range; expected a share such as 60%, from "
       "0% to 100% [out-of-range]"},
      {"ShareWithoutPercent", "order j account=a gang=1 run=A:2 value=1 green=60",
       "f:10: order j: field green: \"60\" is not understood; expected a share such as 60%, from "
       "0% to 100% [bad-value]"},
      {"UnknownNodes", "order j account=a gang=1 run=A:2 value=1 nodes=half",
       "f:10: order j: field nodes: \"half\" is not known here; expected shared or whole "
       "[bad-value]"},
      {"EmptyWindow", "order j account=a gang=1 run=A:2 window=9..6 value=1",
       "f:10: order j: field window: \"9..6\" is an empty range; expected begin..end with begin < "
       "end <= 4096 [empty-range]"},
      {"WindowOfNothing", "order j account=a gang=1 run=A:2 window=6..6 value=1",
       "f:10: order j: field window: \"6..6\" is an empty range; expected begin..end with begin < "
       "end <= 4096 [empty-range]"},
      {"WindowAfterTheCalendar", "order j account=a gang=1 run=A:2 window=20..25 value=1",
       "f:10: order j: field window: \"20..25\" ends after the last slot; expected begin..end with "
       "begin < end <= 24 [outside-calendar]"},
      {"WindowBeyondEveryCalendar", "order j account=a gang=1 run=A:2 window=0..5000 value=1",
       "f:10: order j: field window: \"0..5000\" is out of range; expected begin..end with begin < "
       "end <= 4096 [out-of-range]"},
      {"NegativeWindow", "order j account=a gang=1 run=A:2 window=-1..5 value=1",
       "f:10: order j: field window: \"-1..5\" is not understood; expected begin..end with begin < "
       "end <= 4096 [bad-value]"},
      {"WindowIsNoRange", "order j account=a gang=1 run=A:2 window=3-5 value=1",
       "f:10: order j: field window: \"3-5\" is not understood; expected begin..end with begin < "
       "end <= 4096 [bad-value]"},
      {"OverlappingServiceRanges", "service j account=a class=A gang=1 ranges=0..4,3..8 value=1",
       "f:10: service j: field ranges: \"3..8\" begins before the range before it ends; expected "
       "ranges that rise and do not overlap [order]"},
      {"FallingServiceRanges", "service j account=a class=A gang=1 ranges=6..8,0..4 value=1",
       "f:10: service j: field ranges: \"0..4\" begins before the range before it ends; expected "
       "ranges that rise and do not overlap [order]"},
      {"DuplicateOrder",
       "order j account=a gang=1 run=A:2 value=1\ncurve j account=a zone=p steps=1MWh@2",
       "f:11: curve j: the name \"j\" is already that of an order, in line 10 [duplicate-name]"},
      {"DuplicateHub", "hub h",
       "f:10: hub h: \"h\" is already the name of a hub, in line 8 [duplicate-name]"},
      {"DuplicateClass", "class A watts=3",
       "f:10: class A: \"A\" is already the name of a class, in line 4 [duplicate-name]"},
      {"DuplicateOffer", "offer o seller=s zone=p steps=1Wh@1\noffer o seller=s zone=p steps=1Wh@1",
       "f:11: offer o: \"o\" is already the name of an offer, in line 10 [duplicate-name]"},
      {"DuplicateAccount", "account a home=h\naccount a home=k",
       "f:11: account a: \"a\" is already the name of an account, in line 10 [duplicate-name]"},
      {"UnknownHub", "order j account=a gang=1 run=A:2 hubs=h,hh value=1",
       "f:10: order j: field hubs: \"hh\" is not a hub of this market; expected a declared hub "
       "[unknown-name]"},
      {"UnknownClass", "order j account=a gang=1 run=H100:2 value=1",
       "f:10: order j: field run: \"H100\" is not a class of this market; expected a declared "
       "class [unknown-name]"},
      {"UnknownZone", "offer o seller=s zone=pp steps=1Wh@1",
       "f:10: offer o: field zone: \"pp\" is not a zone of this market; expected a declared zone "
       "[unknown-name]"},
      {"UnknownDataSet", "order j account=a gang=1 run=A:2 value=1 data=corpus",
       "f:10: order j: field data: \"corpus\" is not a data set of this market; expected a "
       "declared data set [unknown-name]"},
      {"UnknownHome", "account a home=nowhere",
       "f:10: account a: field home: \"nowhere\" is not a hub of this market; expected a declared "
       "hub [unknown-name]"},
      {"HubTwiceInAList", "order j account=a gang=1 run=A:2 hubs=h,k,h value=1",
       "f:10: order j: field hubs: \"h,k,h\" names a hub twice; expected each hub once "
       "[duplicate-name]"},
      {"NameWithASlash", "hub a/b",
       "f:10: hub a/b: \"a/b\" cannot be a name; expected 1 to 128 letters, digits, '_', '-', '.', "
       "not beginning with '-' or '.' [bad-name]"},
      {"NameBeginsWithAPoint", "hub .b",
       "f:10: hub .b: \".b\" cannot be a name; expected 1 to 128 letters, digits, '_', '-', '.', "
       "not beginning with '-' or '.' [bad-name]"},
      {"NameWithAnInvisibleCharacter", "hub a\342\200\213b",
       "f:10: hub a\342\200\213b: \"a\342\200\213b\" cannot be a name; expected 1 to 128 letters, "
       "digits, '_', '-', '.', not beginning with '-' or '.' [bad-name]"},
      {"AfterUnknown",
       "order j1 account=a gang=1 run=A:2 value=1\norder j2 account=a gang=1 run=A:2 value=1 "
       "after=j11",
       "f:11: order j2: field after: \"j11\" is not an order of this market; expected the name of "
       "an order; did you mean \"j1\"? [unknown-name]"},
      {"AfterItself", "order j account=a gang=1 run=A:2 value=1 after=j",
       "f:10: order j: field after: \"j\" waits, through other orders or at once, for this order; "
       "expected orders that do not wait for each other [cycle]"},
      {"AfterInACircle",
       "order i account=a gang=1 run=A:2 value=1 after=k\norder j account=a gang=1 run=A:2 value=1 "
       "after=i\norder k account=a gang=1 run=A:2 value=1 after=j",
       "f:10: order i: field after: \"k\" waits, through other orders or at once, for this order; "
       "expected orders that do not wait for each other [cycle]"},
      {"AfterACurve",
       "curve c account=a zone=p steps=1MWh@2\norder j account=a gang=1 run=A:2 value=1 after=c",
       "f:11: order j: field after: \"c\" is a curve, which is never accepted as a whole; expected "
       "an order of another kind [wrong-kind]"},
      {"UnknownRecord", "ordr j account=a",
       "f:10: ordr j: \"ordr\" is not a kind of record; expected one of order, option, options, "
       "curve, profile, service, offer, line, link, nodes, cap, data, account, hub, zone, class, "
       "market, calendar; did you mean \"order\"? [unknown-record]"},
      {"UnknownField", "order j account=a gang=1 run=A:2 value=1 windw=0..4",
       "f:10: order j: \"windw\" is not a field of \"order\"; expected one of account, gang, run, "
       "hubs, window, value, limit, delay, data, group, green, nodes, after; did you mean "
       "\"window\"? [unknown-field]"},
      {"FieldTwice", "order j account=a gang=1 gang=2 run=A:2 value=1",
       "f:10: order j: field gang: is given twice; expected each field once [duplicate-field]"},
      {"NoAccount", "order j gang=1 run=A:2 value=1",
       "f:10: order j: field account is missing [missing-field]"},
      {"NoName", "order account=a gang=1 run=A:2 value=1",
       "f:10: order: a name is missing; expected 1 name after \"order\" [syntax]"},
      {"TwoNames", "order j i account=a gang=1 run=A:2 value=1",
       "f:10: order j i: \"i\" is not a field; expected field=value [syntax]"},
      {"BareWord", "order j account=a gang=1 run=A:2 value=1 soon",
       "f:10: order j: \"soon\" is not a field; expected field=value [syntax]"},
      {"OpenQuote", "hub q en=\"open",
       "f:10: hub q: field en: a quoted value has no closing quote; expected \"...\" [syntax]"},
      {"TextAfterAQuote", "hub q en=\"closed\"x",
       "f:10: hub q: field en: \"x\" follows a closing quote; expected a blank after the quote "
       "[syntax]"},
      {"SecondMarket", "market n",
       "f:10: market n: the market is described twice [duplicate-record]"},
      {"SecondCalendar", "calendar slots=2",
       "f:10: calendar: the calendar is described twice [duplicate-record]"},
      {"OfferWithoutARow", "offer o seller=s steps=1@1",
       "f:10: offer o: does not name one row; expected hub= and class=, or zone= [missing-field]"},
      {"OfferOfTwoRows", "offer o seller=s hub=h class=A zone=p steps=1@1",
       "f:10: offer o: does not name one row; expected hub= and class=, or zone= "
       "[conflicting-fields]\nf:10: offer o: field steps: \"1@1\" is not understood; expected "
       "AMOUNT@PRICE such as 120MWh@350 [bad-value]"},
      {"OfferWithHalfARow", "offer o seller=s hub=h steps=1@1",
       "f:10: offer o: does not name one row; expected hub= and class=, or zone= [missing-field]"},
      {"StepsThatFall", "offer o seller=s hub=h class=A steps=1@2,1@1",
       "f:10: offer o: field steps: \"1@1\" is cheaper than the step before it; expected prices "
       "that do not fall [order]"},
      {"DemandThatRises", "curve j account=a hub=h class=A steps=1@1,1@2",
       "f:10: curve j: field steps: \"1@2\" is dearer than the step before it; expected prices "
       "that do not rise [order]"},
      {"StepOfNothing", "offer o seller=s hub=h class=A steps=0@1",
       "f:10: offer o: field steps: \"0@1\" is out of range; expected an amount above 0, up to "
       "10^12 Wh, MB or devices [out-of-range]"},
      {"NegativeStep", "offer o seller=s hub=h class=A steps=-4@1",
       "f:10: offer o: field steps: \"-4@1\" is out of range; expected an amount above 0, up to "
       "10^12 Wh, MB or devices [out-of-range]"},
      {"HugeStep", "offer o seller=s hub=h class=A steps=1000000000001@1",
       "f:10: offer o: field steps: \"1000000000001@1\" is out of range; expected an amount above "
       "0, up to 10^12 Wh, MB or devices [out-of-range]"},
      {"StepWithoutAPrice", "offer o seller=s hub=h class=A steps=5",
       "f:10: offer o: field steps: \"5\" is not understood; expected DEVICES@PRICE such as "
       "128@8.5 [bad-value]"},
      {"PriceAtInt64Max", "offer o seller=s hub=h class=A steps=5@9223372036854.775807",
       "f:10: offer o: field steps: \"5@9223372036854.775807\" is out of range; expected prices "
       "from 0 to 1000000 [out-of-range]"},
      {"PriceAtInt64Min", "offer o seller=s zone=b steps=5Wh@-9223372036854.775808",
       "f:10: offer o: field steps: \"5Wh@-9223372036854.775808\" is out of range; expected prices "
       "from -1000000 to 1000000 [out-of-range]"},
      {"NegativePriceOfDevices", "offer o seller=s hub=h class=A steps=5@-1",
       "f:10: offer o: field steps: \"5@-1\" is out of range; expected prices from 0 to 1000000 "
       "[out-of-range]"},
      {"NegativePriceOfAFreeZone", "offer o seller=s zone=p steps=5Wh@-1",
       "f:10: offer o: field steps: \"5Wh@-1\" has a price below 0 in a zone whose surplus may be "
       "thrown away; expected prices from 0, or a zone with disposal=balance [out-of-range]"},
      {"EnergyWithoutAUnit", "offer o seller=s zone=p steps=5@1",
       "f:10: offer o: field steps: \"5@1\" is not understood; expected AMOUNT@PRICE such as "
       "120MWh@350 [bad-value]"},
      {"EnergyInAWrongUnit", "offer o seller=s zone=p steps=5kW@1",
       "f:10: offer o: field steps: \"5kW@1\" is not understood; expected AMOUNT@PRICE such as "
       "120MWh@350 [bad-value]"},
      {"EnergyInPartsOfAWattHour", "offer o seller=s zone=p steps=0.5Wh@1",
       "f:10: offer o: field steps: \"0.5Wh@1\" has more digits than can be kept; expected "
       "AMOUNT@PRICE such as 120MWh@350 [too-precise]"},
      {"PowerFromAGreenZone", "hub q power=g",
       "f:10: hub q: field power: \"g\" is a zone of green energy; expected a zone with "
       "commodity=power [wrong-kind]"},
      {"GreenFromAPowerZone", "hub q green=p",
       "f:10: hub q: field green: \"p\" is a zone of power; expected a zone with commodity=green "
       "[wrong-kind]"},
      {"PueBelowOne", "hub q pue=0.9",
       "f:10: hub q: field pue: \"0.9\" is out of range; expected a number from 1 to 10 with at "
       "most 3 decimals [out-of-range]"},
      {"LatitudeBeyondThePole", "hub q at=91,0",
       "f:10: hub q: field at: \"91\" is out of range; expected latitude,longitude in degrees, "
       "such as 40.4,111.8 [out-of-range]"},
      {"PlaceWithoutLongitude", "hub q at=40",
       "f:10: hub q: field at: an empty value is not understood; expected latitude,longitude in "
       "degrees, such as 40.4,111.8 [bad-value]"},
      {"LineToItself", "line p p max=1Wh",
       "f:10: line p p: \"p\" is where the line begins; expected another zone [bad-value]"},
      {"LineWithoutRoom", "line p b max=0",
       "f:10: line p b: field max: \"0\" leaves the line no room; expected max above 0 or min "
       "below 0 [out-of-range]"},
      {"LineBetweenCommodities", "line p g max=1Wh",
       "f:10: line p g: its zones are of different commodities; expected two zones of one "
       "commodity [wrong-kind]"},
      {"LineWithTariffBothWays", "line p b min=-1Wh max=1Wh tariff=3",
       "f:10: line p b: field tariff: \"3\" is a tariff on a line of two directions; expected "
       "min=0, and a second line for the other direction [conflicting-fields]"},
      {"LinesThatOverlap", "line p b slots=0..9 max=1Wh\nline p b slots=8..12 max=1Wh",
       "f:11: line p b: field slots: its slots overlap those of another record of the same pair, "
       "in line 10; expected ranges that do not overlap [overlap]"},
      {"LinksThatOverlap", "link h k steps=1MB@1\nlink h k slots=3 steps=1MB@1",
       "f:11: link h k: field slots: its slots overlap those of another record of the same pair, "
       "in line 10; expected ranges that do not overlap [overlap]"},
      {"LinkToItself", "link h h steps=1MB@1",
       "f:10: link h h: \"h\" is where the link begins; expected another hub [bad-value]"},
      {"NodesThatOverlap", "nodes h A count=3\nnodes h A count=3",
       "f:11: nodes h A: its slots overlap those of another record of the same pair, in line 10; "
       "expected ranges that do not overlap [overlap]"},
      {"NoNodes", "nodes h A count=0",
       "f:10: nodes h A: field count: \"0\" is out of range; expected a whole number from 1 to "
       "1000000000 [out-of-range]"},
      {"DataSetOfNothing", "data d size=0",
       "f:10: data d: field size: \"0\" is out of range; expected an amount from 1MB to 1000000TB "
       "[out-of-range]"},
      {"UnknownCommodity", "zone z commodity=gas",
       "f:10: zone z: field commodity: \"gas\" is not known here; expected power or green "
       "[bad-value]"},
      {"OptionWithoutAnOrder", "option j value=1 use=p:0:1Wh",
       "f:10: option j: \"j\" is not an order with options; expected an order of an \"options\" "
       "record [unknown-name]"},
      {"OrderWithoutOptions", "options j account=a",
       "f:10: options j: it has no options; expected \"option\" records for it [missing-record]"},
      {"LegWithoutARow", "profile j account=a use=0..4:5 value=1",
       "f:10: profile j: field use: \"0..4:5\" is not understood; expected HUB/CLASS:SLOTS:DEVICES "
       "or ZONE:SLOTS:ENERGY such as horinger/H100:3..7:8 [bad-value]"},
      {"LegOfNothing", "profile j account=a use=p:0:0 value=1",
       "f:10: profile j: field use: \"p:0:0\" uses nothing; expected an amount that is not 0 "
       "[out-of-range]"},
      {"LegOfNoNodes", "profile j account=a use=h/A:0:0nodes value=1",
       "f:10: profile j: field use: \"0nodes\" is out of range; expected a number of whole nodes "
       "such as 2nodes, up to 10^6 [out-of-range]"},
      {"LegThatDeliversNodes", "profile j account=a use=h/A:0:-2nodes value=1",
       "f:10: profile j: field use: \"-2nodes\" is out of range; expected a number of whole nodes "
       "such as 2nodes, up to 10^6 [out-of-range]"},
      {"LegAfterTheCalendar", "profile j account=a use=p:23..25:1Wh value=1",
       "f:10: profile j: field use: \"p:23..25:1Wh\" ends after the last slot; expected begin..end "
       "with begin < end <= 24 [outside-calendar]"},
      {"ProfileOfTwoKindsWithAPrice", "profile j account=a use=p:0:1Wh,h/A:0:1 price=1",
       "f:10: profile j: field price: \"1\" is a price of energy and devices together; expected "
       "value= [conflicting-fields]"},
      {"ProfileWithoutAValue", "profile j account=a use=p:0:1Wh",
       "f:10: profile j: its worth is not clear; expected value= or price=, and not both "
       "[missing-field]"},
      {"MinimumAbove100", "profile j account=a use=p:0:1Wh value=1 minimum=100.5%",
       "f:10: profile j: field minimum: \"100.5%\" is out of range; expected a share such as 60%, "
       "from 0% to 100% [out-of-range]"},
  };
}

class MarketRecordMistake : public testing::TestWithParam<Mistake> {};

TEST_P(MarketRecordMistake, IsReportedInTermsOfTheFile) {
  expect_faults(std::string(kGoodLines) + GetParam().text + "\nend\n",
                std::string(GetParam().faults) + '\n');
}

INSTANTIATE_TEST_SUITE_P(All, MarketRecordMistake, testing::ValuesIn(mistakes_in_records()),
                         name_of);

// ---- In the file as a whole --------------------------------------------------------------------

std::vector<Mistake> mistakes_in_files() {
  return {
      {"EmptyFile", "",
       "f:1: the file is empty; expected a first line \"tongsuan-market 1\" [header]"},
      {"OtherFormat", "tongsuan-certificate 1\nend 0\n",
       "f:1: tongsuan-certificate 1: \"tongsuan-certificate\" is not the name of this format; "
       "expected a first line \"tongsuan-market 1\" [header]"},
      {"OtherVersion", "tongsuan-market 2\nend 0\n",
       "f:1: tongsuan-market 2: \"2\" is not a version that this reader knows; expected "
       "\"tongsuan-market 1\" [header]"},
      {"VersionMissing", "tongsuan-market\nend 0\n",
       "f:1: tongsuan-market: \"tongsuan-market\" is not a version that this reader knows; "
       "expected \"tongsuan-market 1\" [header]"},
      {"NoMarketNoCalendar", "tongsuan-market 1\nend 0\n",
       "f:1: tongsuan-market 1: the file has no market record; expected a line \"market NAME\" "
       "[missing-record]\nf:1: tongsuan-market 1: the file has no calendar record; expected a line "
       "\"calendar slot=1h slots=168\" [missing-record]"},
      {"NoEnd", "tongsuan-market 1\nmarket m\ncalendar slots=1\n",
       "f:4: the file has no end line: it may have been cut; expected a last line \"end 2\", with "
       "the number of records [cut-file]"},
      {"NoLineEnd", "tongsuan-market 1\nmarket m\ncalendar slots=1\nend 2",
       "f:4: end 2: the last line has no line end: the file may have been cut [cut-file]"},
      {"WrongEnd", "tongsuan-market 1\nmarket m\ncalendar slots=1\nend 3\n",
       "f:4: end 3: \"3\" is not the number of records: the file has 2, so lines are missing or "
       "were added [end-count]"},
      {"EndIsNoNumber", "tongsuan-market 1\nmarket m\ncalendar slots=1\nend all\n",
       "f:4: end all: the end line has no record count; expected \"end N\" with the number of "
       "records [syntax]"},
      {"LineAfterTheEnd", "tongsuan-market 1\nmarket m\ncalendar slots=1\nend 2\nhub h\n",
       "f:5: hub h: a line follows the end line [after-end]"},
      {"NoSlots", "tongsuan-market 1\nmarket m\ncalendar slot=1h\nend\n",
       "f:3: calendar: field slots is missing [missing-field]"},
      {"ZeroSlots", "tongsuan-market 1\nmarket m\ncalendar slots=0\nend\n",
       "f:3: calendar: field slots: \"0\" is out of range; expected a whole number from 1 to 4096 "
       "[out-of-range]"},
      {"TooManySlots", "tongsuan-market 1\nmarket m\ncalendar slots=4097\nend\n",
       "f:3: calendar: field slots: \"4097\" is out of range; expected a whole number from 1 to "
       "4096 [out-of-range]"},
      {"SlotWithoutAUnit", "tongsuan-market 1\nmarket m\ncalendar slots=1 slot=15\nend\n",
       "f:3: calendar: field slot: \"15\" is not understood; expected a length such as 15min or "
       "1h, up to 24h [bad-value]"},
      {"SlotTooLong", "tongsuan-market 1\nmarket m\ncalendar slots=1 slot=25h\nend\n",
       "f:3: calendar: field slot: \"25h\" is out of range; expected a length such as 15min or 1h, "
       "up to 24h [out-of-range]"},
      {"StartWithoutAZone",
       "tongsuan-market 1\nmarket m\ncalendar slots=1 start=2026-12-01T00:00\nend\n",
       "f:3: calendar: field start: \"2026-12-01T00:00\" is not a time; expected a time with its "
       "zone such as 2026-12-01T00:00+08:00 [bad-value]"},
      {"StartInMonth13",
       "tongsuan-market 1\nmarket m\ncalendar slots=1 start=2026-13-01T00:00Z\nend\n",
       "f:3: calendar: field start: \"2026-13-01T00:00Z\" is not a time; expected a time with its "
       "zone such as 2026-12-01T00:00+08:00 [bad-value]"},
      {"LowerCaseCurrency", "tongsuan-market 1\nmarket m currency=cny\ncalendar slots=1\nend\n",
       "f:2: market m: field currency: \"cny\" is not a currency; expected three letters such as "
       "CNY [bad-value]"},
      {"ControlCharacter", "tongsuan-market 1\nmarket m\ncalendar slots=1\nhub a\007b\nend\n",
       "f:4: hub a?b: byte 7 at position 49 is a control character; expected UTF-8 text "
       "[control-character]"},
      {"CarriageReturnInside", "tongsuan-market 1\nmarket m\ncalendar slots=1\nhub a\rb\nend\n",
       "f:4: hub a?b: byte 13 at position 49 is a control character; expected UTF-8 text "
       "[control-character]"},
  };
}

class MarketFileMistake : public testing::TestWithParam<Mistake> {};

TEST_P(MarketFileMistake, IsReportedInTermsOfTheFile) {
  expect_faults(GetParam().text, std::string(GetParam().faults) + '\n');
}

INSTANTIATE_TEST_SUITE_P(All, MarketFileMistake, testing::ValuesIn(mistakes_in_files()), name_of);

// ---- More than one line of text can show --------------------------------------------------------

std::string head() {
  return "tongsuan-market 1\nmarket m\ncalendar slots=24\nclass A\nhub h\n";
}

FaultCode only_code(const std::string& text) {
  const ReadReport report = read_market(text, "f");
  EXPECT_EQ(report.faults.count, 1U) << report.faults.text();
  return report.faults.listed.at(0).code;
}

TEST(MarketMistakes, BytesThatAreNotText) {
  for (const std::string& bytes :
       {std::string("\xFF"), std::string("\xC0\xAF"), std::string("\xED\xA0\x80"),
        std::string("\xF5\x80\x80\x80"), std::string("\xE4\xB8"), std::string("\x80")}) {
    EXPECT_EQ(only_code(head() + "hub a" + bytes + "\nend\n"), FaultCode::kEncoding);
    EXPECT_EQ(only_code(head() + "# " + bytes + "\nend\n"), FaultCode::kEncoding);
  }
  EXPECT_EQ(only_code(head() + std::string("hub a\0b", 7) + "\nend\n"),
            FaultCode::kControlCharacter);
  EXPECT_EQ(only_code(head() + "hub a\x7F\nend\n"), FaultCode::kControlCharacter);
}

TEST(MarketMistakes, NamesUpTo128BytesAndNoFurther) {
  EXPECT_TRUE(read_market(head() + "hub " + std::string(128, 'n') + "\nend\n", "f").ok());
  EXPECT_EQ(only_code(head() + "hub " + std::string(129, 'n') + "\nend\n"), FaultCode::kBadName);
}

TEST(MarketMistakes, ListsUpTo65535ItemsAndNoFurther) {
  std::string line = "offer o seller=s hub=h class=A steps=1@1";
  for (int i = 1; i < 65'535; ++i) line += ",1@1";
  EXPECT_TRUE(read_market(head() + line + "\nend\n", "f").ok());
  EXPECT_EQ(only_code(head() + line + ",1@1\nend\n"), FaultCode::kTooLarge);
}

TEST(MarketMistakes, ClassesHubsAndVariantsHaveLimits) {
  std::string classes;
  std::string variants;
  for (int i = 0; i < 65; ++i) {
    classes += "class c" + std::to_string(i) + '\n';
    variants += (i == 0 ? "" : ",") + std::string("A:1");
  }
  EXPECT_EQ(only_code("tongsuan-market 1\nmarket m\ncalendar slots=1\n" + classes + "end\n"),
            FaultCode::kTooLarge);
  EXPECT_EQ(only_code(head() + "order j account=a gang=1 value=1 run=" + variants + "\nend\n"),
            FaultCode::kTooLarge);
  std::string hubs;
  for (int i = 0; i < 1'025; ++i) hubs += "hub h" + std::to_string(i) + '\n';
  EXPECT_EQ(only_code("tongsuan-market 1\nmarket m\ncalendar slots=1\n" + hubs + "end\n"),
            FaultCode::kTooLarge);
}

TEST(MarketMistakes, ALongLineOfNonsenseIsShortened) {
  const std::string nonsense(1'000'000, 'y');
  const ReadReport report =
      read_market(head() + "order j account=a gang=" + nonsense + "\nend\n", "f");
  EXPECT_FALSE(report.ok());
  EXPECT_LT(report.faults.text().size(), 1'000U);
}

TEST(MarketMistakes, ColumnsCountCharacters) {
  const ReadReport report =
      read_market(head() + "hub \xE5\x92\x8C zh=\xE5\x92\x8C pue=x\nend\n", "f");
  ASSERT_EQ(report.faults.listed.size(), 1U);
  EXPECT_EQ(report.faults.listed[0].line, 6U);
  EXPECT_EQ(report.faults.listed[0].column, 16U);
  EXPECT_EQ(report.faults.listed[0].record, "hub \xE5\x92\x8C");
  EXPECT_EQ(report.faults.listed[0].field, "pue");
  EXPECT_EQ(report.faults.listed[0].value, "x");
}

TEST(MarketMistakes, AreAllCountedAndListedInTheOrderOfTheFile) {
  std::string text = head();
  for (int i = 0; i < 50; ++i) {
    text += "order j" + std::to_string(i) + " account=a gang=0 run=A:1 value=1 window=9..3\n";
  }
  text += "end\n";
  const ReadReport few = read_market(text, "f", {.faults_max = 5});
  EXPECT_EQ(few.faults.count, 100U);
  ASSERT_EQ(few.faults.listed.size(), 5U);
  EXPECT_TRUE(few.faults.text().ends_with("and 95 more\n"));
  const ReadReport all = read_market(text, "f", {.faults_max = 1'000});
  ASSERT_EQ(all.faults.listed.size(), 100U);
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(all.faults.listed[i].line, 6 + i / 2);
  EXPECT_EQ(read_market(text, "f").faults.listed.size(), 20U);
}

TEST(MarketMistakes, AFileCutAnywhereIsRefused) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const std::string text = write_market(market::testing::random_market(seed));
    ASSERT_TRUE(read_market(text, "f").ok());
    for (std::size_t size = 0; size < text.size(); ++size) {
      const ReadReport report = read_market(std::string_view(text).substr(0, size), "f");
      ASSERT_FALSE(report.ok()) << "seed " << seed << ", " << size << " bytes";
      ASSERT_EQ(report.market, Market());
    }
  }
}

TEST(MarketMistakes, AFileWithoutOneOfItsLinesIsRefused) {
  const std::string text = write_market(market::testing::random_market(3));
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
    std::string cut = text;
    cut.erase(begin, text.find('\n', begin) + 1 - begin);
    ASSERT_FALSE(read_market(cut, "f").ok()) << "without the line at " << begin;
  }
}

}  // namespace
}  // namespace tongsuan::codec

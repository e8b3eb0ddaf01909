#include "tongsuan/report/words.h"

#include <array>

namespace tongsuan::report {
namespace {

struct Entry {
  Word which;
  const char* english;
  const char* chinese;
};

// clang-format off
constexpr std::array<Entry, static_cast<std::size_t>(Word::kCount)> kWords = {{
    {Word::kRound, "Round", "轮次"},
    {Word::kMarket, "Market", "市场"},
    {Word::kSlots, "slots", "个时段"},
    {Word::kFrom, "from", "起始"},
    {Word::kHours, "h", "小时"},
    {Word::kLanguage, "Language", "语言"},
    {Word::kTheme, "Theme", "外观"},
    {Word::kAutomatic, "Auto", "自动"},
    {Word::kLight, "Light", "浅色"},
    {Word::kDark, "Dark", "深色"},

    {Word::kWelfare, "Welfare", "社会福利"},
    {Word::kBound, "Upper bound", "上界"},
    {Word::kGangBound, "Upper bound by gang size", "按组规模的上界"},
    {Word::kGap, "Gap", "差距"},
    {Word::kUtilisation, "Utilisation", "利用率"},
    {Word::kGreenShare, "Green share", "绿电占比"},
    {Word::kOrdersPlaced, "Orders placed", "中标订单"},
    {Word::kValueServed, "Value served", "成交价值"},
    {Word::kPayments, "Payments", "付款总额"},
    {Word::kRent, "Congestion rent", "阻塞租金"},
    {Word::kRulesCost, "Cost of the pricing rules", "定价规则的代价"},
    {Word::kOf, "of", "共"},
    {Word::kBefore, "Before", "耦合前"},
    {Word::kSiloed, "each hub alone", "各枢纽各自为政"},
    {Word::kCoupled, "all hubs coupled", "全部枢纽耦合"},
    {Word::kDeviceHours, "device-hours", "卡时"},
    {Word::kPoints, "pts", "个百分点"},
    {Word::kEnergy, "Energy", "电量"},
    {Word::kDemandServed, "Device-hours served", "已满足卡时"},
    {Word::kTotal, "Total", "合计"},
    {Word::kDeviceHour, "device-hour", "卡时"},

    {Word::kMapTitle, "Hubs and flows", "枢纽与流量"},
    {Word::kMapCaption,
     "Where work ran and what moved to make it run. A wide link carried much; a diamond marks one "
     "that was full, so that prices at its ends may part.",
     "算力在哪里运行，又有什么为此流动。线越粗，流量越大；菱形表示曾经满载，其两端价格可能因此分离。"},
    {Word::kColourBy, "Colour by", "着色依据"},
    {Word::kPrice, "Price", "价格"},
    {Word::kWholeRound, "whole round", "整轮"},
    {Word::kPlay, "Play", "播放"},
    {Word::kDataLink, "data link", "数据链路"},
    {Word::kPowerLine, "power line", "电力线路"},
    {Word::kGreenLine, "green power line", "绿电线路"},
    {Word::kFull, "full", "满载"},
    {Word::kFullSomewhere, "full in some hour", "曾经满载"},
    {Word::kNoCoordinates, "These hubs have no coordinates and stand in a row.",
     "这些枢纽没有坐标，按行排列。"},
    {Word::kCircleSize, "area: device-hours offered", "面积：供给卡时"},
    {Word::kRing, "ring: utilisation", "圆环：利用率"},
    {Word::kSlotSlider, "Time", "时间"},

    {Word::kHeatTitle, "Price by hub and time", "各枢纽分时价格"},
    {Word::kHeatCaption,
     "Capacity price per device-hour, mean over the classes of a hub weighted by devices offered. "
     "Strong cells are scarce hours; a strong row is a hub that is wanted or has dear classes.",
     "每卡时容量价格，按各类供给卡数加权平均。颜色越强越紧缺；整行偏强的枢纽或受争抢，或型号较贵。"},
    {Word::kMeanPrice, "mean", "均价"},
    {Word::kNothingOffered, "nothing offered", "无供给"},

    {Word::kUsageTitle, "Utilisation before and after coupling", "耦合前后利用率"},
    {Word::kUsageCaption,
     "The same orders and offers. The ring is each hub alone; the dot is all hubs cleared together.",
     "订单与供给相同。空心点为各枢纽各自出清，实心点为全部枢纽一起出清。"},
    {Word::kUsageCaptionAlone, "Device-hours held by accepted orders, of those offered.",
     "中标订单占用的卡时占供给卡时的比例。"},

    {Word::kCurveTitle, "Supply and demand at a hub", "枢纽供需曲线"},
    {Word::kCurveCaption,
     "Supply rises with the offers and the power they draw. Accepted orders stand first, by falling "
     "value; rejected ones that could have run here follow. A rejected block above the price was worth "
     "more than it, but a gang is placed in whole or not at all, and no whole place was left.",
     "供给随报价（含用电）上升。中标订单在前，按价值从高到低；本可在此运行的落选订单在后。"
     "高于价格却落选的方块，价值高于价格，但一组卡要么全部放下、要么不放，已没有完整的位置。"},
    {Word::kSupply, "supply", "供给"},
    {Word::kAccepted, "accepted", "中标"},
    {Word::kRejected, "rejected", "落选"},
    {Word::kClearingPrice, "mean price with power", "含电均价"},
    {Word::kChooseHub, "Choose a hub", "选择枢纽"},
    {Word::kAxisDeviceHours, "device-hours", "卡时"},
    {Word::kAxisPrice, "per device-hour", "每卡时"},
    {Word::kFewerCurves, "The hubs with the largest offers are shown.", "仅显示供给最大的枢纽。"},
    {Word::kCutAbove, "Values above the top of the scale are cut.", "超出刻度的部分被截去。"},

    {Word::kTraceTitle, "The gap closes", "差距收敛"},
    {Word::kTraceCaption,
     "Welfare found so far as a share of the bound that no outcome can pass. The white space above "
     "the line is the gap.",
     "已找到的社会福利占上界的比例，任何结果都不可能越过上界。曲线上方的空白就是差距。"},
    {Word::kTraceNone, "The search left no trace for this round.", "本轮没有搜索轨迹。"},
    {Word::kAxisWork, "work done", "已做工作"},

    {Word::kHubsTitle, "Hubs", "枢纽一览"},
    {Word::kHubsCaption,
     "What a device-hour cost on average and what it was made of. Capacity goes to the sellers of "
     "devices, power and green to generators, data to the links.",
     "每卡时平均花费及其构成。容量费付给卡的卖方，电费与绿电费付给发电方，数据费用于链路。"},
    {Word::kHub, "Hub", "枢纽"},
    {Word::kRegion, "Region", "区域"},
    {Word::kClass, "Class", "型号"},
    {Word::kAllIn, "All-in", "总价"},
    {Word::kCapacity, "Capacity", "容量"},
    {Word::kNodes, "Nodes", "整机"},
    {Word::kPower, "Power", "电力"},
    {Word::kGreen, "Green", "绿电"},
    {Word::kData, "Data", "数据"},
    {Word::kCaps, "Caps", "限额"},
    {Word::kOther, "Other", "其他"},
    {Word::kAwards, "Awards", "中标数"},
    {Word::kDataIn, "Data in", "数据流入"},
    {Word::kDataOut, "Data out", "数据流出"},
    {Word::kEnergyIn, "Energy in", "电量流入"},
    {Word::kEnergyOut, "Energy out", "电量流出"},
    {Word::kOffered, "Offered", "供给"},
    {Word::kUsed, "Used", "占用"},
    {Word::kRevenue, "Revenue", "收入"},
    {Word::kSignalPrice, "Scarcity λ*", "稀缺信号 λ*"},
    {Word::kClassesTitle, "By accelerator class", "按加速卡型号"},
    {Word::kFlowsTitle, "Lines and links", "线路与链路"},
    {Word::kFlowsCaption,
     "What was sent, against the room there was. Rent is the price difference times the flow: it is "
     "earned only where a line or link is scarce.",
     "输送量与可用空间。租金等于两端价差乘以流量，只有紧缺的线路或链路才会产生。"},
    {Word::kFlow, "From → to", "从 → 到"},
    {Word::kKind, "Kind", "类别"},
    {Word::kSent, "Sent", "输送"},
    {Word::kRoom, "Of its room", "占可用空间"},
    {Word::kHoursFull, "Hours full", "满载小时"},
    {Word::kNoFlows, "This market has no lines and no links.", "本市场没有线路和链路。"},
    {Word::kMoreFlows, "more, with less rent", "条租金更低，未列出"},

    {Word::kRejectedTitle, "Rejected orders", "落选订单"},
    {Word::kRejectedCaption,
     "Every order that was not placed has a reason. \"Missed\" is what the order would have gained at "
     "the prices paid: above zero, it was rejected only because it comes in one piece.",
     "每个落选订单都有原因。“错失”是它按成交价格本可获得的收益：大于零说明它只因不可分割而落选。"},
    {Word::kRejectedNone, "Every order was placed.", "所有订单均已中标。"},
    {Word::kOrder, "Order", "订单"},
    {Word::kAccount, "Account", "账户"},
    {Word::kDevices, "Devices", "卡数"},
    {Word::kValue, "Value", "价值"},
    {Word::kRate, "Per device-hour", "每卡时价值"},
    {Word::kLost, "Missed", "错失"},
    {Word::kReason, "Reason", "原因"},
    {Word::kSearch, "Search orders, accounts, reasons", "搜索订单、账户、原因"},
    {Word::kShowing, "Shown, by value per device-hour:", "按每卡时价值显示："},
    {Word::kNoReasonGiven, "not analysed", "未分析"},
    {Word::kNoMatch, "No order matches.", "没有匹配的订单。"},

    {Word::kCertificateTitle, "Certificate", "证书"},
    {Word::kCertificateCaption,
     "Anybody with the book can re-derive every number of this page in one pass, with integers, "
     "without trusting the program that found the outcome.",
     "任何人只要有订单簿，就能用整数一次性重新推导本页的全部数字，无需信任求解程序。"},
    {Word::kRoot, "Root of the book", "订单簿根哈希"},
    {Word::kBestBound, "Best bound", "最优上界"},
    {Word::kVerify, "Check it yourself", "自行验证"},
    {Word::kPresolved, "Both bounds leave out starts that no best outcome needs.",
     "两个上界均略去了最优结果不需要的开始时间。"},
    {Word::kOrderKinds, "Orders placed by kind", "各类订单中标数"},
    {Word::kVerified, "verified", "已通过验证"},
    {Word::kFreeWelfare, "Welfare before the pricing rules", "定价规则之前的社会福利"},
    {Word::kRentLine, "Rent", "租金"},

    {Word::kKindBlock, "block", "块订单"},
    {Word::kKindOptions, "options", "互斥选项"},
    {Word::kKindCurve, "curve", "曲线"},
    {Word::kKindProfile, "profile", "曲线块"},
    {Word::kKindService, "service", "服务"},

    {Word::kStages, "Time", "用时"},
    {Word::kSecondsShort, "s", "秒"},

    {Word::kBillTitle, "Statement by contract", "合约对账单"},
    {Word::kBillPeriod, "Period", "期间"},
    {Word::kBillBeginning, "the beginning", "开户起"},
    {Word::kBillUpToNow, "up to now", "截至目前"},
    {Word::kBillBefore, "before", "之前"},
    {Word::kOpeningBalance, "Opening balance", "期初余额"},
    {Word::kClosingBalance, "Closing balance", "期末余额"},
    {Word::kAllAccounts, "all accounts together", "全部账户合计"},
    {Word::kNetOfContracts, "Net of contracts", "合约净额"},
    {Word::kMovedOtherwise, "Deposits and withdrawals", "存取款"},
    {Word::kContracts, "contracts", "个合约"},
    {Word::kBillByKind, "By kind", "按类别"},
    {Word::kBillByKindCaption,
     "What came in is above 0, what went out below. Money that is only set aside has not "
     "moved.",
     "收入为正，支出为负。仅被冻结的资金不算变动。"},
    {Word::kBillByContract, "By contract", "按合约"},
    {Word::kBillByContractCaption,
     "Contracts of which money moved in the period. Amounts are those of the period; seconds "
     "are of the whole contract, as far as it has come.",
     "期间内有资金变动的合约。金额仅计本期；时长为合约至今的全部。"},
    {Word::kBillNothing, "No money moved for contracts in this period.", "本期没有合约资金变动。"},
    {Word::kContract, "Contract", "合约"},
    {Word::kWhere, "Where", "地点"},
    {Word::kGranted, "Granted", "授予时间"},
    {Word::kDelivered, "Delivered", "交付"},
    {Word::kAmounts, "Amounts", "金额"},
    {Word::kNet, "Net", "净额"},
    {Word::kAmount, "Amount", "金额"},
    {Word::kBuyer, "buyer", "买方"},
    {Word::kSupplier, "supplier", "供方"},
    {Word::kRunning, "runs", "运行中"},
    {Word::kEnded, "ended", "结束于"},
    {Word::kEndCompleted, "completed", "已完成"},
    {Word::kEndFailed, "failed", "已失败"},
    {Word::kEndPreempted, "preempted", "被抢占"},
    {Word::kEndCancelled, "cancelled", "已取消"},
    {Word::kMissed, "missed", "未交付"},
    {Word::kEndedEarly, "ended early by", "提前"},
    {Word::kOverrun, "overrun", "超时"},
    {Word::kDeviceSeconds, "device-seconds", "卡秒"},
    {Word::kNotKnown, "not known any more", "已无记录"},
    {Word::kBillPayment, "payment", "付款"},
    {Word::kBillTakeOrPay, "take or pay", "照付不议"},
    {Word::kBillPremium, "premium", "溢价"},
    {Word::kBillPenalty, "penalty", "罚金"},
    {Word::kBillRefund, "refund of what was missed", "未交付退款"},
    {Word::kBillVoucher, "voucher", "算力券"},
    {Word::kBillResale, "resale", "转售收入"},
    {Word::kBillOther, "other", "其他"},
    {Word::kBillDeposit, "deposit", "存入"},
    {Word::kBillWithdrawal, "withdrawal", "取出"},
    {Word::kBillVerifyTitle, "How to verify", "如何核对"},
    {Word::kBillVerifyCaption,
     "Every amount is a posting in the journal of the exchange. This statement holds up to the "
     "command below. The same period gives you the same figures once it is over; as of that command "
     "an auditor is given them at any time, and whoever has the journal derives them again.",
     "每笔金额都是交易所日志中的一次记账。本单截至下列命令。期间结束后，按同一期间再次查询，数字不变；审计方可随时按该序号查询；"
     "持有日志者可自行重算。"},
    {Word::kBillSequence, "Command in the journal", "日志中的命令序号"},
    {Word::kBillAsk, "The same figures, for auditors", "同样的数字（审计方）"},
    {Word::kBillLines, "Line by line", "逐笔明细"},
    {Word::kBillJournal, "The journal itself", "日志本身"},
}};
// clang-format on

constexpr bool in_order() {
  for (std::size_t i = 0; i < kWords.size(); ++i) {
    if (static_cast<std::size_t>(kWords[i].which) != i) return false;
  }
  return true;
}
static_assert(in_order(), "one entry per word, in the order of Word");

struct ReasonEntry {
  std::string_view name;
  const char* english;
  const char* chinese;
};

constexpr std::array<ReasonEntry, 10> kReasons = {{
    {"NOT_ELIGIBLE", "no hub of its list offers a class that it can use",
     "所列枢纽均不提供它可用的型号"},
    {"NO_COMPATIBLE_HUB", "no hub has the class, zone or whole nodes that it needs",
     "没有枢纽同时具备所需的型号、区域或整机"},
    {"GANG_TOO_LARGE", "no hub could ever hold the whole gang at once", "没有枢纽能同时容纳整组卡"},
    {"DATA_UNREACHABLE", "its data cannot arrive in time over any link",
     "数据无法经任何链路按时到达"},
    {"WINDOW_TOO_TIGHT", "it runs longer than its window", "运行时间长于时间窗"},
    {"GREEN_UNMET", "no green supply could cover its share", "没有绿电能满足其占比"},
    {"POLICY_CAP", "the caps of its group forbid it at any price",
     "其所属组的限额使其在任何价格下都不可行"},
    {"PRECEDENCE_UNMET", "the order that it follows was not accepted", "其前序订单未中标"},
    {"OUTBID", "every place costs more than it is worth to it", "所有方案的价格都高于其价值"},
    {"PARADOXICALLY_REJECTED", "worth more than the price, but no whole place was left",
     "价值高于价格，但没有完整的位置可放"},
}};

}  // namespace

const char* word(Word which, Language language) {
  const Entry& entry = kWords[static_cast<std::size_t>(which)];
  return language == Language::kChinese ? entry.chinese : entry.english;
}

const char* kind_word(OrderKind kind, Language language) {
  return word(static_cast<Word>(static_cast<std::size_t>(Word::kKindBlock) +
                                static_cast<std::size_t>(kind)),
              language);
}

const char* reason_words(std::string_view reason_name, Language language) {
  for (const ReasonEntry& entry : kReasons) {
    if (entry.name != reason_name) continue;
    return language == Language::kChinese ? entry.chinese : entry.english;
  }
  return "";
}

}  // namespace tongsuan::report

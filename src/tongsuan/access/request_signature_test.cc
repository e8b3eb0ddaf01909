#include "tongsuan/access/request_signature.h"

#include <fstream>
#include <sstream>

#include "tongsuan/access/access_fixture.h"
#include "tongsuan/base/random.h"

namespace tongsuan::access {
namespace {

using test::AccessTest;
using test::kNow;

UnixTime after(std::int64_t seconds) {
  return UnixTime(kNow.raw() + seconds);
}

class Signature : public AccessTest {
 protected:
  Authenticator door{settings(), master, directory};
};

TEST_F(Signature, LetsTheOwnerOfTheKeyIn) {
  const Answer<Identity> caller = door.authenticate(request(), kNow);
  ASSERT_TRUE(caller.ok()) << caller.error().detail;
  EXPECT_EQ(caller.value().participant, ParticipantNumber{7});
  EXPECT_EQ(caller.value().name, "nlp");
  EXPECT_EQ(caller.value().role, Role::kParticipant);
  EXPECT_EQ(caller.value().key, key->id);
  EXPECT_EQ(caller.value().method, Method::kSignature);
}

TEST_F(Signature, CoversMethodTargetBodyTimeAndNonce) {
  const Request good = request();
  Request changed = good;
  changed.method = "PUT";
  EXPECT_EQ(code(door.authenticate(changed, kNow)), "bad-signature");
  changed = good;
  changed.target = "/v1/orders?zone=guizhou&all=1";
  EXPECT_EQ(code(door.authenticate(changed, kNow)), "bad-signature");
  changed = good;
  changed.body = R"({"name":"o-2"})";
  EXPECT_EQ(code(door.authenticate(changed, kNow)), "bad-signature");
  changed.body = "";
  EXPECT_EQ(code(door.authenticate(changed, kNow)), "bad-signature");
  for (const auto& [from, to] :
       {std::pair<std::string, std::string>{"time=1795000000", "time=1795000001"},
        {"nonce=0123456789abcdef", "nonce=0123456789abcdeg"}}) {
    std::string other = header;
    other.replace(other.find(from), from.size(), to);
    changed = good;
    changed.authorization = other;
    EXPECT_EQ(code(door.authenticate(changed, kNow)), "bad-signature") << to;
  }
  EXPECT_EQ(code(door.authenticate(good, kNow)), "ok");
}

TEST_F(Signature, EveryChangedCharacterOfTheHeaderIsRefused) {
  const Request good = request();
  const std::string honest = header;
  for (std::size_t at = 0; at < honest.size(); ++at) {
    for (const char c : {'0', 'b', 'Z', ',', '=', ' ', '\0', '\x80'}) {
      std::string changed = honest;
      changed[at] = c;
      Request one = good;
      one.authorization = changed;
      const bool same = changed == honest || (at < 13 && (changed[at] ^ honest[at]) == 0x20);
      if (same || (at == 13 && c == ' ')) continue;
      EXPECT_FALSE(door.authenticate(one, kNow).ok()) << changed;
    }
    Request cut = good;
    const std::string part = honest.substr(0, at);
    cut.authorization = part;
    EXPECT_FALSE(door.authenticate(cut, kNow).ok()) << part;
  }
  EXPECT_TRUE(door.authenticate(good, kNow).ok());
}

TEST_F(Signature, TwoRequestsMayNotShareTheirLines) {
  Request one = request();
  one.target = "/v1/orders\nx";
  EXPECT_EQ(code(door.authenticate(one, kNow)), "malformed-credentials");
  one = request();
  one.method = "POST /";
  EXPECT_EQ(code(door.authenticate(one, kNow)), "malformed-credentials");
}

TEST_F(Signature, OtherKeysSignOtherwise) {
  const KeyRecord& second = directory.add(make_key({.participant = {8}}, test::key_random(50)));
  Request one = request();
  std::string other = header;
  other.replace(other.find(key->id), key->id.size(), second.id);
  one.authorization = other;
  EXPECT_EQ(code(door.authenticate(one, kNow)), "bad-signature");
  other.replace(other.find(second.id), second.id.size(), "K-ffffffffffffffff");
  one.authorization = other;
  EXPECT_EQ(code(door.authenticate(one, kNow)), "unknown-key");
  // The secret is the text; its bytes sign otherwise.
  std::string bytes;
  ASSERT_TRUE(parse_base64url(secret, bytes));
  const std::string wrong =
      sign_request(key->id, bytes, {"POST", kTarget, sha256(kBody)}, {kNow, kNonce});
  one.authorization = wrong;
  EXPECT_EQ(code(door.authenticate(one, kNow)), "bad-signature");
}

TEST_F(Signature, ABadOneShowsWhatTheExchangeSigns) {
  Request one = request();
  one.body = "{}";
  const Denial denial = door.authenticate(one, kNow).error();
  EXPECT_NE(denial.hint.find("tongsuan-hmac-v1|POST|/v1/orders?zone=guizhou|"
                             "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a|"
                             "1795000000|0123456789abcdef"),
            std::string::npos)
      << denial.hint;
  EXPECT_EQ(denial.hint.find(secret), std::string::npos);
}

TEST_F(Signature, RefusesClocksThatDifferAndSaysByHowMuch) {
  for (const std::int64_t skew : {-300, 0, 300}) {
    Authenticator fresh{settings(), master, directory};
    EXPECT_EQ(code(fresh.authenticate(request(after(skew)), kNow)), "ok") << skew;
  }
  const Denial behind = door.authenticate(request(after(-301)), kNow).error();
  EXPECT_EQ(behind.code, Code::kSkew);
  EXPECT_EQ(behind.detail,
            "the request was signed at 1794999699, the exchange has 1795000000: 301 s behind, at "
            "most 300 are allowed");
  EXPECT_EQ(code(door.authenticate(request(after(301)), kNow)), "skew");
  EXPECT_EQ(code(door.authenticate(request(UnixTime(0)), kNow)), "skew");
  EXPECT_EQ(code(door.authenticate(request(kUnixTimeMax), kNow)), "skew");
}

TEST_F(Signature, KeysExpireAndAreRevoked) {
  key->expires = after(10);
  EXPECT_EQ(code(door.authenticate(request(kNow, "nonce-nonce-nonce-1"), after(9))), "ok");
  EXPECT_EQ(code(door.authenticate(request(kNow, "nonce-nonce-nonce-2"), after(10))), "expired");
  key->revoked = true;
  EXPECT_EQ(code(door.authenticate(request(kNow, "nonce-nonce-nonce-3"), kNow)), "revoked");
  key->revoked = false;
  key->expires = std::nullopt;
  directory.add(Participant{{7}, "nlp", true});
  EXPECT_EQ(code(door.authenticate(request(kNow, "nonce-nonce-nonce-4"), kNow)),
            "unknown-participant");
}

TEST_F(Signature, RefusesReplays) {
  const Request one = request();
  EXPECT_EQ(code(door.authenticate(one, kNow)), "ok");
  for (const std::int64_t later : {0, 1, 299, 300}) {
    EXPECT_EQ(code(door.authenticate(one, after(later))), "replayed") << later;
  }
  EXPECT_EQ(code(door.authenticate(one, after(301))), "skew");
  // Also when the clock of the exchange is set back after a long time.
  for (std::int64_t minute = 1; minute < 40; ++minute) {
    const std::string nonce = "minute-nonce-nonce-" + std::to_string(minute);
    ASSERT_EQ(code(door.authenticate(request(after(60 * minute), nonce), after(60 * minute))),
              "ok");
  }
  header = sign_request(key->id, secret, {"POST", kTarget, sha256(kBody)}, {kNow, kNonce});
  EXPECT_EQ(code(door.authenticate({"POST", kTarget, kBody, header}, kNow)), "skew");
}

TEST_F(Signature, ForgedRequestsAreNotRemembered) {
  Request forged = request();
  forged.body = "forged";
  EXPECT_EQ(code(door.authenticate(forged, kNow)), "bad-signature");
  EXPECT_EQ(door.nonces().bytes(), 0U);
  EXPECT_EQ(code(door.authenticate(request(), kNow)), "ok");
}

TEST_F(Signature, WhatWasSignedBeforeTheStartIsRefused) {
  AccessSettings late = settings();
  late.started = kNow;
  Authenticator fresh{late, master, directory};
  EXPECT_EQ(code(fresh.authenticate(request(after(-1)), kNow)), "skew");
  EXPECT_EQ(code(fresh.authenticate(request(), kNow)), "ok");
}

TEST_F(Signature, NoncesAreBoundedForAKeyAndInAll) {
  AccessSettings tight = settings();
  tight.nonces = {.per_key_max = 3, .per_minute_max = 5};
  Authenticator narrow{tight, master, directory};
  const auto send = [&](int number, std::int64_t at) {
    return narrow.authenticate(request(after(at), "nonce-nonce-nonce-" + std::to_string(number)),
                               after(at));
  };
  for (int i = 0; i < 3; ++i) EXPECT_EQ(code(send(i, 0)), "ok");
  const Answer<Identity> full = send(3, 0);
  EXPECT_EQ(code(full), "nonces-full");
  EXPECT_EQ(http_status(full.error().code), 429);
  EXPECT_EQ(full.error().retry_after_seconds, 60);
  EXPECT_EQ(code(send(0, 0)), "replayed");
  // The next key has room until the minute is full.
  key = &directory.add(make_key({.participant = {8}}, test::key_random(50)));
  secret = key_secret(master, *key);
  EXPECT_EQ(code(send(0, 0)), "ok");
  EXPECT_EQ(code(send(1, 0)), "ok");
  EXPECT_EQ(code(send(2, 0)), "nonces-full");
  EXPECT_EQ(code(send(2, 60)), "ok");
}

TEST(NonceMemory, IsConstantAndForgetsNothingThatCounts) {
  NonceMemory memory({.per_key_max = 1000, .per_minute_max = 256}, UnixTime(0));
  Random random(5);
  std::size_t most = 0;
  std::vector<std::pair<std::string, std::int64_t>> used;
  for (std::int64_t now = 100'000; now < 110'000; now += 1) {
    const std::string nonce = "nonce-" + std::to_string(now);
    const std::int64_t time = now + random.between(-kSkewSecondsMax, kSkewSecondsMax);
    ASSERT_TRUE(memory.use("K", nonce, UnixTime(time)).ok()) << now;
    used.emplace_back(nonce, time);
    const auto& [old, at] = used[static_cast<std::size_t>(random.below(used.size()))];
    if (at >= now - kSkewSecondsMax) {
      EXPECT_EQ(memory.use("K", old, UnixTime(at)).error().code, Code::kReplayed);
    }
    most = std::max(most, memory.bytes());
  }
  EXPECT_LE(most, kNonceMinutes * 512 * sizeof(std::uint64_t) + 200);
  EXPECT_GT(most, 0U);
}

TEST_F(Signature, HeadersAreReadStrictly) {
  const std::string mac = base64url(std::string(32, 'm'));
  const std::string good =
      "key=K-0123456789abcdef, time=1, nonce=0123456789abcdef, signature=" + mac;
  EXPECT_TRUE(parse_request_signature(good).ok());
  EXPECT_TRUE(parse_request_signature("signature=" + mac +
                                      ",nonce=0123456789abcdef,time=0,key=K-0123456789abcdef")
                  .ok());
  const auto with = [&](std::string_view from, const std::string& to) {
    std::string text = good;
    return text.replace(text.find(from), from.size(), to);
  };
  for (const std::string& text : {std::string(),
                                  std::string(","),
                                  good + ", extra=1",
                                  good + ", key=K-0123456789abcdef",
                                  with("time=1, ", ""),
                                  with("time=1", "time="),
                                  with("time=1", "time=-1"),
                                  with("time=1", "time=01"),
                                  with("time=1", "time=1.0"),
                                  with("time=1", "time=9999999999999"),
                                  with("time=1", "time=999999999999"),
                                  with("K-0123456789abcdef", "K-0123456789ABCDEF"),
                                  with("K-0123456789abcdef", "k"),
                                  with("nonce=0123456789abcdef", "nonce=0123456789abcde"),
                                  with("nonce=0123456789abcdef", "nonce=" + std::string(65, 'a')),
                                  with("nonce=0123456789abcdef", "nonce=0123456789abcde\""),
                                  good + "=",
                                  good + "AA",
                                  good.substr(0, good.size() - 1) + "B",
                                  good + std::string(10'000, ' '),
                                  std::string(300, 'k')}) {
    EXPECT_FALSE(parse_request_signature(text).ok()) << text;
  }
}

// The worked example of docs/access.md, number for number.
TEST_F(Signature, DocumentShowsATrueExample) {
  std::ifstream file(TONGSUAN_SOURCE_DIR "/docs/access.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  const std::string body = R"({"name":"qwen-sft","nodes":4})";
  const SignedRequest signed_request{"POST", "/v1/orders?zone=guizhou", sha256(body)};
  const std::string lines = canonical_request(signed_request, kNow, "b7Qv3mJ0kXo2Lr9d");
  const std::string value =
      sign_request(key->id, secret, signed_request, {kNow, "b7Qv3mJ0kXo2Lr9d"});
  const Digest digest = request_digest(secret, lines);
  for (const std::string& part : {secret, body, lines, value, hex(digest.data(), digest.size())}) {
    EXPECT_NE(document.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace tongsuan::access

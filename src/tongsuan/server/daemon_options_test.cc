// Settings of tongsuand: layers, and what is refused, with its place.
#include "tongsuan/server/daemon_options.h"

#include <gtest/gtest.h>

namespace tongsuan::server {
namespace {

const std::vector<std::string> kArguments = {"--config", "t.toml"};

Result<DaemonOptions> read(const std::string& text, std::vector<std::string> more = {}) {
  more.insert(more.begin(), kArguments.begin(), kArguments.end());
  return parse_daemon_options(more, "data = \"/d\"\n" + text);
}

std::string fault(const std::string& text) {
  const auto options = read(text);
  if (options.ok()) return "ok";
  EXPECT_NE(options.error().hint, "") << options.error().context;
  return options.error().context;
}

TEST(DaemonOptions, FlagsAreAboveTheFileAndTheFileAboveDefaults) {
  const auto read_ = read("threads = 3\n[limits]\naddress_rate = 7\naddress_burst = 9\n",
                          {"--address-rate", "8", "--dev"});
  ASSERT_TRUE(read_.ok()) << read_.error().context;
  const DaemonOptions& options = read_.value();
  EXPECT_EQ(options.data, "/d");
  EXPECT_EQ(options.threads, 3);
  EXPECT_EQ(options.address_rate, 8);
  EXPECT_EQ(options.address_burst, 9);
  EXPECT_EQ(options.participant_rate, 50'000);
  EXPECT_TRUE(options.development);
  const std::string text = settings_text(options);
  EXPECT_NE(text.find("threads = 3  # t.toml:2\n"), std::string::npos) << text;
  EXPECT_NE(text.find("address_rate = 8  # --address-rate\n"), std::string::npos) << text;
  EXPECT_NE(text.find("participant_rate = 50000  # default\n"), std::string::npos) << text;
  EXPECT_NE(text.find("#speed =  # not given\n"), std::string::npos) << text;
}

TEST(DaemonOptions, WhatIsToldReadsAsAFileThatSetsTheSame) {
  const auto first = read(
      "speed = 5\n[webhooks]\nca_file = \"/a \\\"b\"\n[oidc]\nissuer = \"https://i\"\naudience = "
      "\"a\"\n"
      "jwks = \"https://i/k\"\n[oidc_roles]\n\"a b\" = \"hub\"\n[oidc.city]\nissuer = "
      "\"https://city\"\naudience = \"a\"\njwks = \"https://city/k\"\n[oidc.city.roles]\n"
      "\"a b\" = \"hub\"\n");
  ASSERT_TRUE(first.ok()) << first.error().context;
  const std::string text = settings_text(first.value());
  const auto again = parse_daemon_options(kArguments, text);
  ASSERT_TRUE(again.ok()) << again.error().context << text;
  EXPECT_EQ(again.value().speed, 5);
  EXPECT_EQ(again.value().webhook_ca_file, "/a \"b");
  for (const char* table : {"oidc", "oidc.city"}) {
    const auto& settings = again.value().providers.at(table).settings;
    ASSERT_EQ(settings.roles.size(), 1U) << text;
    EXPECT_EQ(settings.roles[0].value, "a b");
    EXPECT_EQ(settings.roles[0].role, access::Role::kHub);
  }
  EXPECT_EQ(again.value().providers.at("oidc.city").settings.issuer, "https://city");
}

TEST(DaemonOptions, SaysWhereTheFileIsWrong) {
  EXPECT_EQ(fault("thread = 1"), "t.toml:2: there is no key thread before the first table");
  EXPECT_EQ(fault("[limit]\na = 1"), "t.toml:3: there is no table [limit]");
  EXPECT_EQ(fault("[limits]\nsteams = 1"), "t.toml:3: there is no key steams in [limits]");
  EXPECT_EQ(fault("threads = \"1\""), "t.toml:2: threads takes no text");
  EXPECT_EQ(fault("listen = 7070"), "t.toml:2: listen takes a text");
  EXPECT_EQ(fault("listen = \"\""), "t.toml:2: listen is empty");
  EXPECT_EQ(fault("listen = \"7070\""), "t.toml:2: listen takes ADDRESS:PORT, not 7070");
  EXPECT_EQ(fault("listen = \"127.0.0.1:70700\""),
            "t.toml:2: listen takes ADDRESS:PORT, not 127.0.0.1:70700");
  EXPECT_EQ(fault("threads = 0"), "t.toml:2: threads takes a whole number from 1 to 64");
  EXPECT_EQ(fault("threads = true"), "t.toml:2: threads takes a whole number from 1 to 64");
  EXPECT_EQ(fault("simulate = 1"), "t.toml:2: simulate takes true or false");
  EXPECT_EQ(fault("threads = 1\nthreads = 2"), "t.toml:3:12: the key threads is there twice");
  EXPECT_EQ(fault("init = true"), "t.toml:2: there is no key init before the first table");
  EXPECT_EQ(fault("[tls]\nkey = \"k\""), "t.toml:3: --tls-cert and --tls-key come together");
  EXPECT_EQ(fault("[tls]\nclient_ca = \"c\""),
            "t.toml:3: tls.client_ca needs a certificate of the exchange, too");
  EXPECT_EQ(fault("[history]\nended_min = 10\nended_max = 9"),
            "t.toml:4: history.ended_max is below history.ended_min");
}

TEST(DaemonOptions, UsualFaultsStandBackBehindThoseThatAreGiven) {
  const auto options =
      read("simulate = true\n[simulated_hubs]\nstuck_per_mille = 3\n", {"--hub-faults"});
  ASSERT_TRUE(options.ok()) << options.error().context;
  EXPECT_TRUE(options.value().hub_agents);
  EXPECT_EQ(options.value().hub_faults.stuck_per_mille, 3U);
  EXPECT_EQ(options.value().hub_faults.requeue_hours, world::usual_hub_faults().requeue_hours);
  const std::string text = settings_text(options.value());
  EXPECT_NE(text.find("requeue_hours = 2000  # --hub-faults\n"), std::string::npos) << text;
  const auto again = parse_daemon_options(kArguments, text);
  ASSERT_TRUE(again.ok()) << again.error().context;
  EXPECT_EQ(again.value().hub_faults, options.value().hub_faults);
  const auto plain = read("simulate = true\n");
  ASSERT_TRUE(plain.ok());
  EXPECT_FALSE(plain.value().hub_agents);
  EXPECT_EQ(plain.value().hub_faults, world::HubFaults());
}

TEST(DaemonOptions, FaultsAreOfSimulatedHubsAndWithinTheirLimits) {
  const std::string hubs = "simulate = true\n[simulated_hubs]\n";
  for (const world::HubFaultKey& key : world::hub_fault_keys()) {
    const std::string name(key.name);
    EXPECT_EQ(fault(hubs + name + " = " + std::to_string(key.max)), "ok");
    EXPECT_EQ(fault(hubs + name + " = " + std::to_string(key.max + 1)),
              "t.toml:4: " + name + " takes a whole number from " + std::to_string(key.min) +
                  " to " + std::to_string(key.max));
  }
  EXPECT_EQ(fault(hubs + "stuck = 1"), "t.toml:4: there is no key stuck in [simulated_hubs]");
  EXPECT_EQ(
      fault("[simulated_hubs]\nagents = true"),
      "t.toml:3: simulated_hubs.agents is of simulated hubs, and this exchange simulates none");
  EXPECT_EQ(fault("[simulated_hubs]\nphantom_per_mille = 1"),
            "t.toml:3: simulated_hubs.phantom_per_mille is of simulated hubs, and this exchange "
            "simulates none");
}

TEST(DaemonOptions, AProviderIsWholeOrRefused) {
  const std::string issuer = "[oidc]\nissuer = \"https://i\"\n";
  const std::string audience = "audience = \"a\"\n", keys = "jwks = \"https://i/k\"\n";
  const std::string roles = "[oidc_roles]\ntraders = \"participant\"\n";
  EXPECT_EQ(fault(issuer + audience + keys + roles), "ok");
  EXPECT_EQ(fault("[oidc]\n" + audience), "t.toml:3: [oidc] has no issuer");
  EXPECT_EQ(fault(roles), "t.toml:3: [oidc] has no issuer");
  EXPECT_EQ(fault(issuer + keys + roles), "t.toml:3: [oidc] has an issuer, but no audience");
  EXPECT_EQ(fault(issuer + audience + roles),
            "t.toml:3: [oidc] has an issuer, but no jwks: its public keys");
  EXPECT_EQ(fault(issuer + audience + keys),
            "t.toml:3: [oidc_roles] is empty: no token would have a role");
  EXPECT_EQ(fault("[oidc_roles]\ntraders = \"trader\""), "t.toml:3: traders gives no role");
  EXPECT_EQ(fault("[oidc_roles]\ntraders = 1"), "t.toml:3: traders gives no role");
  EXPECT_EQ(fault("[oidc]\nleeway_seconds = 601"),
            "t.toml:3: leeway_seconds takes a whole number from 0 to 600");
  const std::string plain =
      "t.toml:5: jwks is fetched by https, so that nobody on the way changes it";
  EXPECT_EQ(fault(issuer + audience + "jwks = \"http://i/k\"\n" + roles), plain);
  EXPECT_EQ(fault(issuer + audience + "jwks = \"http://127.0.0.1.evil.example/k\"\n" + roles),
            plain);
  EXPECT_EQ(fault(issuer + audience + "jwks = \"ftp://127.0.0.1/k\"\n" + roles), plain);
  EXPECT_EQ(fault(issuer + audience + "jwks = \"http://127.0.0.1:80/k\"\n" + roles), "ok");
  EXPECT_EQ(fault(issuer + audience + "jwks = \"/etc/keys.json\"\n" + roles), "ok");
}

TEST(DaemonOptions, ProvidersAreOfDifferentIssuers) {
  const auto provider = [](const std::string& name, const std::string& issuer) {
    const std::string roles = name.empty() ? "oidc_roles" : "oidc" + name + ".roles";
    return "[oidc" + name + "]\nissuer = \"" + issuer + "\"\naudience = \"a\"\njwks = \"/k\"\n[" +
           roles + "]\na = \"hub\"\n";
  };
  EXPECT_EQ(fault(provider("", "https://i") + provider(".city", "https://c")), "ok");
  EXPECT_EQ(fault(provider(".lab", "https://l") + provider(".city", "https://c")), "ok")
      << "the one without a name need not be there";
  EXPECT_EQ(fault(provider("", "https://i") + provider(".city", "https://i")),
            "t.toml:9: [oidc.city] has the issuer of [oidc]");
  EXPECT_EQ(fault("[oidc.city]\naudience = \"a\"\n"), "t.toml:3: [oidc.city] has no issuer");
  EXPECT_EQ(fault("[oidc.city]\nleeway_seconds = 5\n"), "t.toml:3: [oidc.city] has no issuer");
  EXPECT_EQ(fault("[oidc.city]\nissuer = \"https://c\"\naudience = \"a\"\njwks = \"/k\"\n"),
            "t.toml:3: [oidc.city.roles] is empty: no token would have a role");
  EXPECT_EQ(fault("[oidc.city]\nisuer = \"https://c\"\n"),
            "t.toml:3: there is no key isuer in [oidc.city]");
  for (const char* table : {"oidc.roles", "oidc.a.b", "oidc.a.b.roles", "oidc.a.role", "oidcx.a"}) {
    EXPECT_EQ(fault("[" + std::string(table) + "]\na = \"hub\"\n"),
              "t.toml:3: there is no table [" + std::string(table) + "]");
  }
  std::string many;
  for (int i = 0; i < 16; ++i) {
    const std::string name = std::to_string(i);
    many += provider(".p" + name, "https://i" + name);
  }
  EXPECT_NE(fault(many).find("more than 16 providers"), std::string::npos);
}

}  // namespace
}  // namespace tongsuan::server

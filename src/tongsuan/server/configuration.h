// What settings of the program mean for its parts.
#pragma once

#include <string>

#include "tongsuan/net/server.h"
#include "tongsuan/node/forgetting.h"
#include "tongsuan/server/daemon_options.h"
#include "tongsuan/server/service.h"

namespace tongsuan::server {

[[nodiscard]] ServiceOptions to_service_options(const DaemonOptions& options);
[[nodiscard]] node::ForgetRules to_forget_rules(const DaemonOptions& options);
[[nodiscard]] net::ServerOptions to_server_options(const DaemonOptions& options);
// Development is for this machine only.
[[nodiscard]] Result<Done> check_address(const DaemonOptions& options);

// What the program would do, and all settings. Refuses what a start would refuse without looking at
// the exchange itself: files that cannot be read, certificates that do not belong together.
[[nodiscard]] Result<std::string> plan_text(const DaemonOptions& options);

}  // namespace tongsuan::server

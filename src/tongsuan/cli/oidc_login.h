// tongsuan login --oidc: a person proves who they are to their provider, in a browser.
//
// The command listens on a free loopback port, shows the address to open, and waits for the browser
// to come back with a code, which it exchanges for a token (access/login.h).
#pragma once

#include "tongsuan/cli/remote_session.h"

namespace tongsuan::cli {

Attempt<remote::Credential> oidc_credential(Session& session, const Arguments& arguments,
                                            const remote::Settings& settings);

}  // namespace tongsuan::cli

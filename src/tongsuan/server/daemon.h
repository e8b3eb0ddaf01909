// tongsuand, the program: the data folder, its parts, signals. Options: daemon_options.h.
//
// The data folder holds the journal, its signed head and key, the master secret, the places as they
// were given, and `exchange`, a line each of what never changes: epoch, opening, zone.
#pragma once

namespace tongsuan::server {

// The whole process; its exit status.
int run_daemon(int argc, char** argv);

}  // namespace tongsuan::server

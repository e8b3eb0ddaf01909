// tongsuand: one running exchange. Everything is in src/tongsuan/server.
#include "tongsuan/server/daemon.h"

int main(int argc, char** argv) {
  return tongsuan::server::run_daemon(argc, argv);
}

// tongsuan-hub: the agent beside one cluster. Everything is in src/tongsuan/hub.
#include "tongsuan/hub/program.h"

int main(int argc, char** argv) {
  return tongsuan::hub::run_program(argc, argv);
}

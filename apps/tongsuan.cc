// tongsuan: the command line. Everything is in src/tongsuan/cli.
#include "tongsuan/cli/cli.h"

int main(int argc, char** argv) {
  return tongsuan::cli::run_process(argc, argv);
}

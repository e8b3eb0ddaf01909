// cli, floor 9: the command line. One process runs one command.
//
// Model. A command is a row of one table (commands.h): its arguments, options, examples and the
// function that runs it. Parsing, --help, man pages and shell completion all read that table, so
// they cannot disagree. Every sentence for people is a row of one other table (messages.h), in
// English and Chinese. A command never prints an error: it returns a Failure, and `run` prints what
// happened, a runnable `try:` line and a stable code on stderr, and ends with the exit code of the
// failure.
//
// Invariants. Standard output carries the answer and nothing else: with `-o json` exactly one JSON
// document. Files are written whole or not at all. A certificate is written only after the verifier
// accepted it (market::Verified).
//
//   commands.h   the table of commands          parse.h      arguments by that table
//   help.h       help, man pages, completion    messages.h   every sentence, in two languages
//   failure.h    errors of a command            output.h     standard output and error
//   files.h      reading, atomic writing        interrupt.h  Ctrl-C
//   progress.h   the bar on a terminal          listings.h   what `show` lists
//   explain.h    answers of why and quote       instant.h    slots as times
#pragma once

#include <functional>
#include <span>
#include <string_view>

#include "tongsuan/cli/output.h"

namespace tongsuan::cli {

enum ExitCode : int {
  kOk = 0,
  kUnexpected = 1,
  kUsage = 2,
  kConfiguration = 3,
  kNotFound = 4,
  kRejected = 5,     // the market's rules refuse the input: an invalid market file
  kNotPlaced = 6,    // a quote for an order that would not be placed
  kTimeout = 7,      // only commands that talk to an exchange
  kConflict = 8,     // an output exists and --force was not given
  kUnavailable = 9,  // only commands that talk to an exchange
  kNotVerified = 10,
  kInterrupted = 130,
};

// What a command sees of the process that it runs in.
struct World {
  Output& out;
  Output& err;
  // The value of an environment variable; null when it is not set.
  std::function<const char*(const char*)> environment;
};

// Runs one command; `arguments` are those behind the program name. The exit code.
int run(std::span<const std::string_view> arguments, World& world);

// As above in this process: standard streams, its environment, its signals.
int run_process(int argc, char** argv);

}  // namespace tongsuan::cli

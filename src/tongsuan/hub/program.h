// The program tongsuan-hub: settings, a clock, signals, and what people say to an agent.
#pragma once

namespace tongsuan::hub {

// Statuses: 0 done, 1 failed, 2 wrong arguments, 3 wrong settings, 4 another agent has the hub.
[[nodiscard]] int run_program(int argc, char** argv);

}  // namespace tongsuan::hub

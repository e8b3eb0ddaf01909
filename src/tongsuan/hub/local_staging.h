// Folders of contracts on a file system of this machine, and commands that move data.
//
// Model. A few threads do what stands in a queue, of each user one thing after the other; questions
// put work into it and tell what became of it. Folders are made with mode 0700 below `scratch`,
// given to the tenant's user, and never reached through a link. Commands are words without a shell,
// in which {from}, {to}, {folder} and {user} are replaced; what a stranger wrote is one word, never
// begins with '-', and where it is a path it stays inside the folder.
//
// Giving a folder away and removing what others own needs rights that an agent should not have:
// `own` and `remove` name commands for that. Without them the agent does it as itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tongsuan/base/result.h"
#include "tongsuan/hub/staging.h"

namespace tongsuan::hub {

struct LocalStagingOptions {
  std::string scratch;  // a folder that is there
  std::vector<std::string> in, out, own, remove;
  std::int64_t deadline_seconds = 3'600;  // of each command
};

// kInvalidArgument where `scratch` is none, or others may write there.
[[nodiscard]] Result<std::unique_ptr<Staging>> make_local_staging(LocalStagingOptions options);

// A part of a file in the folder of a contract, as Staging::read. What a stranger may have put
// there instead is refused: links, also hard ones, files of others, and what is no regular file.
[[nodiscard]] Result<cluster::Piece, std::string> read_tenant_file(const std::string& scratch,
                                                                   const std::string& contract,
                                                                   const std::string& file,
                                                                   const cluster::Extent& extent);

// Whether a path stays where it is put: relative, without "..", without control bytes.
[[nodiscard]] bool is_inside(std::string_view path);

}  // namespace tongsuan::hub

// A script that runs another one in an image, for clusters that have no images of their own.
//
// Model. The hub says how it runs images: a command as words, in which {image}, {script} and
// {folder} are replaced, also inside of a word:
//
//   apptainer exec --nv --bind {folder} docker://{image} /bin/sh -c {script}
//
// Each word is quoted whole for the shell and what was put in is not looked at again, so neither
// an image nor a script can say anything to the shell that the hub did not. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tongsuan/cluster/cluster.h"

namespace tongsuan::cluster {

inline constexpr std::size_t kImageBytesMax = 512;

// "registry.example.com:5000/team/train:1.2", perhaps with "@sha256:…": what may be the reference
// of an image. No option, no path of the machine, nothing that leads elsewhere.
[[nodiscard]] bool is_image(std::string_view image);

// kUnfit: a command that does not take both image and script.
[[nodiscard]] Answer<Done> check_image_command(const std::vector<std::string>& command);

// kUnfit: there is no command, or the image is none.
[[nodiscard]] Answer<std::string> image_script(const std::vector<std::string>& command,
                                               const Work& work);

}  // namespace tongsuan::cluster

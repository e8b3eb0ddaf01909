#include "tongsuan/cluster/image_script.h"

#include <algorithm>
#include <utility>

namespace tongsuan::cluster {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// One word of a shell, whatever is in it.
void append_quoted_word(std::string& out, std::string_view word) {
  out += '\'';
  for (const char c : word) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  out += '\'';
}

// The word with everything put in, in one pass.
std::string filled(std::string_view word, const Work& work) {
  const std::pair<std::string_view, std::string_view> kParts[] = {
      {"{image}", work.image}, {"{script}", work.script}, {"{folder}", work.folder}};
  std::string out;
  while (!word.empty()) {
    const auto part =
        std::ranges::find_if(kParts, [&](const auto& one) { return word.starts_with(one.first); });
    if (part == std::end(kParts)) {
      out += word.front();
      word.remove_prefix(1);
    } else {
      out += part->second;
      word.remove_prefix(part->first.size());
    }
  }
  return out;
}

}  // namespace

bool is_image(std::string_view image) {
  if (image.empty() || image.size() > kImageBytesMax || !is_letter_or_digit(image.front()) ||
      image.find("..") != std::string_view::npos || image.find("//") != std::string_view::npos) {
    return false;
  }
  return std::ranges::all_of(image, [](char c) {
    return is_letter_or_digit(c) || std::string_view("._-/:@+").find(c) != std::string_view::npos;
  });
}

Answer<Done> check_image_command(const std::vector<std::string>& command) {
  for (const std::string_view part : {"{image}", "{script}"}) {
    const bool has = std::ranges::any_of(
        command, [&](const std::string& word) { return word.find(part) != std::string::npos; });
    if (has) continue;
    return Fault{FaultKind::kUnfit, "the command for images has no " + std::string(part),
                 "apptainer exec --nv --bind {folder} docker://{image} /bin/sh -c {script}"};
  }
  return Done{};
}

Answer<std::string> image_script(const std::vector<std::string>& command, const Work& work) {
  if (command.empty()) {
    return Fault{FaultKind::kUnfit, "this cluster runs no images", "set image_command of [slurm]"};
  }
  if (!is_image(work.image)) {
    return Fault{FaultKind::kUnfit, "\"" + work.image + "\" is no reference of an image",
                 "one such as registry.example.com/team/train:1.2"};
  }
  // The shell is replaced, so that signals of the cluster reach the command.
  std::string script = "#!/bin/sh\nexec";
  for (const std::string& word : command) {
    script += ' ';
    append_quoted_word(script, filled(word, work));
  }
  return script + '\n';
}

}  // namespace tongsuan::cluster

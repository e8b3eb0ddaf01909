#include "tongsuan/cluster/image_script.h"

#include <cstdio>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tongsuan::cluster {
namespace {

Work boxed(const std::string& script) {
  Work work;
  work.image = "registry.example.com:5000/team/train:1.2";
  work.script = script;
  work.folder = "/scratch/C-17";
  return work;
}

// What a shell says that runs it.
std::string said_by_shell(const std::string& script) {
  const std::string path =
      testing::TempDir() + "tongsuan-image-script-" + std::to_string(::getpid());
  FILE* const file = std::fopen(path.c_str(), "w");
  std::fputs(script.c_str(), file);
  std::fclose(file);
  FILE* const pipe = popen(("/bin/sh " + path).c_str(), "r");
  std::string said;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) said += static_cast<char>(c);
  pclose(pipe);
  std::remove(path.c_str());
  return said;
}

TEST(ImageScript, KnowsReferencesOfImages) {
  for (const char* good : {"busybox", "team/train:1.2", "registry.example.com:5000/a/b:c",
                           "a@sha256:0123abcdef", "A_b-c.d+e"}) {
    EXPECT_TRUE(is_image(good)) << good;
  }
  const std::string long_one(kImageBytesMax + 1, 'a');
  for (const std::string& bad :
       {std::string(), std::string("-rm"), std::string("/etc/passwd"), std::string("a/../b"),
        std::string("docker://a"), std::string("a b"), std::string("a;b"), std::string("a'b"),
        std::string("a$b"), std::string("a\nb"), std::string("{script}"), long_one}) {
    EXPECT_FALSE(is_image(bad)) << bad;
  }
}

TEST(ImageScript, NeedsImageAndScriptInTheCommand) {
  EXPECT_TRUE(check_image_command({"run", "oci:{image}", "{script}"}).ok());
  EXPECT_EQ(check_image_command({"run", "{image}"}).error().what,
            "the command for images has no {script}");
  EXPECT_EQ(check_image_command({"run", "{script}"}).error().what,
            "the command for images has no {image}");
}

// Quotes, names of parts, and what a shell would replace reach the script's shell as they are.
TEST(ImageScript, SaysNothingToTheShellThatTheHubDidNot) {
  const std::string script = "echo 'a b' \"$((1+1))\" '{image} {folder}' '$HOME `id` \\'; exit 3\n";
  const auto made = image_script({"sh", "-c", "{script}", "{folder}", "in:{image}"}, boxed(script));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(said_by_shell(made.value()), "a b 2 {image} {folder} $HOME `id` \\\n");
}

TEST(ImageScript, PutsPartsIntoWords) {
  const auto made =
      image_script({"echo", "docker://{image}", "{folder}:{folder}", "{script}"}, boxed("x;y"));
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(said_by_shell(made.value()),
            "docker://registry.example.com:5000/team/train:1.2 /scratch/C-17:/scratch/C-17 x;y\n");
}

TEST(ImageScript, RefusesWhatIsNoImage) {
  Work work = boxed("true");
  work.image = "--bind /:/host";
  EXPECT_EQ(image_script({"run", "{image}", "{script}"}, work).error().kind, FaultKind::kUnfit);
  EXPECT_EQ(image_script({}, boxed("true")).error().what, "this cluster runs no images");
}

}  // namespace
}  // namespace tongsuan::cluster

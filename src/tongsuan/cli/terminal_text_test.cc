// What programs of strangers say, on a terminal.
#include "tongsuan/cli/terminal_text.h"

#include <gtest/gtest.h>

namespace tongsuan::cli {
namespace {

std::string shown(const std::vector<std::string>& pieces) {
  TerminalText text;
  std::string out;
  for (const std::string& piece : pieces) out += text.take(piece);
  return out + text.finish();
}

TEST(TerminalText, KeepsLinesAndCharacters) {
  EXPECT_EQ(shown({"loss\t0.5\n", "损失 ½ 😀\n"}), "loss\t0.5\n损失 ½ 😀\n");
}

TEST(TerminalText, NeutralisesWhatSteersATerminal) {
  EXPECT_EQ(shown({"\x1b[31mred\x1b]0;title\x07"}), "?[31mred?]0;title?");
  EXPECT_EQ(shown({"\x9b"
                   "2J\xc2\x9b"
                   "2J\x7f\x08"}),
            "?2J?2J??");
  EXPECT_EQ(shown({std::string("a\0b", 3)}), "a?b");
}

TEST(TerminalText, ShowsWhatIsWrittenOverAsLines) {
  EXPECT_EQ(shown({"10 %\r20 %\r", "30 %\r\ndone"}), "10 %\n20 %\n30 %\ndone");
  EXPECT_EQ(shown({"a\r", "\nb"}), "a\nb") << "cut between the two";
  EXPECT_EQ(shown({"a\r"}), "a\n");
}

TEST(TerminalText, IsTheSameHoweverItIsCut) {
  const std::string text = "x损\r失\xe6\xf0\x9f\x98\x80\xc2\x80\xed\xa0\x80\xff\r\n\xc3z\xe6";
  const std::string whole = shown({text});
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) {
      EXPECT_EQ(shown({text.substr(0, a), text.substr(a, b - a), text.substr(b)}), whole);
    }
  }
}

TEST(TerminalText, EndsACharacterThatWasCut) {
  EXPECT_EQ(shown({"a\xe6\x8d"}), "a?");
  EXPECT_EQ(shown({"\xe6", "b"}), "?b");
}

}  // namespace
}  // namespace tongsuan::cli

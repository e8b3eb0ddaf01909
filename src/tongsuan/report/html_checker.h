// Test helper: a strict reader of the HTML that reports write: every tag closed in order,
// attributes quoted and not repeated, ids unique, no stray '<' or '&'. The first fault in words, or
// "".
#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tongsuan::report::testing {

class HtmlChecker {
 public:
  explicit HtmlChecker(std::string_view text) : text_(text) {}

  std::string check() {
    if (!text_.starts_with("<!DOCTYPE html>")) return "no doctype";
    at_ = std::string_view("<!DOCTYPE html>").size();
    while (at_ < text_.size() && fault_.empty()) step();
    if (fault_.empty() && !open_.empty()) fail("never closed: " + open_.back());
    return fault_;
  }
  [[nodiscard]] const std::set<std::string>& ids() const { return ids_; }

 private:
  void fail(const std::string& what) {
    fault_ = what + " near: " + std::string(text_.substr(at_ < 60 ? 0 : at_ - 60, 120));
  }

  void step() {
    if (text_[at_] == '<') {
      tag();
    } else if (text_[at_] == '&') {
      entity(text_.size());
    } else {
      ++at_;
    }
  }

  void entity(std::size_t end) {
    static constexpr std::array<std::string_view, 6> kKnown = {"&amp;",  "&lt;",  "&gt;",
                                                               "&quot;", "&#39;", "&nbsp;"};
    for (const std::string_view known : kKnown) {
      if (text_.substr(at_, end - at_).starts_with(known)) {
        at_ += known.size();
        return;
      }
    }
    fail("stray &");
  }

  std::string name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 ||
                                  text_[at_] == '-' || text_[at_] == ':')) {
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }

  void space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  void tag() {
    ++at_;
    if (at_ < text_.size() && text_[at_] == '/') {
      ++at_;
      const std::string closed = name();
      if (open_.empty() || open_.back() != closed) return fail("closes out of order: " + closed);
      open_.pop_back();
      if (at_ >= text_.size() || text_[at_] != '>') return fail("bad end tag");
      ++at_;
      return;
    }
    const std::string opened = name();
    if (opened.empty()) return fail("stray <");
    std::set<std::string> seen;
    for (space(); fault_.empty() && at_ < text_.size() && text_[at_] != '>' && text_[at_] != '/';
         space()) {
      attribute(seen);
    }
    if (fault_.empty()) end_of_tag(opened);
  }

  void attribute(std::set<std::string>& seen) {
    const std::string key = name();
    if (key.empty() || !seen.insert(key).second) return fail("bad or repeated attribute " + key);
    if (at_ >= text_.size() || text_[at_] != '=') return;  // a flag: checked, hidden
    at_ += 2;
    if (text_[at_ - 1] != '"') return fail("attribute without quotes: " + key);
    const std::size_t end = text_.find('"', at_);
    if (end == std::string_view::npos) return fail("attribute never ends: " + key);
    const std::string value(text_.substr(at_, end - at_));
    if (value.find('<') != std::string::npos) return fail("< in attribute " + key);
    if (key == "id" && !ids_.insert(value).second) return fail("id twice: " + value);
    while (at_ < end && fault_.empty()) {
      if (text_[at_] == '&') {
        entity(end);
      } else {
        ++at_;
      }
    }
    at_ = end + 1;
  }

  void end_of_tag(const std::string& opened) {
    static const std::set<std::string> kVoid = {"meta", "input", "br", "link", "img", "hr"};
    const bool self_closed = at_ < text_.size() && text_[at_] == '/';
    if (self_closed) {
      if (std::find(open_.begin(), open_.end(), "svg") == open_.end()) {
        return fail("self-closed outside svg: " + opened);
      }
      ++at_;
    }
    if (at_ >= text_.size() || text_[at_] != '>') return fail("bad tag " + opened);
    ++at_;
    if (self_closed || kVoid.contains(opened)) return;
    if (opened == "style" || opened == "script") {
      const std::string end = "</" + opened + ">";
      const std::size_t found = text_.find(end, at_);
      if (found == std::string_view::npos) return fail(opened + " never ends");
      at_ = found + end.size();
      return;
    }
    open_.push_back(opened);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  std::set<std::string> ids_;
  std::string fault_;
};

}  // namespace tongsuan::report::testing

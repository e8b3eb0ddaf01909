#include "tongsuan/jobfile/internal/yaml_tree.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace tongsuan::jobfile {
namespace {

// Thrown through yaml-cpp by the builder, and caught at the end of this file.
struct Stop {
  YAML::Mark where;
  std::string problem;
};

std::size_t size_of(const YamlNode& node) {
  std::size_t size = 1 + node.keys.size();
  for (const YamlNode& item : node.items) size += size_of(item);
  return size;
}

std::size_t depth_of(const YamlNode& node) {
  std::size_t depth = 0;
  for (const YamlNode& item : node.items) depth = std::max(depth, depth_of(item));
  return depth + 1;
}

class Builder final : public YAML::EventHandler {
 public:
  YamlNode take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& /*where*/) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& where, YAML::anchor_t anchor) override {
    add(where, anchor, start(where, YamlKind::kNull));
  }
  void OnScalar(const YAML::Mark& where, const std::string& /*tag*/, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = start(where, YamlKind::kScalar);
    node.text = value;
    add(where, anchor, std::move(node));
  }
  void OnAlias(const YAML::Mark& where, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Stop{where, "an alias names what it is part of"};
    if (++aliases_ > kYamlAliasesMax) throw Stop{where, "there are too many aliases"};
    nodes_ += size_of(found->second);
    if (open_.size() + depth_of(found->second) > kYamlDepthMax) deep(where);
    add(where, YAML::NullAnchor, YamlNode(found->second));
  }
  void OnSequenceStart(const YAML::Mark& where, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(where, anchor, YamlKind::kList);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& where, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(where, anchor, YamlKind::kMap);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    YamlNode node;
    YAML::Mark where;
    YAML::anchor_t anchor;
  };

  [[noreturn]] static void deep(const YAML::Mark& where) {
    throw Stop{where,
               "lists and maps are nested more than " + std::to_string(kYamlDepthMax) + " deep"};
  }
  static YamlNode start(const YAML::Mark& where, YamlKind kind) {
    return {kind,
            static_cast<std::uint32_t>(where.line + 1),
            static_cast<std::uint32_t>(where.column + 1),
            {},
            {},
            {}};
  }
  void open(const YAML::Mark& where, YAML::anchor_t anchor, YamlKind kind) {
    if (open_.size() >= kYamlDepthMax) deep(where);
    open_.push_back({start(where, kind), where, anchor});
  }
  void close() {
    Open done = std::move(open_.back());
    open_.pop_back();
    add(done.where, done.anchor, std::move(done.node));
  }
  void add(const YAML::Mark& where, YAML::anchor_t anchor, YamlNode node) {
    if (++nodes_ > kYamlNodesMax) throw Stop{where, "there are too many values"};
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    YamlNode& parent = open_.back().node;
    if (parent.kind != YamlKind::kMap || parent.keys.size() > parent.items.size()) {
      parent.items.push_back(std::move(node));
      return;
    }
    if (node.kind != YamlKind::kScalar) throw Stop{where, "a key is not a plain word"};
    if (std::ranges::any_of(parent.keys, [&](const YamlNode& k) { return k.text == node.text; })) {
      throw Stop{where, "\"" + node.text + "\" comes twice"};
    }
    parent.keys.push_back(std::move(node));
  }

  YamlNode root_;
  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0;
  std::size_t aliases_ = 0;
};

Error failure(const YAML::Mark& where, const std::string& problem) {
  const int line = std::max(where.line, 0) + 1;
  const int column = std::max(where.column, 0) + 1;
  return {ErrorCode::kCorrupt, std::to_string(line) + ":" + std::to_string(column) + ": " + problem,
          "compare the file with docs/jobfile.md"};
}

}  // namespace

Result<YamlNode> parse_yaml(std::string_view text) {
  std::istringstream stream{std::string(text)};
  Builder builder;
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) return YamlNode();
    YamlNode root = builder.take();
    Builder second;
    if (parser.HandleNextDocument(second)) {
      return Error{ErrorCode::kCorrupt, "1:1: there is more than one document",
                   "put each job into a file of its own"};
    }
    return root;
  } catch (const Stop& stop) {
    return failure(stop.where, stop.problem);
  } catch (const YAML::Exception& exception) {
    return failure(exception.mark, "is no YAML: " + exception.msg);
  }
}

}  // namespace tongsuan::jobfile

// Slurm scripts: #SBATCH lines as sbatch reads them, and #TONGSUAN lines with market terms.
//
// sbatch stops looking for options at the first line that is neither a comment nor blank; so does
// this. Options that say how a job runs at its cluster, such as --output, mean nothing to the
// market and are left to the cluster.
#include <algorithm>
#include <array>

#include "tongsuan/jobfile/internal/job_reader.h"

namespace tongsuan::jobfile {
namespace {

constexpr std::string_view kSbatch = "#SBATCH";
constexpr std::string_view kTongsuan = "#TONGSUAN";

struct Word {
  std::string text;
  std::uint32_t column = 1;
};

// Words of an #SBATCH line; quotes keep blanks together, and a # begins a comment.
std::vector<Word> words_of(std::string_view line, std::size_t begin) {
  std::vector<Word> words;
  bool inside = false;
  char quote = 0;
  for (std::size_t i = begin; i < line.size(); ++i) {
    const char c = line[i];
    if (quote == 0 && (c == ' ' || c == '\t')) {
      inside = false;
      continue;
    }
    if (quote == 0 && !inside && c == '#') break;
    if (!inside) words.push_back({"", static_cast<std::uint32_t>(i + 1)});
    inside = true;
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      words.back().text += c;
    }
  }
  return words;
}

struct Option {
  std::string_view name;
  char letter = 0;
  bool has_value = true;
};

// What the market understands, then what it leaves to the cluster.
constexpr std::array kOptions = {
    Option{"nodes", 'N'}, Option{"gres"},          Option{"gpus-per-node"},
    Option{"time", 't'},  Option{"job-name", 'J'}, Option{"account", 'A'},
    Option{"begin", 'b'}, Option{"deadline"},      Option{"exclusive", 0, false}};
constexpr std::array kLeftAlone = {Option{"output", 'o'},
                                   Option{"error", 'e'},
                                   Option{"input", 'i'},
                                   Option{"partition", 'p'},
                                   Option{"qos", 'q'},
                                   Option{"ntasks", 'n'},
                                   Option{"ntasks-per-node"},
                                   Option{"cpus-per-task", 'c'},
                                   Option{"cpus-per-gpu"},
                                   Option{"mem"},
                                   Option{"mem-per-cpu"},
                                   Option{"mem-per-gpu"},
                                   Option{"mail-type"},
                                   Option{"mail-user"},
                                   Option{"chdir", 'D'},
                                   Option{"export"},
                                   Option{"comment"},
                                   Option{"signal"},
                                   Option{"open-mode"},
                                   Option{"requeue", 0, false},
                                   Option{"no-requeue", 0, false},
                                   Option{"verbose", 'v', false}};

class SlurmReader {
 public:
  SlurmReader(std::string_view bytes, const ReadOptions& options, Job& job)
      : bytes_(bytes), options_(options), job_(job), reader_(options, job) {}

  bool read() { return lines() && market() && devices(); }
  Error take_error() { return terms_error_ ? *terms_error_ : reader_.take_error(); }

 private:
  bool fail(const Word& at, const std::string& problem, std::string hint) {
    YamlNode node;
    node.line = line_;
    node.column = at.column;
    return reader_.fail(node, problem, std::move(hint));
  }

  bool lines() {
    std::size_t begin = 0;
    bool options = true;
    while (begin < bytes_.size()) {
      const std::size_t end = std::min(bytes_.find('\n', begin), bytes_.size());
      std::string_view line = bytes_.substr(begin, end - begin);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++line_;
      if (options && line.starts_with(kSbatch) && !sbatch(line)) return false;
      if (options) term(line);
      options = options &&
                (line.find_first_not_of(" \t") == std::string_view::npos || line.starts_with('#'));
      begin = end + 1;
    }
    return true;
  }

  // Market terms become a YAML document that has them on the lines where they stand.
  void term(std::string_view line) {
    if (line.starts_with(kTongsuan)) {
      terms_ += std::string(kTongsuan.size(), ' ');
      terms_ += line.substr(kTongsuan.size());
      has_terms_ = true;
    }
    terms_ += '\n';
  }

  bool market() {
    if (!has_terms_) return true;
    auto tree = parse_yaml(terms_);
    if (!tree.ok()) {
      terms_error_ = tree.error();
      terms_error_->context = options_.file + ":" + terms_error_->context;
      return false;
    }
    terms_tree_ = std::move(tree.value());
    return true;
  }

  bool sbatch(std::string_view line) {
    const std::vector<Word> words = words_of(line, kSbatch.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
      Word word = words[i];
      std::string value;
      bool given = false;
      const Option* option = find(word, value, given);
      if (option == nullptr) {
        reader_.warn(line_, word.column, word.text + " is not known and has no effect");
        // Its value, if it has one, is the next word.
        if (i + 1 < words.size() && !words[i + 1].text.starts_with('-')) ++i;
        continue;
      }
      if (option->has_value && !given) {
        if (++i == words.size()) {
          return fail(word, word.text + " has no value", "write " + word.text + "=…");
        }
        word = words[i];
        value = word.text;
      }
      if (!apply(option->name, value, word)) return false;
    }
    return true;
  }

  // --name, --name=value, -N value or -Nvalue.
  static const Option* find(const Word& word, std::string& value, bool& given) {
    const std::string_view text = word.text;
    const auto look = [&](const auto& options) -> const Option* {
      for (const Option& option : options) {
        if (text.starts_with("--")) {
          const std::size_t equals = text.find('=');
          if (text.substr(2, equals == text.npos ? text.npos : equals - 2) != option.name) continue;
          given = equals != text.npos;
          if (given) value = text.substr(equals + 1);
          return &option;
        }
        if (text.size() >= 2 && text[0] == '-' && option.letter == text[1]) {
          given = text.size() > 2;
          if (given) value = text.substr(text[2] == '=' ? 3 : 2);
          return &option;
        }
      }
      return nullptr;
    };
    const Option* option = look(kOptions);
    return option != nullptr ? option : look(kLeftAlone);
  }

  bool apply(std::string_view name, const std::string& value, const Word& at) {
    if (name == "nodes") return nodes(value, at);
    if (name == "gres" || name == "gpus-per-node") return gpus(name, value, at);
    if (name == "time") return time_limit(value, at);
    if (name == "begin") return point(value, at, job_.earliest);
    if (name == "deadline") return point(value, at, job_.deadline);
    if (name == "exclusive") job_.whole_nodes = true;
    if (name == "job-name") job_.name = value;
    if (name != "account") return true;
    job_.account = value;
    return is_name(value) || fail(at, "--account: \"" + value + "\" is no name",
                                  "use a name of letters, digits, '_', '-' and '.'");
  }

  // A number, or least and most: the job is then elastic.
  bool nodes(const std::string& value, const Word& at) {
    const std::size_t dash = value.find('-');
    const auto least = parse_decimal(std::string_view(value).substr(0, dash), 0, kNodesMax);
    const auto most = dash == std::string::npos
                          ? least
                          : parse_decimal(std::string_view(value).substr(dash + 1), 0, kNodesMax);
    if (!least.ok() || !most.ok() || least.value() < 1 || most.value() < least.value()) {
      return fail(at, "--nodes: \"" + value + "\" is no number of nodes",
                  "write --nodes=4, or --nodes=2-8 for from two to eight");
    }
    job_.nodes = static_cast<std::uint32_t>(least.value());
    job_.elastic.reset();
    if (most.value() > least.value()) {
      job_.elastic = Elastic{job_.nodes, static_cast<std::uint32_t>(most.value()), {}};
    }
    return true;
  }

  // gpu:H800:8 (gres), or H800:8.
  bool gpus(std::string_view option, const std::string& value, const Word& at) {
    std::string_view rest = value;
    const std::string name = "--" + std::string(option);
    if (rest.find(',') != std::string_view::npos) {
      return fail(at, name + ": \"" + value + "\" names more than one thing",
                  "name one class, and further ones in #TONGSUAN variants");
    }
    if (option == "gres") {
      if (!rest.starts_with("gpu:")) {
        reader_.warn(line_, at.column, name + " asks for no gpu and has no effect");
        return true;
      }
      rest.remove_prefix(4);
    }
    const std::size_t colon = rest.find(':');
    const bool untyped =
        colon == std::string_view::npos && parse_decimal(rest, 0, kPerNodeMax).ok();
    if (untyped) {
      return fail(at, name + ": \"" + value + "\" does not say which class",
                  "write " + name + (option == "gres" ? "=gpu:H800:8" : "=H800:8"));
    }
    job_.accelerators.clear();  // sbatch takes the last one
    YamlNode node;
    node.line = line_;
    node.column = at.column;
    return reader_.add_accelerator({node, name}, rest.substr(0, colon),
                                   colon == std::string_view::npos ? "1" : rest.substr(colon + 1));
  }

  bool time_limit(const std::string& value, const Word& at) {
    const auto seconds = parse_slurm_duration(value);
    if (!seconds.ok() || seconds.value() < 1) {
      return fail(at,
                  "--time: \"" + value + "\" " + (seconds.ok() ? "is no limit" : seconds.error()),
                  "write --time=HOURS:MINUTES:SECONDS");
    }
    job_.work = seconds.value();
    return true;
  }

  bool point(const std::string& value, const Word& at, std::optional<Moment>& out) {
    if (value.starts_with("now")) return from_now(std::string_view(value).substr(3), at, out);
    const auto moment = parse_time(value, options_.zone_seconds);
    if (!moment.ok()) {
      return fail(at, "\"" + value + "\" " + moment.error() + ", or now+2hours",
                  "write the time in full");
    }
    out = moment.value();
    return true;
  }

  // now, now+60 (seconds), now+2hours
  bool from_now(std::string_view rest, const Word& at, std::optional<Moment>& out) {
    constexpr std::array<std::pair<std::string_view, Second>, 11> kUnits = {{{"", 1},
                                                                             {"second", 1},
                                                                             {"seconds", 1},
                                                                             {"minute", 60},
                                                                             {"minutes", 60},
                                                                             {"hour", 3'600},
                                                                             {"hours", 3'600},
                                                                             {"day", kDay},
                                                                             {"days", kDay},
                                                                             {"week", 7 * kDay},
                                                                             {"weeks", 7 * kDay}}};
    Second later = 0;
    bool good = rest.empty();
    if (rest.starts_with('+')) {
      rest.remove_prefix(1);
      const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
      const auto number = parse_decimal(rest.substr(0, digits), 0, kSecondsMax / (7 * kDay));
      const auto unit =
          std::ranges::find(kUnits, rest.substr(digits), [](const auto& row) { return row.first; });
      good = number.ok() && unit != kUnits.end();
      if (good) later = number.value() * unit->second;
    }
    if (!good || !options_.now) {
      return fail(
          at,
          good ? "nobody says what time it is now" : "expected now, now+60 (seconds) or now+2hours",
          "write the time in full, such as 2026-12-01T08:00:00");
    }
    out = Moment{options_.now->unix_second + later, options_.now->zone_seconds};
    return true;
  }

  bool devices() {
    line_ = 1;
    if (has_terms_ && !market_terms()) return false;
    if (job_.accelerators.empty()) {
      return fail({}, "the script asks for no accelerators", "add #SBATCH --gres=gpu:H800:8");
    }
    if (job_.work == 0) {
      return fail({}, "the script has no time limit", "add #SBATCH --time=HOURS:MINUTES:SECONDS");
    }
    job_.script = bytes_;
    return reader_.finish();
  }

  // Classes that variants name beside the one of #SBATCH are substitutes with as many per node.
  bool market_terms() {
    const YamlNode& root = terms_tree_;
    for (std::size_t i = 0; i < root.keys.size() && !job_.accelerators.empty(); ++i) {
      if (root.keys[i].text != "variants") continue;
      for (const YamlNode& key : root.items[i].keys) {
        if (std::ranges::find(job_.accelerators, key.text, &Accelerator::name) ==
                job_.accelerators.end() &&
            !reader_.add_accelerator({key, "variants"}, key.text,
                                     std::to_string(job_.accelerators.front().per_node))) {
          return false;
        }
      }
    }
    return reader_.market({root, "market"});
  }

  std::string_view bytes_;
  const ReadOptions& options_;
  Job& job_;
  JobReader reader_;
  std::uint32_t line_ = 0;
  std::string terms_;
  bool has_terms_ = false;
  YamlNode terms_tree_;
  std::optional<Error> terms_error_;
};

}  // namespace

Result<Job> read_slurm(std::string_view bytes, const ReadOptions& options) {
  if (bytes.size() > kFileBytesMax) {
    return Error{ErrorCode::kLimit, options.file + ": is larger than 1 MiB", "put data elsewhere"};
  }
  Job job;
  SlurmReader reader(bytes, options, job);
  if (!reader.read()) return reader.take_error();
  return job;
}

}  // namespace tongsuan::jobfile

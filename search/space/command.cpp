#include "search/space/command.hpp"

#include <algorithm>
#include <regex>

#include "search/base/strict_json.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// `word` with what `value` gives for each name in braces; {{name}} is {name} itself, and other braces stay.
std::string filled(const std::string& word, const std::function<std::string(const std::string& name)>& value) {
  static const std::regex names(R"(\{\{([a-z0-9_]+)\}\}|\{([a-z0-9_]+)\})");
  std::string result;
  auto rest = word.begin();
  for (std::sregex_iterator found(word.begin(), word.end(), names), end; found != end; ++found) {
    const std::smatch& match = *found;
    result.append(rest, word.begin() + match.position());
    result += match[1].matched ? '{' + match[1].str() + '}' : value(match[2].str());
    rest = word.begin() + match.position() + match.length();
  }
  return result.append(rest, word.end());
}

std::vector<std::string> read_texts(const Field& field) {
  std::vector<std::string> texts;
  for (const Field& element : field.elements()) texts.push_back(element.text());
  return texts;
}

void check_placeholders(const Field& word, const std::vector<std::string>& known) {
  filled(word.text(), [&](const std::string& name) {
    if (!contains(known, name))
      word.refuse("{" + name + "} is no hyperparameter: " + suggestion(name, known) + ", or write {{" + name + "}}");
    return std::string();
  });
}

void check_within(const Field& file) {
  const std::filesystem::path path = std::filesystem::path(file.text()).lexically_normal();
  if (path.is_absolute() || *path.begin() == "..") file.refuse("give a file in the folder of the experiment.json");
}

}  // namespace

const std::vector<std::string>& command_keys() {
  static const std::vector<std::string> keys{"run", "files", "timeout", "grace", "directory"};
  return keys;
}

TrainingCommand read_command(const Field& root, const std::vector<std::string>& hyperparameters) {
  TrainingCommand command;
  command.words = read_texts(root["run"]);
  if (command.words.empty()) root["run"].refuse(R"(give a program and its arguments, ["python3", "train.py"])");
  for (const Field& word : root["run"].elements()) check_placeholders(word, hyperparameters);
  if (root.has("files")) {
    command.files = read_texts(root["files"]);
    for (const Field& file : root["files"].elements()) check_within(file);
  }
  if (root.has("timeout")) command.timeout = root["timeout"].positive();
  if (root.has("grace")) command.grace = root["grace"].positive();
  if (root.has("directory")) command.directory = root["directory"].text();
  return command;
}

std::vector<std::string> words_of(const TrainingCommand& command,
                                  const std::function<std::string(const std::string& name)>& value) {
  std::vector<std::string> words;
  for (const std::string& word : command.words) {
    const bool is_file = std::count(command.files.begin(), command.files.end(), word) > 0;
    words.push_back(is_file ? (command.directory / word).string() : filled(word, value));
  }
  return words;
}

}  // namespace stormsweep

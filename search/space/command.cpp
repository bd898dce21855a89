#include "search/space/command.hpp"

#include <algorithm>

#include "search/base/strict_json.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// The name in braces that `text` begins with; empty where it begins with none.
std::string name_in_braces(std::string_view text) {
  if (!text.starts_with('{')) return "";
  const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_", 1);
  return end != text.npos && text[end] == '}' ? std::string(text.substr(1, end - 1)) : "";
}

/// `word` with what `value` gives for each name in braces; {{name}} is {name} itself, and other braces stay.
std::string filled(std::string_view word, const std::function<std::string(const std::string& name)>& value) {
  std::string result;
  while (!word.empty()) {
    const std::string name = name_in_braces(word), escaped = name_in_braces(word.substr(1));
    if (!name.empty()) {
      result += value(name);
      word.remove_prefix(name.size() + 2);
    } else if (!escaped.empty() && word.starts_with("{{" + escaped + "}}")) {
      result += '{' + escaped + '}';
      word.remove_prefix(escaped.size() + 4);
    } else {
      result += word.front();
      word.remove_prefix(1);
    }
  }
  return result;
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

bool names_file(const TrainingCommand& command, const std::string& word) {
  const auto normal = [](const std::string& path) { return std::filesystem::path(path).lexically_normal(); };
  return std::ranges::count(command.files, normal(word), normal) > 0;
}

std::vector<std::string> words_of(const TrainingCommand& command,
                                  const std::function<std::string(const std::string& name)>& value) {
  std::vector<std::string> words;
  for (const std::string& word : command.words)
    words.push_back(names_file(command, word) ? (command.directory / word).string() : filled(word, value));
  return words;
}

}  // namespace stormsweep

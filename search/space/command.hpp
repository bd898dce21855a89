#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace stormsweep {

class Field;

/// Another program that trains, as a user's experiment.json declares it (experiments/command).
struct TrainingCommand {
  std::vector<std::string> words;   ///< program and arguments; {learning_rate} stands for the hyperparameter's value
  std::vector<std::string> files;   ///< its sources, relative to `directory`: an edit of one makes a new search
  std::filesystem::path directory;  ///< of the experiment.json, absolute
  double timeout = 0;               ///< seconds without a report or any output after which it is ended; 0: never
  double grace = 10;                ///< seconds between SIGTERM and SIGKILL
};

/// Keys of an experiment.json that only one with a command has.
const std::vector<std::string>& command_keys();

/// What `root`, an experiment.json, says of its command. Throws InputError: a placeholder that is none of the
/// hyperparameters, a file outside the folder.
TrainingCommand read_command(const Field& root, const std::vector<std::string>& hyperparameters);

/// Whether a word is one of the files, however it is spelt: ./train.py is train.py.
bool names_file(const TrainingCommand& command, const std::string& word);

/// The words with the values of hyperparameters: {name} is its value, {{name}} is {name} itself, other braces stay, and
/// a word that names one of the files is its path.
std::vector<std::string> words_of(const TrainingCommand& command,
                                  const std::function<std::string(const std::string& name)>& value);

}  // namespace stormsweep

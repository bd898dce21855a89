#include "experiments/command/command_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <vector>

#include "experiments/command/command_surroundings.hpp"
#include "search/base/checksum.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/process.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// Follows links, but not to the folders `above` a link.
void add_files(const fs::path& folder, std::vector<fs::path>& above, std::vector<fs::path>& files) {
  const fs::path real = fs::canonical(folder);
  if (std::ranges::count(above, real) > 0) return;
  above.push_back(real);
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory())
      add_files(entry.path(), above, files);
    else if (entry.is_regular_file())
      files.push_back(entry.path());
  above.pop_back();
}

/// The files in a folder, sorted: not in the file system's order.
std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files, above;
  add_files(folder, above, files);
  std::sort(files.begin(), files.end());
  return files;
}

void add_data(Checksum& sum, const fs::path& path, const std::function<void(std::size_t)>& read) {
  constexpr std::string_view remedy = "give data that are there";
  if (!fs::is_directory(path)) return sum.add_file(path, remedy, read);
  for (const fs::path& file : files_in(path)) {
    sum.add_text(file.lexically_relative(path).native());
    sum.add_file(file, remedy, read);
  }
}

std::string fingerprint(const Space& space, const std::vector<fs::path>& files,
                        const std::function<void(double)>& progress) {
  std::uintmax_t all = 0, done = 0;
  for (const fs::path& file : files) {
    std::error_code error;  // add_data reports what cannot be read
    if (const auto size = fs::file_size(file, error); !error) all += size;
  }
  const auto read = [&](std::size_t bytes) {
    done += bytes;
    progress(static_cast<double>(done) / static_cast<double>(all));
  };
  const TrainingCommand& command = *space.experiment->command;
  Checksum sum(Checksum::Bits::b128);
  for (const std::string& word : command.words) sum.add_text(word);
  for (const std::string& file : command.files) {
    sum.add_text(file);
    sum.add_file(command.directory / file, "it stands among files: put it there, or take it out", read);
  }
  for (const auto& [name, path] : space.data) {
    sum.add_text(name);
    add_data(sum, path, read);
  }
  return sum.digits();
}

/// All files whose bytes are in the fingerprint.
std::vector<fs::path> files_of(const Space& space) {
  std::vector<fs::path> files;
  for (const std::string& file : space.experiment->command->files)
    files.push_back(space.experiment->command->directory / file);
  for (const auto& [name, path] : space.data)
    if (fs::is_directory(path))
      std::ranges::move(files_in(path), std::back_inserter(files));
    else
      files.push_back(path);
  return files;
}

/// What else is in the fingerprint.
std::string declaration(const Space& space) {
  std::string text = "command 1";
  for (const std::string& word : space.experiment->command->words) text += '\n' + word;
  for (const std::string& file : space.experiment->command->files) text += '\n' + file;
  for (const auto& [name, path] : space.data) text += '\n' + name + '\n' + path.string();
  return text;
}

[[noreturn]] void refuse_word(const TrainingCommand& command, std::size_t i, const std::string& word,
                              std::string_view why) {
  throw InputError(
      fmt::format("{}: run[{}] is {}, {}", (command.directory / "experiment.json").string(), i, word, why));
}

void check_program(const TrainingCommand& command, const std::string& program) {
  if (program.find('/') != program.npos && fs::path(program).is_relative())
    refuse_word(command, 0, program, "which is not among files; name it there, or give its whole path");
  if (process::find_program(program).empty())
    refuse_word(command, 0, program,
                "which is no program here; install it, or name it among files and make it executable");
}

/// A command works in a folder of its own, where only words that name one of the files lead to it.
void check_arguments(const TrainingCommand& command) {
  for (std::size_t i = 1; i < command.words.size(); ++i) {
    const std::string& word = command.words[i];
    std::error_code none;
    if (fs::path(word).is_relative() && !names_file(command, word) &&
        fs::is_regular_file(command.directory / word, none))
      refuse_word(command, i, word, "a file that is not among files; name it there");
  }
}

}  // namespace

DataCheck check_command_data(const Space& space, const KeptScans& kept) {
  check_program(*space.experiment->command, words_for(*space.experiment, space.defaults)[0]);
  check_arguments(*space.experiment->command);
  const std::vector<fs::path> files = files_of(space);
  return {.fingerprint = kept.find(declaration(space), files,
                                   [&](const auto& progress) { return fingerprint(space, files, progress); }),
          .notes = {}};
}

}  // namespace stormsweep

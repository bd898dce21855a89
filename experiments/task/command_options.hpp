#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace stormsweep {

// Checks of the options of experiments' commands. Each throws InputError with the command, such as "stormsweep generate
// tornado", in front.

/// Names the option and its value; `remedy` ends the message.
[[noreturn]] void refuse_option(const std::string& command, const std::string& option, const std::string& value,
                                const std::string& remedy);

/// --validation-fraction and --test-fraction are above 0 and leave some for training.
void check_fractions(const std::string& command, double validation, double test);

/// --output is a file, existing or not, in a folder that exists.
void check_output_file(const std::string& command, const std::string& file);

/// --output is not the file `read`, by whatever name.
void check_output_apart(const std::string& command, const std::string& file, const std::filesystem::path& read);

/// A file to be written, `name` with `ending`, and what it is made from.
struct NamedOutput {
  std::string name;
  std::filesystem::path source;
};
/// No two outputs have the same name.
void check_names(const std::string& command, const std::vector<NamedOutput>& outputs, const std::string& ending);

/// The folder that --`option` names can be written to, or can be made; this does not make it.
void check_output_folder(const std::string& command, const std::string& option, const std::string& folder);

/// --size: rows and columns of "192x288".
std::pair<std::int64_t, std::int64_t> read_size(const std::string& command, const std::string& size);

/// --thresholds: numbers above 0 and below `limit`, as "1,7.5". Float as images are, so that 0.7 reaches 0.7.
std::vector<float> read_thresholds(const std::string& command, const std::string& list, float limit,
                                   const std::string& remedy);

/// --threads is 1 to `most_threads`.
void check_threads(const std::string& command, int threads);

}  // namespace stormsweep

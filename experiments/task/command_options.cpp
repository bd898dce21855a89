#include "experiments/task/command_options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "datasets/files/splits.hpp"
#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

void refuse_option(const std::string& command, const std::string& option, const std::string& value,
                   const std::string& remedy) {
  throw InputError(fmt::format("{}: --{} is {}; {}", command, option, value, remedy));
}

void check_fractions(const std::string& command, double validation, double test) {
  if (validation > 0 && test > 0 && validation + test < 1) return;
  throw InputError(fmt::format(
      "{}: --validation-fraction is {} and --test-fraction {}; give shares above 0 that leave some for training",
      command, validation, test));
}

void check_output_file(const std::string& command, const std::string& file) {
  if (std::filesystem::is_directory(file)) refuse_option(command, "output", file, "it is a folder; give a file in it");
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder))
    refuse_option(command, "output", file, "give a file in a folder that exists");
}

void check_output_apart(const std::string& command, const std::string& file, const std::filesystem::path& read) {
  std::error_code none;
  if (std::filesystem::equivalent(file, read, none))
    refuse_option(command, "output", file, "it would write over " + read.string() + "; give another file");
}

void check_names(const std::string& command, const std::vector<NamedOutput>& outputs, const std::string& ending) {
  std::map<std::string, std::filesystem::path> sources;
  for (const auto& [name, source] : outputs) {
    const auto [other, fresh] = sources.emplace(name, source);
    if (!fresh)
      throw InputError(
          fmt::format("{}: {} and {} would both be written to {}{}; give one of them another name, or a "
                      "run of its own",
                      command, other->second.string(), source.string(), name, ending));
  }
}

void check_output_folder(const std::string& command, const std::string& option, const std::string& folder) {
  try {
    check_writable(folder);
  } catch (const InputError&) {
    refuse_option(command, option, folder, "give a folder that can be made, and written to");
  }
}

std::pair<std::int64_t, std::int64_t> read_size(const std::string& command, const std::string& size) {
  std::int64_t height = 0, width = 0;
  const char* const end = size.data() + size.size();
  const auto rows = std::from_chars(size.data(), end, height);
  const bool crossed = rows.ec == std::errc() && rows.ptr != end && *rows.ptr == 'x';
  const auto columns = crossed ? std::from_chars(rows.ptr + 1, end, width) : rows;
  if (!crossed || columns.ec != std::errc() || columns.ptr != end)
    refuse_option(command, "size", size, "give rows and columns as in 192x288");
  return {height, width};
}

std::vector<float> read_thresholds(const std::string& command, const std::string& list, float limit,
                                   const std::string& remedy) {
  std::vector<float> thresholds;
  for (const std::string& word : split_list(list)) {
    float threshold = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), threshold);
    if (error != std::errc() || end != word.data() + word.size() || !(threshold > 0 && threshold < limit))
      refuse_option(command, "thresholds", list, remedy);
    thresholds.push_back(threshold);
  }
  return thresholds;
}

void check_threads(const std::string& command, int threads) {
  check_range(command, "threads", threads, 1, most_threads);
}

}  // namespace stormsweep

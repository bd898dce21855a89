#include "experiments/task/data_command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <iostream>

#include "search/base/error.hpp"

namespace stormsweep {

namespace po = boost::program_options;

bool read_options(const DataCommand& command, const std::vector<std::string>& words,
                  const po::options_description& options, std::vector<std::string>* raw) {
  po::options_description all;
  all.add(options);
  all.add_options()("help,h", "print this and stop");
  po::options_description operands;
  po::positional_options_description positions;
  if (raw) {
    operands.add_options()("raw", po::value(raw)->required());
    positions.add("raw", -1);
  }
  po::options_description accepted;
  accepted.add(operands).add(all);
  try {
    po::variables_map values;
    po::store(po::command_line_parser(words).options(accepted).positional(positions).run(), values);
    if (values.count("help")) {
      std::cout << fmt::format("usage: stormsweep {} {}\n\n{}\n", command.name, command.usage, command.about) << all
                << "\nexample:\n  stormsweep " << command.name << ' ' << command.example << '\n';
      return false;
    }
    po::notify(values);
  } catch (const po::error& error) {
    throw InputError(fmt::format("stormsweep {0}: {1}; see stormsweep {0} --help", command.name, error.what()));
  }
  return true;
}

void refuse_option(const DataCommand& command, const std::string& option, const std::string& value,
                   const std::string& remedy) {
  throw InputError(fmt::format("stormsweep {}: --{} is {}; {}", command.name, option, value, remedy));
}

void check_fractions(const DataCommand& command, double validation, double test) {
  if (validation > 0 && test > 0 && validation + test < 1) return;
  throw InputError(
      fmt::format("stormsweep {}: --validation-fraction is {} and --test-fraction {}; give shares above 0 that leave "
                  "some for training",
                  command.name, validation, test));
}

void check_output_file(const DataCommand& command, const std::string& file) {
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder))
    refuse_option(command, "output", file, "give a file in a folder that exists");
}

void make_output_folder(const DataCommand& command, const std::string& option, const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!std::filesystem::is_directory(folder)) refuse_option(command, option, folder, "give a folder that can be made");
}

void check_threads(const DataCommand& command, int threads) {
  if (threads < 1 || threads > 1024) refuse_option(command, "threads", std::to_string(threads), "give 1 to 1024");
}

ProgressLine::ProgressLine() : terminal_(isatty(STDERR_FILENO)) {}

void ProgressLine::tell(const std::string& words) const {
  if (terminal_) fmt::print(stderr, "\r{}", words);
}

void ProgressLine::percent(double share) const {
  if (terminal_) fmt::print(stderr, "\r{:.0f} %", 100 * share);
}

void ProgressLine::wipe() const {
  if (terminal_) fmt::print(stderr, "\r\033[K");
}

}  // namespace stormsweep

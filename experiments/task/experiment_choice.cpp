#include "experiments/task/experiment_choice.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

#include "search/base/error.hpp"

namespace stormsweep {

int run_chosen(const std::string& verb, const ExperimentCommands& commands, const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const auto& [name, command] : commands) names.push_back(name);
  const std::string all = fmt::format("{}", fmt::join(names, ", "));
  if (words.empty()) {
    throw InputError(
        fmt::format("stormsweep {0}: the experiment is missing; give one of {1}, as in stormsweep {0} {2} "
                    "--help",
                    verb, all, names.front()));
  }
  if (words[0] == "--help" || words[0] == "-h") {
    fmt::print(
        "usage: stormsweep {0} EXPERIMENT ...\n\nexperiments: {1}; stormsweep {0} {2} --help tells its options\n", verb,
        all, names.front());
    return exit_done;
  }
  const auto command = commands.find(words[0]);
  if (command == commands.end())
    throw InputError(fmt::format("stormsweep {}: nothing for {}; give the experiment first: {}", verb, words[0], all));
  return command->second({words.begin() + 1, words.end()});
}

}  // namespace stormsweep

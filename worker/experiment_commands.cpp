#include "worker/experiment_commands.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <csignal>
#include <map>

#include "experiments/registry.hpp"
#include "search/base/error.hpp"
#include "search/base/interruption.hpp"
#include "search/base/output.hpp"

namespace stormsweep {

namespace {

using Command = ExperimentEntry::Command;

const std::map<std::string, Command ExperimentEntry::*> verbs{{"prepare", &ExperimentEntry::prepare},
                                                              {"generate", &ExperimentEntry::generate},
                                                              {"forecast", &ExperimentEntry::forecast},
                                                              {"label", &ExperimentEntry::label}};

/// Names of the experiments that have the command.
std::vector<std::string> experiments_with(Command ExperimentEntry::*command) {
  std::vector<std::string> names;
  for (const auto& [name, entry] : experiment_entries())
    if (entry.*command) names.push_back(name);
  return names;
}

void print_help(const std::string& verb, const std::vector<std::string>& names) {
  fmt::print("usage: stormsweep {0} EXPERIMENT ...\n\nexperiments: {1}; stormsweep {0} {2} --help tells its options\n",
             verb, fmt::join(names, ", "), names.front());
}

/// Runs the command. After an interruption the process ends by the same signal, so that its parent sees why.
int call(const Command& command, const std::vector<std::string>& words) {
  catch_interruption();
  try {
    return command({words.begin() + 2, words.end()});
  } catch (const Interruption& interruption) {
    remark("stormsweep {} {}: stopped; incomplete files were removed\n", words[0], words[1]);
    std::signal(interruption.signal, SIG_DFL);
    return std::raise(interruption.signal);
  }
}

}  // namespace

std::optional<int> run_experiment_command(const std::vector<std::string>& words) {
  const auto verb = words.empty() ? verbs.end() : verbs.find(words[0]);
  if (verb == verbs.end()) return std::nullopt;
  const std::vector<std::string> names = experiments_with(verb->second);
  if (words.size() == 1)
    throw InputError(
        fmt::format("stormsweep {0}: the experiment is missing; give one of {1}, as in stormsweep {0} {2} --help",
                    words[0], fmt::join(names, ", "), names.front()));
  if (words[1] == "--help" || words[1] == "-h") {
    print_help(words[0], names);
    return exit_done;
  }
  const auto entry = experiment_entries().find(words[1]);
  if (entry == experiment_entries().end() || !(entry->second.*verb->second))
    throw InputError(fmt::format("stormsweep {}: nothing for {}; give the experiment first: {}", words[0], words[1],
                                 fmt::join(names, ", ")));
  return call(entry->second.*verb->second, words);
}

}  // namespace stormsweep

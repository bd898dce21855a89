#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

#include "master/cli/compare.hpp"
#include "master/cli/delete_command.hpp"
#include "master/cli/describe.hpp"
#include "master/cli/init.hpp"
#include "master/cli/merge_command.hpp"
#include "master/cli/plan.hpp"
#include "master/cli/replay_command.hpp"
#include "master/cli/report.hpp"
#include "master/cli/results.hpp"
#include "master/cli/run.hpp"
#include "master/cli/serve.hpp"
#include "master/cli/status.hpp"
#include "master/cli/submit.hpp"
#include "master/loop/launch.hpp"
#include "search/base/error.hpp"
#include "search/base/output.hpp"

namespace {

using namespace stormsweep;

struct Command {
  std::string_view name, meaning;
  int (*run)(const Arguments&);  ///< null: a subcommand of stormsweep-worker, because it touches tensors
};

constexpr std::array commands{
    Command{"run", "run a search, or continue it", run_command},
    Command{"submit", "run a search as a Slurm job", submit_command},
    Command{"plan", "what a search space amounts to, without running it", plan_command},
    Command{"init", "files that an experiment of your own begins with", init_command},
    Command{"describe", "the experiments and their hyperparameters", describe_command},
    Command{"results", "rows, pivot tables and curves of a results database", results_command},
    Command{"report", "a page of pictures and tables, in one file", report_command},
    Command{"serve", "the same page, live, to this user alone", serve_command},
    Command{"status", "the progress of the searches in a results database", status_command},
    Command{"compare", "both schedules on one space; or replays of a database on other numbers of ranks",
            compare_command},
    Command{"replay", "what other search methods would have cost and found on a recorded grid", replay_command},
    Command{"rerun", "let trials of a results database wait, for the next run to train again", rerun_command},
    Command{"delete", "remove trials of a results database, with their curves and networks", delete_command},
    Command{"merge", "join the databases of jobs that share a search", merge_command},
    Command{"prepare", "convert files of observations to training data", nullptr},
    Command{"generate", "generate training data if you have none", nullptr},
    Command{"label", "mark weather in observations by rules", nullptr},
    Command{"forecast", "what a trained network makes of new observations", nullptr},
};

int help() {
  fmt::print(
      "usage: stormsweep COMMAND [options]\n\nWhich configuration of a weather network is best, and what does each "
      "cost?\n\n");
  for (const Command& command : commands) fmt::print("  {:<10}{}\n", command.name, command.meaning);
  fmt::print(
      "\n`stormsweep COMMAND --help` lists the options of one, with an example.\nexample:\n  stormsweep run "
      "quick.json\n");
  return exit_done;
}

int dispatch(const Arguments& words) {
  if (words.size() > 1 && words[0] == "help") return dispatch({words[1], "--help"});
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") return help();
  if (words[0] == "--version") {
    fmt::print("stormsweep {}\n", STORMSWEEP_VERSION);
    return exit_done;
  }
  const auto command =
      std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return c.name == words[0]; });
  if (command == commands.end()) {
    std::vector<std::string> names;
    for (const Command& c : commands) names.emplace_back(c.name);
    const std::string near = nearest(words[0], names);
    throw InputError(fmt::format("stormsweep: {} is not a command; {}", words[0],
                                 near.empty() ? "see stormsweep --help" : "did you mean " + near + "?"));
  }
  if (!command->run) launch::become_worker(launch::worker_program(), words);
  return command->run({words.begin() + 1, words.end()});
}

}  // namespace

int main(int count, char** words) {
  return run_program(
      "stormsweep",
      [&] {
        return dispatch({words + 1, words + count});
      },
      exit_master_lost);
}

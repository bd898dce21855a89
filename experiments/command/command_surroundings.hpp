#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/run.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Where a command works: the folder that is its own, and what lies there.
struct CommandFolder {
  std::filesystem::path path;
  std::filesystem::path checkpoint;  ///< a folder that outlives a stop, for the next start

  std::filesystem::path configuration() const { return path / "configuration.json"; }
  /// Of a gang's leader, and of one rank alone, a link to told(): what was reported is not lost with a stop.
  std::filesystem::path report() const { return path / "report.jsonl"; }
  std::filesystem::path told() const { return checkpoint / "report.jsonl"; }
  std::filesystem::path times() const { return checkpoint / "report.times"; }  ///< of what was told (command_run.cpp)
  std::filesystem::path state() const { return checkpoint / "state"; }         ///< the command's own
};

/// The ranks of a gang as torch.distributed wants to know them.
struct CommandGang {
  int rank = 0;
  std::vector<std::string> hosts{"localhost"};  ///< of each rank
  int port = 0;                                 ///< free on the first of them
};

/// Makes it anew, empty but for the configuration. Throws InputError.
CommandFolder make_folder(const Experiment& experiment, const Training& training, const RunContext& context);

/// The command's words for a configuration.
std::vector<std::string> words_for(const Experiment& experiment, const Configuration& configuration);

/// Meets the others of the gang.
CommandGang meet(RunGang& gang);

/// What stands in the command's environment beside what this process has.
std::map<std::string, std::string> surroundings(const Experiment& experiment, const Training& training,
                                                const RunContext& context, const CommandFolder& folder,
                                                const CommandGang& gang);

}  // namespace stormsweep

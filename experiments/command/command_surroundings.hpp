#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiments/run.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Where a command works: its own folder, and what lies there.
struct CommandFolder {
  std::filesystem::path path;
  std::filesystem::path checkpoint;  ///< a folder that outlives a stop, for the next start

  std::filesystem::path configuration() const { return path / "configuration.json"; }
  /// For a gang's leader, and for a rank alone, a link to told(): a stop loses none of the reports.
  std::filesystem::path report() const { return path / "report.jsonl"; }
  std::filesystem::path told() const { return checkpoint / "report.jsonl"; }
  std::filesystem::path times() const { return checkpoint / "report.times"; }  ///< when told() grew (command_run.cpp)
  std::filesystem::path state() const { return checkpoint / "state"; }         ///< the command's own
};

/// The ranks of a gang, as torch.distributed needs them.
struct CommandGang {
  int rank = 0;
  std::vector<std::string> hosts{"localhost"};  ///< of each rank
  int port = 0;                                 ///< free on the first of them
};

/// Makes the folder anew, empty but for the configuration. Throws InputError.
CommandFolder make_folder(const Experiment& experiment, const Training& training, const RunContext& context);

/// The command's words for a configuration.
std::vector<std::string> words_for(const Experiment& experiment, const Configuration& configuration);

/// Exchanges this with the other ranks of the gang; all call it.
CommandGang meet(RunGang& gang);

/// The command's environment variables beyond those of this process.
std::map<std::string, std::string> surroundings(const Experiment& experiment, const Training& training,
                                                const RunContext& context, const CommandFolder& folder,
                                                const CommandGang& gang);

}  // namespace stormsweep

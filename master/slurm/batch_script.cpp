#include "master/slurm/batch_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cctype>
#include <utility>

#include "search/base/duration.hpp"
#include "search/base/error.hpp"
#include "search/base/shell_word.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// The line of slurm/search.sbatch after which the job itself begins.
constexpr std::string_view marker = "# From here on `stormsweep submit` copies this file.\n";

/// The value of an option as sbatch reads it back from a #SBATCH line: a backslash takes the next character as it is,
/// in quotes too.
std::string sbatch_value(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return text + '"';
}

/// Two minutes, as in slurm/search.sbatch; less for a short job.
int notice(Seconds time) {
  return static_cast<int>(std::clamp(time.count() / 5, 10.0, 120.0));
}

std::string log_in(const std::string& folder, const BatchJob& job, const std::string& number) {
  return fmt::format("{}/{}-{}.log", folder, job.name, number);
}

std::vector<std::string> demands(const BatchJob& job) {
  std::vector<std::string> lines{"--job-name=" + job.name, fmt::format("--nodes={}", job.nodes),
                                 // The master is one rank more than there are tasks: mpirun puts it on the first node,
                                 // beside the others. It nearly always sleeps, so it gets neither core nor device.
                                 fmt::format("--ntasks={}", job.ranks()),
                                 fmt::format("--ntasks-per-node={}", job.ranks_per_node),
                                 fmt::format("--cpus-per-task={}", job.cores_per_rank)};
  // Not --gpus-per-task: mpirun starts one daemon per node as a Slurm task, which would then see the devices of only
  // one rank.
  if (job.gpus_per_node > 0) lines.push_back(fmt::format("--gpus-per-node={}", job.gpus_per_node));
  lines.push_back("--time=" + slurm_time(job.time));
  if (!job.partition.empty()) lines.push_back("--partition=" + sbatch_value(job.partition));
  lines.push_back("--chdir=" + sbatch_value(job.started_in.string()));  // further options may have paths relative to it
  if (job.tasks > 0) lines.push_back(fmt::format("--array=0-{}", job.tasks - 1));
  lines.push_back("--output=" + sbatch_value(log_pattern(job)));
  lines.emplace_back("--open-mode=append");
  lines.emplace_back(job.requeues > 0 ? "--requeue" : "--no-requeue");
  lines.push_back(fmt::format("--signal=B:USR1@{}", notice(job.time)));
  for (const std::string& option : job.further) {
    const std::size_t equals = option.find('=');
    lines.push_back(equals == option.npos ? option
                                          : option.substr(0, equals + 1) + sbatch_value(option.substr(equals + 1)));
  }
  return lines;
}

/// Options of sbatch that other members of BatchJob decide, and the options of `submit` that set them; empty: none.
constexpr std::array<std::pair<std::string_view, std::string_view>, 21> decided{
    {{"nodes", "--nodes"},
     {"ntasks", "--ntasks-per-node"},
     {"ntasks-per-node", "--ntasks-per-node"},
     {"ntasks-per-gpu", "--ntasks-per-node"},
     {"cpus-per-task", "--cpus-per-task"},
     {"cpus-per-gpu", "--cpus-per-task"},
     {"gpus", "--gpus-per-task"},
     {"gpus-per-node", "--gpus-per-task"},
     {"gpus-per-socket", "--gpus-per-task"},
     {"gpus-per-task", "--gpus-per-task"},
     {"time", "--time"},
     {"partition", "--partition"},
     {"array", "--array"},
     {"requeue", "--requeues"},
     {"no-requeue", "--requeues"},
     {"job-name", ""},
     {"chdir", ""},
     {"output", ""},
     {"open-mode", ""},
     {"signal", ""},
     {"wrap", ""}}};

bool is_decided(std::string_view option) {
  return std::ranges::find(decided, option, &decltype(decided)::value_type::first) != decided.end();
}

/// The option of sbatch, without dashes, that a variable SBATCH_... stands for.
std::string option_of(std::string_view variable) {
  if (variable == "SBATCH_TIMELIMIT") return "time";
  if (variable == "SBATCH_ARRAY_INX") return "array";
  std::string option;
  for (const char c : variable.substr(std::string_view("SBATCH_").size()))
    option += c == '_' ? '-' : static_cast<char>(std::tolower(c));
  return option;
}

}  // namespace

std::string log_pattern(const BatchJob& job) {
  std::string folder;
  for (const char c : job.folder.string()) folder += c == '%' ? "%%" : std::string(1, c);
  return log_in(folder, job, job.tasks > 0 ? "%A_%a" : "%j");
}

std::string log_file(const BatchJob& job, const std::string& number) {
  return log_in(job.folder.string(), job, job.tasks > 0 ? number + "_0" : number);
}

void check_further(const std::string& option) {
  const std::string name = option.substr(0, option.find('='));
  if (!name.starts_with("--") || name.size() == 2 ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") != name.npos || one_line(option) != option)
    throw InputError(
        fmt::format("stormsweep submit: --sbatch is \"{}\"; give one option of sbatch by its long name, as in --sbatch "
                    "\"--account=abc\"",
                    one_line(option)));
  const auto* const found = std::ranges::find(decided, name.substr(2), &decltype(decided)::value_type::first);
  if (found == decided.end()) return;
  throw InputError(fmt::format("stormsweep submit: --sbatch is \"{}\", which submit decides itself; {}", option,
                               found->second.empty() ? "leave it out" : fmt::format("give {}", found->second)));
}

bool overrides(std::string_view variable, const BatchJob& job) {
  if (!variable.starts_with("SBATCH_")) return false;
  const std::string option = option_of(variable);
  if (option == "partition") return !job.partition.empty();
  return is_decided(option) || std::ranges::any_of(job.further, [&](const std::string& further) {
           return further.substr(0, further.find('=')) == "--" + option;
         });
}

std::string batch_script(const BatchJob& job) {
  std::string text = fmt::format(
      "#!/bin/bash\n# Written by: stormsweep submit {}\n# sbatch takes it again, to continue the search.\n#\n",
      one_line(shell_words(job.command)));
  for (const std::string& line : demands(job)) text += "#SBATCH " + line + '\n';
  if (!job.mpi.empty()) text += fmt::format("\nPATH=$PATH:{}", shell_word(job.mpi.string()));
  text += fmt::format("\nSTORMSWEEP={}\nSTORMSWEEP_REQUEUES={}\nset -- {}", shell_word(job.program.string()),
                      job.requeues, shell_words(job.arguments));
  // The number of parts is written out, so that one task of the array can be submitted again alone.
  if (job.tasks > 0) text += fmt::format(" --share \"$SLURM_ARRAY_TASK_ID/{}\"", job.tasks);
  const std::size_t body = search_sbatch().find(marker);
  assert(body != std::string_view::npos);
  return text + "\n\n" + std::string(search_sbatch().substr(body + marker.size()));
}

}  // namespace stormsweep

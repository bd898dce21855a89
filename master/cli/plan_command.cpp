#include "master/cli/plan.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "master/cli/plan_ranks.hpp"
#include "master/cli/run_options.hpp"
#include "master/cli/sized_search.hpp"
#include "master/report/recorded_cost.hpp"
#include "master/store/reuse.hpp"
#include "master/store/stored_extent.hpp"
#include "search/base/error.hpp"
#include "search/base/options.hpp"
#include "search/base/text.hpp"
#include "search/space/extent.hpp"
#include "search/space/gang_sizes.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

std::vector<std::size_t> read_ranks(const std::string& list) {
  std::vector<std::size_t> ranks;
  for (const std::string& word : split_list(list)) {
    const auto number = whole_number(word);
    if (!number || *number == 0 || *number > most_workers)
      throw InputError(fmt::format("stormsweep plan: --ranks is '{}'; give numbers of workers from 1 to {}, a,b,c",
                                   list, most_workers));
    ranks.push_back(*number);
  }
  return ranks;
}

/// One line about the expected work; empty where there is nothing to say.
std::string work_text(const Space& space, const TrainingCost& cost, const RanksPlans& ranks) {
  if (sized_by_budget(space))
    return fmt::format("{}: as many as fit its limits; {}\n", extent_word(space),
                       cost.known() ? "--ranks 8,16 tells how many" : how_to_settle_extent(space));
  if (!cost.known()) return fmt::format("how long it takes is not known; {}\n", how_to_tell_cost(space));
  const auto gang = static_cast<std::size_t>(largest_gang(space));
  const auto work = expected_search(space, cost, gang, ScheduleKind::master_worker);
  if (!work) return "";
  return fmt::format("all of it takes one worker {}, {}\n",
                     hours_text(work->seconds * work->efficiency * static_cast<double>(gang)), ranks.source);
}

std::string text_of(const Plan& plan, const TrainingCost& cost, const RanksPlans& ranks) {
  const bool table = !ranks.rows.empty() && (cost.known() || !sized_by_budget(plan.space));
  return plan_text(plan) + (table ? '\n' + ranks_text(ranks) : work_text(plan.space, cost, ranks));
}

std::string json_of(const Plan& plan, const RanksPlans& ranks) {
  auto json = nlohmann::ordered_json::parse(plan_json(plan));
  if (!ranks.rows.empty()) json["ranks"] = ranks_json(ranks);
  return json.dump(2) + '\n';
}

/// Reads the space, with the extent that an earlier run has settled.
Space read_planned(const std::string& file, fs::path& database) {
  Space space = read_space(file);
  if (database.empty())
    database = space.name + ".db";
  else if (!fs::exists(database))
    throw InputError(
        fmt::format("--results is {}: there is no such file; give a database that `run` wrote, or leave it out",
                    database.string()));
  else
    expect_search_of(*space.experiment, database, "--results");
  const auto kept = sized_by_budget(space) ? read_extent(database, space) : std::nullopt;
  return kept ? with_extent(std::move(space), *kept) : space;
}

}  // namespace

int plan_command(const Arguments& arguments) {
  std::string file, ranks, results;
  std::optional<std::uint64_t> at;
  const auto set_at = [&at](std::int64_t number) {
    if (number < 0) throw InputError(fmt::format("--at is {}; give 0 or more", number));
    at = number;
  };
  const auto options = parse_options(
      arguments,
      {.command = "stormsweep plan",
       .usage = "SPACE [options]",
       .summary =
           "Tells what a search space amounts to, without running anything: its axes, how many configurations and\n"
           "trainings it makes, the first and last configuration, and what is not ready yet.",
       .example = "stormsweep plan experiments/tornado/quick.json --at 7\n"
                  "stormsweep plan experiments/tornado/hyperband.json --ranks 8,16,64",
       .operands = {{"space", po::value(&file)->required(), "JSON file of a search space"}},
       .options = {
           {"at", po::value<std::int64_t>()->notifier(set_at)->value_name("I"),
            "show configuration number I (from 0) instead of the first and the last"},
           {"ranks", po::value(&ranks)->default_value("")->value_name("N,N,..."),
            "what to expect of so many workers, by both schedules, and which to take"},
           {"results", po::value(&results)->value_name("FILE"),
            "the database, whose trials tell what others will take (default: <name>.db)"},
           {"format", po::value<std::string>()->default_value("text")->value_name("text|json"), "how to print"}}});
  if (!options) return exit_done;
  const std::string format = one_of({"text", "json"}, "format", *options);
  fs::path database = results;
  const Space space = read_planned(file, database);
  Plan plan = make_plan(space, at);
  if (const std::string lacking = rows_of_earlier_experiment(database, space); !lacking.empty())
    plan.problems.push_back(lacking);
  const TrainingCost cost = read_cost(space, database);
  const RanksPlans expected = plan_ranks(space, cost, read_ranks(ranks));
  fmt::print("{}", format == "json" ? json_of(plan, expected) : text_of(plan, cost, expected));
  return exit_done;
}

}  // namespace stormsweep

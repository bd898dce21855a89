#include "master/cli/replay_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "master/report/records.hpp"
#include "master/report/what_if.hpp"
#include "search/base/error.hpp"
#include "search/base/json_or_null.hpp"
#include "search/base/table.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr double near = 0.01;  // share of the grid's best that counts as near
constexpr int curve_points = 50;
constexpr int most_seeds = 10'000;  // all runs of a method are in memory together

struct ReplayQuestion {
  std::string file, search, rungs;
  std::vector<std::string> methods;
  int seeds = 0;
  bool curves = false;
};

/// One method, once for each seed.
struct Replayed {
  std::string method;
  std::vector<WhatIf> runs = {};
};

Syntax syntax_of(ReplayQuestion& question) {
  return {
      .command = "stormsweep replay",
      .usage = "DATABASE [options]",
      .summary =
          "Tells what other search methods would have cost and found, by what a complete grid has recorded: nothing\n"
          "is trained. Medians over seeds; what goes on from a rung costs the difference.",
      .example = "stormsweep replay tornado.db --method hyperband --method '{\"name\": \"halving\", \"eta\": 4}'",
      .operands = {{"database", po::value(&question.file)->required(), "the file that `run` wrote"}},
      .options = {
          {"method", po::value(&question.methods)->multitoken()->composing(),
           "a name, or what a space says under \"method\"; random and bayes where trainings have one length and no "
           "--rungs are given, else by default: random, halving, hyperband, bayes"},
          {"rungs", po::value(&question.rungs)->default_value("")->value_name("E,E,..."),
           "epochs of the rungs; by default the epochs of the grid"},
          {"seeds", po::value(&question.seeds)->default_value(30)->value_name("N"), "so many searches a method"},
          {"search", po::value(&question.search)->default_value(""), "the search, where the file has several"},
          {"curves", po::bool_switch(&question.curves), "best value so far over epochs, as CSV or JSON"},
          {"format", po::value<std::string>()->default_value("text")->value_name("text|json"), "how to print"}}};
}

nlohmann::ordered_json read_rungs(const std::string& rungs) {
  auto epochs = nlohmann::ordered_json::array();
  for (const std::string& rung : split_list(rungs)) {
    const auto number = whole_number(rung);
    if (!number)
      throw InputError(fmt::format("stormsweep replay: --rungs is '{}'; give epochs, with commas between them", rungs));
    epochs.push_back(*number);
  }
  return epochs;
}

/// Whether the grid has epochs for the rungs of a halving.
bool has_milestones(const RecordedGrid& grid) {
  const Experiment& experiment = *grid.space.experiment;
  return experiment.milestone && values(grid.space, experiment.hyperparameters[*experiment.milestone].name).size() > 1;
}

/// The recorded space, searched by another method under another seed.
Space space_by(const std::string& method, std::uint64_t seed, const ReplayQuestion& question,
               const RecordedGrid& grid) {
  auto json = nlohmann::ordered_json::parse(grid.space.text);
  json["method"] = method.starts_with('{') ? parse_json(method, "--method") : nlohmann::ordered_json(method);
  json["seed"] = seed;
  json.erase("limits");
  const Experiment& experiment = *grid.space.experiment;
  if (has_rungs(read_method(Field(json, "stormsweep replay: --method")["method"])) && experiment.milestone) {
    if (question.rungs.empty() && !has_milestones(grid))
      throw InputError(
          fmt::format("stormsweep replay: --method {} wants rungs; give --rungs, epochs that '{}' has recorded", method,
                      grid.space.name));
    if (!question.rungs.empty())
      json["parameters"][experiment.hyperparameters[*experiment.milestone].name] = read_rungs(question.rungs);
  }
  return parse_space(json.dump(), "stormsweep replay", "/");
}

Replayed replay_method(const std::string& method, const ReplayQuestion& question, const RecordedGrid& grid) {
  Replayed replayed{method};
  for (int seed = 0; seed < question.seeds; ++seed)
    replayed.runs.push_back(what_if(space_by(method, static_cast<std::uint64_t>(seed), question, grid), grid));
  return replayed;
}

std::vector<Replayed> replay_seeds(const ReplayQuestion& question, const RecordedGrid& grid) {
  std::vector<Replayed> all{{"grid", {what_if(grid.space, grid)}}};
  for (const std::string& method : question.methods) all.push_back(replay_method(method, question, grid));
  return all;
}

/// A line of the table.
struct Line {
  std::string method;
  std::size_t seeds = 0;
  std::optional<double> trainings, trials, epochs, seconds, found, near_trials, near_epochs, near_seconds;
  std::optional<double> random_found;          ///< found by random search at the same cost
  std::size_t best_seeds = 0, near_seeds = 0;  ///< seeds that found the best, or came near it
};

Line line_of(const Replayed& replayed, const Replayed& random, const RecordedGrid& grid) {
  const auto& runs = replayed.runs;
  const auto median = [&](const auto& number) {
    std::vector<std::optional<double>> values;
    for (const WhatIf& run : runs) values.emplace_back(number(run));
    return quantile(std::move(values), 0.5);
  };
  const auto seeds_within = [&](double share) {
    return static_cast<std::size_t>(
        std::count_if(runs.begin(), runs.end(), [&](const WhatIf& run) { return run.within(share, grid); }));
  };
  const auto near_step = [&](const auto& number) {
    return median([&](const WhatIf& run) {
      const auto* step = run.within(near, grid);
      return step ? std::optional<double>(number(*step)) : std::nullopt;
    });
  };
  const auto random_at = [&](const WhatIf& run) {
    const auto number = static_cast<std::size_t>(&run - runs.data());
    return random.runs[number % random.runs.size()].best_at(run.cost());
  };
  return {.method = replayed.method,
          .seeds = runs.size(),
          .trainings = median([](const WhatIf& run) { return run.trainings; }),
          .trials = median([](const WhatIf& run) { return run.trials; }),
          .epochs = median([](const WhatIf& run) { return run.epochs; }),
          .seconds = median([](const WhatIf& run) { return run.seconds; }),
          .found = median([](const WhatIf& run) { return run.found; }),
          .near_trials = near_step([](const WhatIf::Step& step) { return static_cast<double>(step.trials); }),
          .near_epochs = near_step([](const WhatIf::Step& step) { return step.epochs; }),
          .near_seconds = near_step([](const WhatIf::Step& step) { return step.seconds; }),
          .random_found = median(random_at),
          .best_seeds = seeds_within(0),
          .near_seeds = seeds_within(near)};
}

std::string text_of(const std::vector<Line>& lines, const RecordedGrid& grid, const ReplayQuestion& question) {
  Table table{.title = fmt::format("{}: best {} {:.6g}; medians of {} seeds", grid.space.name, grid.space.metric,
                                   grid.best, question.seeds),
              .header = {"method", "trainings", "trials", "epochs", "of grid", "seconds", "found", "random by then",
                         "the best", "within 1 %", "after trials", "epochs", "seconds"},
              .numeric = {false, true, true, true, true, true, true, true, true, true, true, true, true}};
  const auto count = [](const std::optional<double>& number) { return number ? fmt::format("{}", *number) : "-"; };
  const auto time = [](const std::optional<double>& number) { return number ? fmt::format("{:.1f}", *number) : "-"; };
  const auto value = [](const std::optional<double>& number) { return number ? fmt::format("{:.6g}", *number) : "-"; };
  for (const Line& line : lines)
    table.rows.push_back({line.method, count(line.trainings), count(line.trials), count(line.epochs),
                          *lines[0].epochs > 0 ? fmt::format("{:.0f} %", 100 * *line.epochs / *lines[0].epochs) : "-",
                          time(line.seconds), value(line.found), value(line.random_found),
                          fmt::format("{} of {}", line.best_seeds, line.seeds),
                          fmt::format("{} of {}", line.near_seeds, line.seeds), count(line.near_trials),
                          count(line.near_epochs), time(line.near_seconds)});
  table.footnotes = {"random by then: what random search has found at the same cost",
                     "after trials, epochs, seconds: when it was within 1 %, over all seeds; -: most never were"};
  if (std::any_of(lines.begin(), lines.end(), [](const Line& line) { return !line.seconds; }))
    table.footnotes.emplace_back("seconds: -, for the times of some trials are not recorded");
  return to_text(table);
}

std::string json_of(const std::vector<Line>& lines, const RecordedGrid& grid) {
  nlohmann::ordered_json json{{"search", grid.space.name}, {"metric", grid.space.metric}, {"best", grid.best}};
  for (const Line& line : lines)
    json["methods"].push_back({{"method", line.method},
                               {"trainings", json_or_null(line.trainings)},
                               {"trials", json_or_null(line.trials)},
                               {"epochs", json_or_null(line.epochs)},
                               {"seconds", json_or_null(line.seconds)},
                               {"found", json_or_null(line.found)},
                               {"random_found", json_or_null(line.random_found)},
                               {"seeds", line.seeds},
                               {"best_seeds", line.best_seeds},
                               {"within_seeds", line.near_seeds},
                               {"within_after_trials", json_or_null(line.near_trials)},
                               {"within_after_epochs", json_or_null(line.near_epochs)},
                               {"within_after_seconds", json_or_null(line.near_seconds)}});
  return json.dump(2) + '\n';
}

void write_curves(const std::vector<Replayed>& all, Records::Format format) {
  Records records(
      std::cout, format,
      {"method", all[0].runs[0].epochs > 0 ? "epochs" : "trials", "lower_quartile", "median", "upper_quartile"});
  const double end = all[0].runs[0].cost();
  for (const Replayed& replayed : all)
    for (int i = 1; i <= curve_points; ++i) {
      const double cost = end * i / curve_points;
      std::vector<std::optional<double>> values;
      for (const WhatIf& run : replayed.runs) values.push_back(run.best_at(cost));
      const auto at = [&](double q) {
        const auto value = quantile(values, q);
        return value ? Cell(*value) : Cell();
      };
      records.write({replayed.method, cost, at(0.25), at(0.5), at(0.75)});
    }
  records.finish();
}

}  // namespace

int replay_command(const Arguments& arguments) {
  ReplayQuestion question;
  const auto options = parse_options(arguments, syntax_of(question));
  if (!options) return exit_done;
  const std::string format = one_of({"text", "json"}, "format", *options);
  check_range("stormsweep replay", "seeds", question.seeds, 1, most_seeds);
  const RecordedGrid grid = read_recorded_grid(question.file, question.search);
  if (question.methods.empty())
    question.methods = has_milestones(grid) || !question.rungs.empty()
                           ? std::vector<std::string>{"random", "halving", "hyperband", "bayes"}
                           : std::vector<std::string>{"random", "bayes"};
  const std::vector<Replayed> all = replay_seeds(question, grid);
  if (question.curves)
    return write_curves(all, format == "json" ? Records::Format::json : Records::Format::csv), exit_done;
  const auto found = std::ranges::find(all, "random", &Replayed::method);
  const Replayed random = found != all.end() ? *found : replay_method("random", question, grid);
  std::vector<Line> lines;
  for (const Replayed& replayed : all) lines.push_back(line_of(replayed, random, grid));
  fmt::print("{}", format == "json" ? json_of(lines, grid) : text_of(lines, grid, question));
  return exit_done;
}

}  // namespace stormsweep

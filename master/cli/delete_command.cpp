#include "master/cli/delete_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <iostream>

#include "master/cli/results_columns.hpp"
#include "master/store/removal.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

/// Rows that are shown before the question.
constexpr std::size_t most_shown = 5;

/// What the user asked for.
struct Order {
  std::string file, search, where;
  bool yes = false;
};

/// A command of this kind.
struct Kind {
  std::string name;     ///< of the command
  std::string summary;  ///< for --help
  std::string done;     ///< "deleted"
  std::string only;     ///< SQL: trials that the command applies to
  std::string none;     ///< message where --where selects none of them
  Removed (*carry_out)(const std::filesystem::path&, const std::vector<TrialId>&);
};

Syntax syntax_of(const Kind& kind, Order& order) {
  return {.command = "stormsweep " + kind.name,
          .usage = "DATABASE --where CONDITION [options]",
          .summary = kind.summary,
          .example = fmt::format("stormsweep {} tornado.db --where \"status = 'diverged' AND learning_rate > 0.01\"",
                                 kind.name),
          .operands = {{"database", po::value(&order.file)->required(), "the file that `run` wrote"}},
          .options = {
              {"where", po::value(&order.where)->required(),
               "the trials for which this SQL condition on the columns of `results` holds; 1: all"},
              {"search", po::value(&order.search)->default_value(""), "only trials of this search (default: of all)"},
              {"yes,y", po::bool_switch(&order.yes), "do not ask"}}};
}

std::vector<TrialId> chosen_trials(Selection& selection, const Kind& kind) {
  std::vector<TrialId> trials;
  selection.query(fmt::format("SELECT trial FROM selected WHERE {} ORDER BY trial", kind.only),
                  [&](const std::vector<Cell>& cells) {
                    trials.push_back(TrialId{static_cast<std::uint64_t>(std::get<std::int64_t>(cells[0]))});
                  });
  return trials;
}

void show(Selection& selection, const Kind& kind, std::size_t trials) {
  const std::vector<std::string> names = telling_columns(selection);
  std::vector<std::string> identifiers;
  for (const std::string& name : names) identifiers.push_back(sql_name(name));
  std::cout << to_text(collect(selection, names,
                               fmt::format("SELECT {} FROM selected WHERE {} ORDER BY trial LIMIT {}",
                                           fmt::join(identifiers, ", "), kind.only, most_shown)));
  if (trials > most_shown) std::cout << fmt::format("and {} more\n", grouped(trials - most_shown));
}

std::string counted(std::uint64_t number, const std::string& what) {
  return fmt::format("{} {}{}", grouped(number), what, number == 1 ? "" : "s");
}

/// Whether the user, asked on a terminal, says yes. Throws InputError where nobody can be asked.
bool confirmed(const Kind& kind, const Order& order, std::size_t trials) {
  if (order.yes) return true;
  if (!terminal_width(STDIN_FILENO))
    throw InputError(fmt::format("stormsweep {}: {} of {} to be {}, and no terminal to ask on; give --yes", kind.name,
                                 counted(trials, "trial"), order.file, kind.done));
  std::cout << fmt::format("{} of {} to be {}. Go on? [y/N] ", counted(trials, "trial"), order.file, kind.done)
            << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

int command(const Kind& kind, const Arguments& arguments) {
  Order order;
  if (!parse_options(arguments, syntax_of(kind, order))) return exit_done;
  Selection selection(std::filesystem::path(order.file), order.search, order.where);
  const std::vector<TrialId> trials = chosen_trials(selection, kind);
  if (trials.empty()) return std::cout << kind.none << '\n', exit_done;
  show(selection, kind, trials.size());
  if (!confirmed(kind, order, trials.size())) return std::cout << "nothing is changed\n", exit_done;
  const Removed removed = kind.carry_out(order.file, trials);
  std::cout << fmt::format("{}: {} {}; gone: {}, {}\n", order.file, counted(removed.trials, "trial"), kind.done,
                           counted(removed.curves, "curve"), counted(removed.networks, "network"));
  return exit_done;
}

}  // namespace

int delete_command(const Arguments& arguments) {
  return command(
      {.name = "delete",
       .summary =
           "Removes trials, with their kept networks, the curves that no other trial has, too, and their checkpoints,\n"
           "which stay where another search on the same data has the curve. Those that the search's space still has\n"
           "are trained by its next run.",
       .done = "deleted",
       .only = "1",
       .none = "no trial meets --where",
       .carry_out = delete_trials},
      arguments);
}

int rerun_command(const Arguments& arguments) {
  return command(
      {.name = "rerun",
       .summary =
           "Makes trials that have ended wait, so that the next `run` of their search trains them again. Their\n"
           "outcomes and kept networks go, the curves that no other trial has, too, and their checkpoints, which\n"
           "stay where another search on the same data has the curve.",
       .done = "let wait again",
       .only = has_ended,
       .none = "no trial that has ended meets --where",
       .carry_out = rerun_trials},
      arguments);
}

}  // namespace stormsweep

#include "master/report/plot.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "master/report/declared.hpp"
#include "search/base/error.hpp"
#include "tests/master/report/results_fixture.hpp"

using namespace stormsweep;
using namespace stormsweep::test;

namespace {

std::vector<std::pair<double, double>> points(const Chart::Line& line) {
  std::vector<std::pair<double, double>> all;
  for (const Position& point : line.points) all.emplace_back(point.x, point.y);
  return all;
}

using Points = std::vector<std::pair<double, double>>;

}  // namespace

TEST_CASE("a cross table as a chart: rows run across, a line a column, a panel a table") {
  const TornadoResults results;
  Selection selection(results.file, "", "status = 'complete'");
  const Chart chart = plot_pivot(selection, {"batch_size", "data_multiplier", "epochs", {"wall_seconds"}, "selected"});
  CHECK(chart.x == "batch_size");
  CHECK(chart.y == "wall_seconds (s)");
  CHECK(plot_pivot(selection, {"batch_size", "epochs", "", {"load_seconds", "wall_seconds"}, "selected"}).y ==
        "load_seconds, wall_seconds (s)");
  CHECK(chart.note == "Each point is the mean of 1 to 2 trials");
  CHECK(chart.words.empty());
  REQUIRE(chart.panels.size() == 2);
  CHECK(chart.panels[0].title == "epochs 5");
  REQUIRE(chart.panels[0].lines.size() == 2);
  CHECK(chart.panels[0].lines[1].name == "data_multiplier 2");
  // 5 epochs * 1000 / 64 * multiplier + 0.5: the mean over two replicates.
  CHECK(points(chart.panels[0].lines[0]) == Points{{64, 78.625}, {128, 39.0625}, {256, 19.53125}});
  CHECK(points(chart.panels[0].lines[1]) == Points{{64, 156.75}, {128, 78.125}});
}

TEST_CASE(
    "lines come in the order of the table's columns, wherever each begins, named by as many digits as tell them "
    "apart") {
  const TornadoResults results;
  execute(
      results.file,
      "UPDATE trials SET wall_seconds = 4, rung = CASE id WHEN 1 THEN 9 WHEN 2 THEN 1 ELSE 3 END, worker = min(id, 3)");
  Selection selection(results.file, "", "");
  const Chart chart = plot_pivot(selection, {"worker", "rung", "", {"wall_seconds"}, "selected"});
  std::vector<std::string> names;
  for (const Chart::Line& line : chart.panels[0].lines) names.push_back(line.name);
  CHECK(names == std::vector<std::string>{"rung 1", "rung 3", "rung 9"});
  CHECK(points(chart.panels[0].lines[2]) == Points{{1, 4}});

  execute(results.file, "UPDATE trials SET best_metric = CASE id WHEN 1 THEN 3.16227766017e-06 ELSE 0.012345678 END");
  Selection digits(results.file, "", "");
  const Chart few = plot_pivot(digits, {"worker", "best_metric", "", {"wall_seconds"}, "selected"});
  CHECK(few.panels[0].lines[0].name == "best_metric 3.162e-06");
  CHECK(few.panels[0].lines[1].name == "best_metric 0.01235");
}

TEST_CASE("values that are words are in their order") {
  const TornadoResults results;
  execute(results.file, "UPDATE trials SET host = 'cloud' WHERE id > 5");
  Selection selection(results.file, "", "");
  const Chart chart = plot_pivot(selection, {"host", "gang", "", {"wall_seconds"}, "selected"});
  CHECK(chart.words == std::vector<std::string>{"cloud", "node1"});
  REQUIRE(chart.panels[0].lines.size() == 1);
  CHECK(chart.panels[0].lines[0].points[0].x == 0);
  CHECK(chart.panels[0].lines[0].points[1].x == 1);
}

TEST_CASE("the history: every trial, and the best so far in two points a stretch") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": {"min": 1, "max": 7, "step": 1}})", "n");
  {
    Store store(file, space, "f", {});
    const double scores[] = {0.25, 0.125, 0.25, 0.5, 0.375, 0.5, 0.75};
    for (std::uint64_t i = 0; i < 7; ++i) store.finish(training(space, i), 0, worker(), outcome(scores[i]));
  }
  Selection selection(file, "", "");
  const Chart chart = plot_history(selection, selection.searches()[0], "score");
  REQUIRE(chart.panels.size() == 1);
  CHECK(points(chart.panels[0].lines[0]).size() == 7);
  CHECK(points(chart.panels[0].lines[1]) == Points{{1, 0.25}, {3, 0.25}, {4, 0.5}, {6, 0.5}, {7, 0.75}});
}

TEST_CASE("of many trials only some are drawn, and the chart says so") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": {"min": 1, "max": 2500, "step": 1}})", "n");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 2500; ++i)
      store.finish(training(space, i), 0, worker(), outcome(static_cast<double>(i)));
  }
  Selection selection(file, "", "");
  const Chart chart = plot_history(selection, selection.searches()[0], "score");
  CHECK(chart.panels[0].lines[0].name == "trials (one of 3)");
  CHECK(chart.panels[0].lines[0].points.size() == 834);
  CHECK(chart.panels[0].lines[1].points.size() == 2500);
}

TEST_CASE("nothing to draw, and too much, are refused") {
  const TornadoResults results;
  Selection nothing(results.file, "", "status = 'out_of_memory'");
  CHECK_THROWS_WITH_AS(plot_history(nothing, nothing.searches()[0], "wall_seconds"),
                       doctest::Contains("no trial has a value to draw"), InputError);
  Selection all(results.file, "", "");
  CHECK_THROWS_WITH_AS(
      plot_pivot(all, {"batch_size", "epochs", "", {"wall_seconds", "test_accuracy"}, "selected"}),
      "--value: wall_seconds (s) and test_accuracy are of different units and share no axis; give each "
      "a figure",
      InputError);
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": {"min": 1, "max": 40, "step": 1}})", "n");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 40; ++i) store.finish(training(space, i), 0, worker(), outcome(1));
  }
  Selection many(file, "", "");
  CHECK_THROWS_WITH_AS(plot_pivot(many, {"epochs", "index", "", {"score"}, "selected"}),
                       doctest::Contains("40 lines cannot be told apart; choose at most 28 with --where"), InputError);
}

TEST_CASE("choices come in the order in which an experiment declares them, across and in the legend") {
  const TornadoResults results;
  execute(results.file,
          "UPDATE trials SET configuration = json_set(configuration, '$.augmentation', CASE WHEN id > 5 "
          "THEN 'live' ELSE 'none' END)");
  Selection selection(results.file, "", "");
  CHECK(declared(selection, "augmentation").words == std::vector<std::string>{"none", "preaugmented", "live"});
  Pivot pivot{"augmentation", "epochs", "", {"trial"}, "selected"};
  for (const auto& words : {std::vector<std::string>{"none", "live"}, {"live", "none"}}) {
    pivot.words = words;
    CHECK(plot_pivot(selection, pivot).words == words);
    Pivot turned{"epochs", "augmentation", "", {"trial"}, "selected"};
    turned.column_words = words;
    CHECK(plot_pivot(selection, turned).panels[0].lines[0].name == words[0]);
    CHECK(pivot_tables(selection, turned)[0].header ==
          std::vector<std::string>{"epochs / augmentation", words[0], words[1]});
  }
}

TEST_CASE("an axis is as the space declares it, or as a list of values lies; numbers of trials are linear") {
  const TemporaryFolder folder;
  auto spacing = [&, number = 0](const std::string& index, const char* rows) mutable {
    const auto file = folder / fmt::format("{}.db", ++number);
    const Space space = noop_space(fmt::format(R"({{"index": {}, "epochs": [1, 2]}})", index), "n");
    {
      Store store(file, space, "f", {});
      const Trainings trainings(space);
      for (std::uint64_t i = 0; i < trainings.size(); ++i)
        for (std::size_t k = 0; k < 2; ++k) store.finish(training(space, i), k, worker(), outcome(0.5));
    }
    Selection selection(file, "", "");
    return plot_pivot(selection, {rows, "epochs", "", {"score"}, "selected"}).spacing;
  };
  CHECK(spacing(R"({"min": 1, "max": 1000, "step": 37})", "index") == Spacing::linear);
  CHECK(spacing(R"({"min": 8, "max": 32, "scale": "log2", "step": 1})", "index") == Spacing::logarithmic);
  CHECK(spacing("[64, 128, 256]", "index") == Spacing::logarithmic);
  CHECK(spacing("[5, 10, 15]", "index") == Spacing::by_values);
  CHECK(spacing("[1, 10, 100]", "trial") == Spacing::linear);
}

TEST_CASE("rungs of epochs, a range without a scale, are on a logarithmic axis") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space =
      noop_space(R"({"index": {"min": 1, "max": 3, "step": 1}, "epochs": {"min": 1, "max": 27, "step": 1}})", "n");
  {
    Store store(file, space, "f", {});
    store.finish(training(space, 0), 0, worker(), outcome(1));
  }
  Selection selection(file, "", "");
  CHECK_FALSE(declared(selection, "epochs").logarithmic.has_value());
  CHECK(declared(selection, "index").logarithmic == false);
}

TEST_CASE("the history shows which trials ended without a value, and goes to the last") {
  const TemporaryFolder folder;
  const auto file = folder / "n.db";
  const Space space = noop_space(R"({"index": {"min": 1, "max": 5, "step": 1}})", "n");
  {
    Store store(file, space, "f", {});
    for (std::uint64_t i = 0; i < 5; ++i)
      store.finish(training(space, i), 0, worker(), i == 0 || i == 4 ? failure("it broke") : outcome(0.5));
  }
  Selection selection(file, "", "");
  const Chart chart = plot_history(selection, selection.searches()[0], "score");
  const auto& lines = chart.panels[0].lines;
  REQUIRE(lines.size() == 3);
  CHECK(points(lines[0]) == Points{{2, 0.5}, {3, 0.5}, {4, 0.5}});
  CHECK(points(lines[1]) == Points{{2, 0.5}, {5, 0.5}});
  CHECK(lines[2].name == "2 without a value");
  CHECK(lines[2].style == Chart::Style::at_axis);
  CHECK(points(lines[2]) == Points{{1, 0}, {5, 0}});
  CHECK(chart.spacing == Spacing::linear);
  // For another metric it is not known which values are better.
  CHECK(plot_history(selection, selection.searches()[0], "wall_seconds").panels[0].lines.size() == 2);
}

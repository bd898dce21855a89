#include "experiments/command/command_reports.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <utility>

using namespace stormsweep;

namespace {

const Experiment& mine() {
  static const Experiment experiment = parse_experiment(R"({"name": "mine", "summary": "s", "data": [], "run": ["t"],
      "milestone": "epochs", "metrics": [{"name": "loss", "goal": "minimize", "meaning": "m"},
                                         {"name": "hits", "goal": "maximize", "meaning": "m"}],
      "hyperparameters": [{"name": "epochs", "type": "integer", "default": 1, "min": 1, "max": 99, "meaning": "m"}]})",
                                                        "e.json");
  return experiment;
}

/// Reports, and the rows that they have made since the last call of `rows`.
struct Told {
  std::vector<CommandReports::Row> fresh;
  CommandReports reports;

  explicit Told(std::vector<std::int64_t> milestones)
      : reports(mine(), std::move(milestones), [this](CommandReports::Row row) { fresh.push_back(std::move(row)); }) {}

  std::vector<CommandReports::Row> rows() { return std::exchange(fresh, {}); }
  std::vector<CommandReports::Row> add(std::string_view bytes, double seconds) {
    reports.add(bytes, seconds);
    return rows();
  }
  std::vector<CommandReports::Row> recall(std::string_view bytes) {
    reports.add(bytes, 0);
    reports.restart();
    return rows();
  }
  std::vector<CommandReports::Row> finish(double seconds) {
    reports.finish(seconds);
    return rows();
  }
};

double loss(const CommandReports::Row& row) {
  return row.metrics.at(0).second;
}

std::string line(int epoch, double loss) {
  return R"({"epoch": )" + std::to_string(epoch) + R"(, "hits": 1, "loss": )" + std::to_string(loss) + "}\n";
}

}  // namespace

TEST_CASE("rows come as reports pass milestones, the last one when the command has ended") {
  Told reports({2, 4});
  CHECK(reports.add(line(1, 0.9) + line(2, 0.5), 2).empty());
  const auto first = reports.add(line(3, 0.4), 3);
  REQUIRE(first.size() == 1);
  CHECK(first[0].seconds == 2);
  CHECK(first[0].milestone == 0);
  CHECK(loss(first[0]) == 0.5);
  REQUIRE(first[0].epochs.size() == 2);
  CHECK(first[0].epochs[1].epoch == 2);
  CHECK(first[0].epochs[1].seconds == 2);
  CHECK(reports.add(line(4, 0.3), 4).empty());
  const auto last = reports.finish(5);
  REQUIRE(last.size() == 1);
  CHECK(last[0].milestone == 1);
  CHECK(loss(last[0]) == 0.3);
  CHECK(last[0].epochs.size() == 2);
}

TEST_CASE("the last report of an epoch counts, as it does of the last one") {
  Told reports({1, 3});
  const auto rows = reports.add(line(1, 0.9) + line(1, 0.8) + line(2, 0.7) + line(2, 0.6) + line(3, 0.5), 1);
  REQUIRE(rows.size() == 1);
  CHECK(loss(rows[0]) == 0.8);
  REQUIRE(rows[0].epochs.size() == 1);
  CHECK(rows[0].epochs[0].metrics.at(0).second == 0.8);
  CHECK(reports.add(line(3, 0.4), 2).empty());
  CHECK(loss(reports.finish(3).at(0)) == 0.4);
}

TEST_CASE("a milestone that is reached has its row, whatever ends the command behind it") {
  Told stopped({2, 4});
  CHECK(stopped.add(line(2, 0.5), 1).empty());
  stopped.reports.close();
  CHECK(loss(stopped.rows().at(0)) == 0.5);
  Told early({2, 4});
  early.reports.add(line(2, 0.5), 1);
  CHECK_THROWS_WITH(early.finish(2), "it ended at epoch 2 without reporting epoch 4");
  CHECK(loss(early.rows().at(0)) == 0.5);
}

TEST_CASE("a milestone that is passed over has the metrics of the last report before it") {
  Told reports({2, 3, 9});
  const auto rows = reports.add(line(1, 0.9) + line(5, 0.4), 1);
  REQUIRE(rows.size() == 2);
  CHECK(loss(rows[0]) == 0.9);
  CHECK(loss(rows[1]) == 0.9);
  CHECK_THROWS_WITH(reports.finish(2), "it ended at epoch 5 without reporting epoch 9");
  Told late({2, 9});
  CHECK_THROWS_WITH(late.add(line(3, 1), 1), doctest::Contains("epoch 2 was due before it"));
}

TEST_CASE("what was reported before a stop counts, and gives way to what is reported again") {
  Told reports({2, 4, 9});
  const auto told = reports.recall(line(1, 0.9) + line(2, 0.5) + line(3, 0.4));
  REQUIRE(told.size() == 1);
  CHECK(loss(told[0]) == 0.5);
  CHECK(reports.add(line(3, 0.45), 1).empty());
  reports.add(line(4, 0.3), 2);
  const auto rows = reports.add(line(5, 0.2), 3);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].milestone == 1);
  REQUIRE(rows[0].epochs.size() == 2);
  CHECK(rows[0].epochs[0].metrics.at(0).second == 0.45);
  CHECK_THROWS_WITH(reports.add(line(3, 0.4), 3), doctest::Contains("is of epoch 3, after that of epoch 5"));

  Told behind({2, 4});  // its state is older than a milestone
  CHECK(behind.recall(line(1, 0.9) + line(2, 0.5) + line(3, 0.4)).size() == 1);
  CHECK(behind.add(line(2, 0.5) + line(3, 0.4) + line(4, 0.3), 1).empty());
  CHECK(loss(behind.finish(2).at(0)) == 0.3);

  Told done({2});  // stopped after its last report
  CHECK(done.recall(line(1, 0.9) + line(2, 0.5)).empty());
  CHECK(loss(done.finish(1).at(0)) == 0.5);
}

TEST_CASE("lines may come in pieces, the last without its end, blank ones and the same epoch twice") {
  Told reports({});
  const std::string text = "\n" + line(1, 0.5) + line(1, 0.25) + "  \n" + R"({"loss": 0.125, "hits": null})";
  for (const char c : text) CHECK(reports.add({&c, 1}, 1).empty());
  const auto rows = reports.finish(2);
  REQUIRE(rows.size() == 1);
  CHECK(loss(rows[0]) == 0.125);
  CHECK(std::isnan(rows[0].metrics.at(1).second));
  REQUIRE(rows[0].epochs.size() == 1);
  CHECK(rows[0].epochs[0].metrics.at(0).second == 0.25);
}

TEST_CASE("a bad line takes nothing back of the milestones before it, however many lines come at once") {
  const std::string good = line(1, 0.9) + line(2, 0.5) + line(4, 0.4), bad = R"({"epoch": 9, "hits": 1, "loss": NaN})";
  Told reports({2, 4, 9});
  CHECK_THROWS_AS(reports.add(good + bad + '\n', 1), NotFinite);
  reports.reports.close();
  const auto rows = reports.rows();
  REQUIRE(rows.size() == 2);
  CHECK(loss(rows[0]) == 0.5);
  CHECK(loss(rows[1]) == 0.4);
}

TEST_CASE("refusals of reports say which line, and what is wrong with it") {
  const auto wrong = [](const std::string& text, const std::string& why) {
    CAPTURE(text);
    Told reports({2, 4});
    CHECK_THROWS_WITH(
        {
          reports.add(text, 1);
          reports.finish(1);
        },
        doctest::Contains(why.c_str()));
  };
  wrong("", "ended without a report");
  wrong("loss 3\n", "line 1 of its reports is loss 3; give an object");
  wrong("loading inference data\n", "line 1 of its reports is loading inference data; give an object");
  wrong("[1, nanoseconds, information]\n", "give an object");
  wrong(R"({"epoch": 1, "loss": 1})"
        "\n",
        "line 1 of its reports lacks hits");
  wrong(R"({"epoch": 1, "loss": 1, "hits": 1, "los": 1})"
        "\n",
        "los is no metric of mine; did you mean loss?");
  wrong(R"({"epoch": 1, "loss": 1, "hits": 1, "loss": 2})"
        "\n",
        "line 1 of its reports: loss is given twice");
  wrong(R"({"epoch": 1, "loss": 1, "hits": 1, "epoch": 2})"
        "\n",
        "line 1 of its reports: epoch is given twice");
  wrong(R"({"epoch": 1, "loss": [{"a": 1, "a": 2}, {"loss": 1}], "hits": 1})"
        "\n",
        "; give a number, or null");
  wrong(R"({"epoch": 1, "loss": "1", "hits": 1})"
        "\n",
        "loss is \"1\"; give a number");
  const std::string letters(1'000'000, 'k');
  wrong("{\"" + letters + "\": 1}\n",
        "line 1 of its reports: " + std::string(57, 'k') + "... is no metric of mine; known");
  wrong("{\"" + letters + "\": 1, \"" + letters + "\": 1}\n",
        "line 1 of its reports: " + std::string(57, 'k') + "... is given twice");
  wrong("{\"los\\u0000\": 1}\n", "line 1 of its reports: los  is no metric of mine; did you mean loss?");
  const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');  // too deep to be written again
  wrong(R"({"epoch": 1, "hits": 1, "loss": )" + deep + "}\n", "loss is " + std::string(57, '[') + "...; give a number");
  wrong(R"({"epoch": )" + deep + "}\n", "epoch is " + std::string(57, '[') + "...; give a whole number");
  wrong(deep + '\n', "line 1 of its reports is " + std::string(57, '[') + "...; give an object");
  wrong(R"({"epoch": 0, "loss": 1, "hits": 1})"
        "\n",
        "epoch is 0");
  wrong(line(5, 1), "epoch is 5, and the last one asked for is 4");
  wrong(line(2, 1) + line(1, 1), "line 2 of its reports is of epoch 1, after that of epoch 2");
  Told reports({4});
  CHECK_THROWS_AS(reports.add(R"({"epoch": 1, "loss": NaN, "hits": 1})"
                              "\n",
                              1),
                  NotFinite);
  CHECK_THROWS_AS(reports.add(R"({"epoch": 1, "loss": 1e999, "hits": 1})"
                              "\n",
                              1),
                  NotFinite);
}

TEST_CASE("a NUL byte does not end a report, nor the message that shows it") {
  using namespace std::string_literals;
  const std::string good = line(1, 0.5).substr(0, line(1, 0.5).find('\n'));
  for (const std::string& text : {good + "\0 rubbish"s, "\0\0"s + good, good + "\0"s}) {
    std::string shown = text;
    std::replace(shown.begin(), shown.end(), '\0', ' ');
    Told reports({4});
    CHECK_THROWS_WITH(reports.add(text + '\n', 1),
                      doctest::Contains(("line 1 of its reports is " + shown + "; give an object").c_str()));
  }
  Told reports({4});
  CHECK_THROWS_WITH(reports.add("\xff\xfe{\0\"\0}\0\n"s, 1),
                    doctest::Contains("is \uFFFD\uFFFD{ \" } ; give an object"));
}

TEST_CASE("a report has no number where one of its values is written as none") {
  for (const char* value : {"NaN", "nan", "Infinity", "-Infinity", "inf", "-inf", "[1,nan ]"}) {
    CAPTURE(value);
    Told reports({4});
    CHECK_THROWS_AS(reports.add(R"({"epoch": 1, "hits": 1, "loss": )" + std::string(value) + "}\n", 1), NotFinite);
  }
}

TEST_CASE("time counts from the report before the one that a new start begins with, over any number of starts") {
  Told reports({2, 9});
  reports.add(line(1, 0.9), 1);
  reports.add(line(2, 0.8), 2);
  auto rows = reports.add(line(3, 0.7), 3);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].seconds == 2);
  reports.reports.restart();
  reports.add(line(3, 0.75), 1.5);  // counted again from epoch 2, which took 2 s
  reports.add(line(4, 0.6), 2.5);
  reports.add(line(5, 0.5), 3.5);
  reports.reports.restart();
  reports.reports.restart();  // stopped before it had reported
  reports.add(line(4, 0.6), 0.25);
  reports.add(line(9, 0.1), 5.25);
  rows = reports.finish(6);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].seconds == 2 + 1.5 + 6);  // until epoch 3, and the last start
  std::vector<std::pair<std::int64_t, double>> curve;
  for (const EpochRecord& record : rows[0].epochs) curve.emplace_back(record.epoch, record.seconds);
  CHECK(curve == std::vector<std::pair<std::int64_t, double>>{{3, 3.5}, {4, 3.75}, {9, 8.75}});
}

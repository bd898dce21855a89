#include "master/report/search_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "master/report/cell.hpp"
#include "search/base/duration.hpp"
#include "search/base/json_or_null.hpp"
#include "search/base/table.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

std::string statuses_text(const SearchReport& report) {
  std::string text;
  for (const auto& [status, trials] : report.statuses)
    if (trials > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", trials, status);
  return text.empty() ? "nothing yet" : text;
}

}  // namespace

nlohmann::ordered_json to_json(const SearchReport& report) {
  nlohmann::ordered_json json{{"search", report.name},
                              {"experiment", report.experiment},
                              {"part", json_or_null(report.part)},
                              {"master", report.master},
                              {"done", report.done()},
                              {"total", json_or_null(report.total)},
                              {"statuses", report.statuses},
                              {"others", report.others},
                              {"trials_per_hour", json_or_null(report.trials_per_hour)},
                              {"metric", report.metric},
                              {"goal", report.goal},
                              {"best", nullptr}};
  if (report.best) json["best"] = {{"trial", report.best->trial}, {"value", report.best->value}};
  if (report.best && report.best->epoch) json["best"]["epoch"] = *report.best->epoch;
  json["running"] = nlohmann::ordered_json::array();
  for (const auto& r : report.running)
    json["running"].push_back(
        {{"trial", r.trial}, {"attempt", r.attempt}, {"worker", r.worker}, {"host", r.host}, {"seconds", r.seconds}});
  if (!report.brackets.empty()) json["brackets"] = nlohmann::ordered_json::array();
  for (const auto& b : report.brackets)
    json["brackets"].push_back(
        {{"bracket", b.number}, {"epochs", b.epochs}, {"ended", b.ended}, {"members", b.members}});
  json["failures"] = nlohmann::ordered_json::array();
  for (const auto& f : report.failures)
    json["failures"].push_back(
        {{"status", f.status}, {"error", f.error}, {"trials", f.trials}, {"example", f.example}});
  json["reasons"] = report.reasons;
  return json;
}

std::string to_text(const SearchReport& report) {
  std::string text;
  const auto say = [&](const std::string& line) { text += one_line(line) + '\n'; };
  say(fmt::format("search {}{} (experiment {}): {}", report.name, report.part ? ", " + *report.part : "",
                  report.experiment, report.master));
  say(fmt::format("  done {} of {}: {}", report.done(),
                  report.total ? std::to_string(*report.total) : "an unknown number", statuses_text(report)));
  if (report.others > 0)
    say(fmt::format("  beside them, {} of earlier versions of the space, of other seeds, or not drawn", report.others));
  if (report.trials_per_hour)
    say(fmt::format("  rate {} trials/hour, of the last {} at most, without pauses", rate_text(*report.trials_per_hour),
                    SearchReport::rate_trials));
  if (report.best)
    say(fmt::format("  best {} {}{}, trial {}", report.metric, display(report.best->value, Style::metric),
                    report.best->epoch ? fmt::format(" (epoch {})", *report.best->epoch) : "", report.best->trial));
  for (const auto& b : report.brackets) {
    std::string counts;
    for (std::size_t k = 0; k < b.ended.size(); ++k)
      counts += fmt::format("{}{} of {}", k == 0 ? "" : ", ", b.ended[k], b.members[k]);
    say(fmt::format("  bracket {}: {} at {} epochs", b.number, counts, fmt::join(b.epochs, ", ")));
  }
  for (const auto& r : report.running)
    say(fmt::format("  running: trial {} on worker {} ({}) for {}{}", r.trial, r.worker, r.host,
                    spoken(Seconds(r.seconds)), r.attempt > 1 ? fmt::format(", attempt {}", r.attempt) : ""));
  for (const auto& f : report.failures)
    say(fmt::format("  {}: {} x {} (trial {}{})", f.status, f.trials, f.error, f.example,
                    f.trials > 1 ? ", for example" : ""));
  if (const auto shown = static_cast<std::int64_t>(report.failures.size()); report.reasons > shown)
    say(
        fmt::format("  and {} more reasons; all: stormsweep results DATABASE --where \"error IS NOT NULL\" --show "
                    "trial,status,error",
                    report.reasons - shown));
  return text;
}

}  // namespace stormsweep

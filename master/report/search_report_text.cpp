#include "master/report/search_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "master/report/cell.hpp"
#include "search/base/duration.hpp"
#include "search/base/json_or_null.hpp"
#include "search/base/table.hpp"

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
  std::string text = fmt::format("search {}{} (experiment {}): {}\n", report.name,
                                 report.part ? ", " + *report.part : "", report.experiment, report.master);
  text += fmt::format("  done {} of {}: {}\n", report.done(),
                      report.total ? std::to_string(*report.total) : "an unknown number", statuses_text(report));
  if (report.others > 0)
    text += fmt::format("  beside them, {} of earlier versions of the space or other seeds\n", report.others);
  if (report.trials_per_hour)
    text += fmt::format("  rate {} trials/hour, of the last {} at most, without pauses\n",
                        rate_text(*report.trials_per_hour), SearchReport::rate_trials);
  if (report.best)
    text += fmt::format("  best {} {}{}, trial {}\n", report.metric, display(report.best->value, Style::metric),
                        report.best->epoch ? fmt::format(" (epoch {})", *report.best->epoch) : "", report.best->trial);
  for (const auto& b : report.brackets) {
    std::string counts;
    for (std::size_t k = 0; k < b.ended.size(); ++k)
      counts += fmt::format("{}{} of {}", k == 0 ? "" : ", ", b.ended[k], b.members[k]);
    text += fmt::format("  bracket {}: {} at {} epochs\n", b.number, counts, fmt::join(b.epochs, ", "));
  }
  for (const auto& r : report.running)
    text += fmt::format("  running: trial {} on worker {} ({}) for {}{}\n", r.trial, r.worker, r.host,
                        spoken(Seconds(r.seconds)), r.attempt > 1 ? fmt::format(", attempt {}", r.attempt) : "");
  for (const auto& f : report.failures)
    text += fmt::format("  {}: {} x {} (trial {}{})\n", f.status, f.trials, f.error, f.example,
                        f.trials > 1 ? ", for example" : "");
  if (const auto shown = static_cast<std::int64_t>(report.failures.size()); report.reasons > shown)
    text += fmt::format(
        "  and {} more reasons; all: stormsweep results DATABASE --where \"error IS NOT NULL\" --show "
        "trial,status,error\n",
        report.reasons - shown);
  return text;
}

}  // namespace stormsweep

#include "experiments/command/command_reports.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "search/base/deepest_json.hpp"
#include "search/base/strict_json.hpp"

namespace stormsweep {

namespace {

/// Whether it has a value that Python and others write where JSON has no number.
bool tells_of_no_number(std::string_view line) {
  constexpr std::string_view blanks = " \t", before = ":,[", behind = ",}]";
  for (const std::string_view word : {"NaN", "nan", "Infinity", "inf"})
    for (std::size_t at = line.find(word); at != line.npos; at = line.find(word, at + 1)) {
      const std::size_t end = line.find_first_not_of(blanks, at + word.size());
      std::string_view front = line.substr(0, at);
      if (front.ends_with('-')) front.remove_suffix(1);
      const std::size_t begin = front.find_last_not_of(blanks);
      if (begin == line.npos || end == line.npos) continue;
      if (before.find(front[begin]) != before.npos && behind.find(line[end]) != behind.npos) return true;
    }
  return false;
}

bool blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

/// Including the metrics of profiles.
std::vector<std::string> metric_names(const Experiment& experiment) {
  std::vector<std::string> names;
  for (const Metric& metric : experiment.metrics) names.push_back(metric.name);
  for (const Profile& profile : experiment.profiles)
    for (const Metric& metric : profile.metrics)
      for (const Value& at : profile.at) names.push_back(profile_metric(metric.name, at));
  return names;
}

}  // namespace

CommandReports::CommandReports(const Experiment& experiment, std::vector<std::int64_t> milestones,
                               std::function<void(Row)> passed)
    : experiment_(experiment), milestones_(std::move(milestones)), passed_(std::move(passed)) {}

void CommandReports::add(std::string_view bytes, double seconds) {
  rest_ += bytes;
  std::size_t begin = 0;
  for (std::size_t end; (end = rest_.find('\n', begin)) != rest_.npos; begin = end + 1)
    read(std::string_view(rest_).substr(begin, end - begin), seconds);
  rest_.erase(0, begin);
}

void CommandReports::restart() {
  restarted_ = latest_.has_value();
  if (restarted_) before_ = times_.rbegin()->second;
}

void CommandReports::close() {
  pass(epoch_);
}

void CommandReports::finish(double seconds) {
  if (!rest_.empty()) read(std::exchange(rest_, {}), seconds);
  close();
  if (!latest_) throw std::runtime_error("it ended without a report; write one to the file $STORMSWEEP_REPORT names");
  if (epoch_ < last_milestone())
    throw std::runtime_error(fmt::format("it ended at epoch {} without reporting epoch {}", epoch_, last_milestone()));
  pass_time(seconds);
  tell_row();
}

nlohmann::json CommandReports::read_object(std::string_view line) const {
  using Json = nlohmann::json;
  Json report;
  bool finite = true;
  std::set<std::string> names;
  const auto check_part = [&](int depth, Json::parse_event_t event, const Json& part) {
    if (depth == 1 && event == Json::parse_event_t::key && !names.insert(part.get<std::string>()).second)
      throw std::runtime_error(fmt::format("{}: {} is given twice", place(), abbreviated(part.get<std::string>())));
    return not_too_deep(depth, event, part);
  };
  try {
    if (line.find('\0') == line.npos)  // which the parser takes for the end
      report = Json::parse(line, check_part);
  } catch (const Json::out_of_range&) {  // 1e999
    finite = false;
  } catch (const Json::parse_error&) {
    finite = !tells_of_no_number(line);
  }
  if (!report.is_object()) {
    if (!finite) throw NotFinite(place() + " has a number that is not finite");
    throw std::runtime_error(fmt::format(R"({} is {}; give an object, as {{"epoch": 1, "{}": 0.5}})", place(),
                                         abbreviated(std::string(line)), experiment_.metrics[0].name));
  }
  return report;
}

void CommandReports::read(std::string_view line, double seconds) {
  ++lines_;
  if (blank(line)) return;
  const nlohmann::json report = read_object(line);
  const auto epoch = read_epoch(report);
  Metrics metrics = read_metrics(report);
  const std::int64_t now = epoch.value_or(milestones_.empty() ? epoch_ : last_milestone());
  if (std::exchange(restarted_, false)) forget_from(now);
  if (now < epoch_)
    throw std::runtime_error(fmt::format("{} is of epoch {}, after that of epoch {}", place(), now, epoch_));
  if (now > epoch_) pass(now - 1);
  pass_time(seconds);
  if (epoch && !records_.empty() && records_.back().epoch == now) records_.pop_back();  // reported again
  if (epoch) records_.push_back({now, seconds_, metrics});
  times_[now] = seconds_;
  epoch_ = now;
  latest_ = std::move(metrics);
}

std::optional<std::int64_t> CommandReports::read_epoch(const nlohmann::json& report) const {
  const auto epoch = report.find("epoch");
  if (epoch == report.end()) return std::nullopt;
  if (!epoch->is_number_integer() || epoch->get<std::int64_t>() < 1)
    throw std::runtime_error(place() + ": epoch is " + abbreviated(epoch->dump()) + "; give a whole number from 1");
  if (!milestones_.empty() && epoch->get<std::int64_t>() > last_milestone())
    throw std::runtime_error(fmt::format("{}: epoch is {}, and the last one asked for is {}", place(),
                                         epoch->get<std::int64_t>(), last_milestone()));
  return epoch->get<std::int64_t>();
}

Metrics CommandReports::read_metrics(const nlohmann::json& report) const {
  const std::vector<std::string> known = metric_names(experiment_);
  for (const auto& [name, value] : report.items()) {
    if (name == "epoch" || std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw std::runtime_error(fmt::format("{}: {} is no metric of {}; {}", place(), abbreviated(name), experiment_.name,
                                         suggestion(name, known)));
  }
  Metrics metrics;
  for (const std::string& name : known) {
    const auto value = report.find(name);
    if (value == report.end()) throw std::runtime_error(fmt::format("{} lacks {}", place(), name));
    if (!value->is_number() && !value->is_null())
      throw std::runtime_error(fmt::format("{}: {} is {}; give a number, or null where it is not defined", place(),
                                           name, abbreviated(value->dump())));
    metrics.emplace_back(name, value->is_null() ? std::numeric_limits<double>::quiet_NaN() : value->get<double>());
    if (std::isinf(metrics.back().second)) throw NotFinite(place() + ": " + name + " is not finite");
  }
  return metrics;
}

/// Reports the rows of milestones up to `epoch`, except the last milestone; a row's metrics are those of the latest
/// report.
void CommandReports::pass(std::int64_t epoch) {
  for (; next_ + 1 < milestones_.size() && milestones_[next_] <= epoch; tell_row())
    if (!latest_)
      throw std::runtime_error(
          fmt::format("{} is the first report, but epoch {} was due before it", place(), milestones_[next_]));
}

void CommandReports::forget_from(std::int64_t epoch) {
  while (!records_.empty() && records_.back().epoch >= epoch) records_.pop_back();
  if (!records_.empty()) latest_ = records_.back().metrics;
  epoch_ = std::min(epoch_, epoch);
  times_.erase(times_.lower_bound(epoch), times_.end());
  before_ = times_.empty() ? 0 : times_.rbegin()->second;
}

void CommandReports::tell_row() {
  passed_({next_++, *latest_, seconds_, std::exchange(records_, {})});
}

}  // namespace stormsweep

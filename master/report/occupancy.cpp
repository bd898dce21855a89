#include "master/report/occupancy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/statistics/univariate_statistics.hpp>
#include <charconv>
#include <optional>
#include <sstream>

#include "master/report/selection.hpp"
#include "master/store/damaged_row.hpp"
#include "master/store/database.hpp"
#include "master/store/sql_text.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

/// More ranks than any machine has; a number above it is no rank.
constexpr int most_ranks = 10'000'000;

/// Parses "3" or "3,4"; nothing where the text is neither.
std::optional<std::vector<int>> parse_ranks(const std::string& text) {
  std::vector<int> ranks;
  std::istringstream in(text);
  for (std::string word; std::getline(in, word, ',');) {
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), ranks.emplace_back());
    if (error != std::errc() || end != word.data() + word.size() || ranks.back() < 0 || ranks.back() > most_ranks)
      return std::nullopt;
  }
  std::sort(ranks.begin(), ranks.end());
  return ranks;
}

std::vector<BusyInterval> select_busy_intervals(SQLite::Database& database, const std::string& search) {
  // Trials of one training have the same start. Those done by another worker after a loss, in another rung or after a
  // stop form an interval of their own.
  SQLite::Statement select(
      database,
      fmt::format(
          "SELECT ranks, min(started), max(finished), count(*), min(id), training || hex(curve), max(wall_seconds) "
          "FROM trials WHERE "
          "search = (SELECT id FROM searches WHERE name = ?) AND {} AND started IS NOT NULL AND "
          "finished IS NOT NULL GROUP BY training, curve, rung, ranks, started ORDER BY training, curve, rung, started",
          has_ended));
  select.bind(1, search);
  std::vector<BusyInterval> intervals;
  double wall_before = 0;  // a trial's wall time counts from the first start of its training
  while (select.executeStep()) {
    const std::string text = select.getColumn(0).getString();
    const auto ranks = parse_ranks(text);
    if (!ranks)
      throw DamagedRow::of_trial(select.getColumn(4).getInt64(), search, fmt::format("has the ranks '{}'", text));
    if (ranks->empty() || ranks->front() < 1) continue;
    const std::string training = select.getColumn(5).getString();
    const bool goes_on = !intervals.empty() && intervals.back().training == training;
    const double begin = select.getColumn(1).getDouble(), wall = select.getColumn(6).getDouble();
    intervals.push_back({*ranks, begin, busy_until(begin, select.getColumn(2).getDouble(), wall),
                         static_cast<std::uint64_t>(select.getColumn(3).getInt64()), training,
                         wall - (goes_on ? wall_before : 0)});
    wall_before = wall;
  }
  return intervals;
}

/// In merged databases every job has a rank 1: overlapping intervals of one rank number belong to different jobs.
class LaneChoice {
 public:
  explicit LaneChoice(std::size_t ranks) : lanes_(ranks), next_(ranks) {}

  /// The lane of an interval of `rank`, both from 0: an existing one, or the next. Intervals must come in the order of
  /// their begins.
  std::size_t take(std::size_t rank, const BusyInterval& interval) {
    constexpr double clocks = 1e-3;  // seconds by which the clocks of a rank's two trainings may differ
    std::vector<Lane>& lanes = lanes_[rank];
    auto free = std::ranges::find_if(lanes, [&](const Lane& lane) { return lane.until <= interval.begin + clocks; });
    if (free == lanes.end()) free = lanes.insert(free, {lanes.empty() ? rank : next_++, 0});
    free->until = interval.end;
    return free->number;
  }

 private:
  struct Lane {
    std::size_t number;
    double until;
  };
  std::vector<std::vector<Lane>> lanes_;  ///< of each rank
  std::size_t next_;
};

std::vector<const BusyInterval*> by_begin(std::span<const BusyInterval> intervals) {
  std::vector<const BusyInterval*> sorted;
  for (const BusyInterval& interval : intervals) sorted.push_back(&interval);
  std::ranges::stable_sort(sorted, {}, &BusyInterval::begin);
  return sorted;
}

template <class Part>
double total(const Occupancy& occupancy, Part part) {
  double sum = 0;
  for (const Occupancy::Rank& rank : occupancy.ranks) sum += rank.*part;
  return sum;
}

}  // namespace

std::vector<BusyInterval> read_busy_intervals(const std::filesystem::path& file, const std::string& search) {
  SQLite::Database database = open_for_reading(file);
  return guarded(file, [&] {
    const std::string name = only_search(read_searches(database, file, search), file.string() + ":").name;
    auto intervals = select_busy_intervals(database, name);
    if (intervals.empty())
      throw InputError(fmt::format("{}: no trial of search '{}' has ended; run it first", file.string(), name));
    return intervals;
  });
}

std::vector<BusyInterval> find_busy_intervals(const std::filesystem::path& file, const std::string& search) {
  SQLite::Database database = open_for_reading(file);
  return guarded(file, [&] { return select_busy_intervals(database, search); });
}

double Occupancy::busy() const {
  return total(*this, &Rank::busy_seconds);
}
double Occupancy::wait() const {
  return total(*this, &Rank::wait_seconds);
}
double Occupancy::idle() const {
  return total(*this, &Rank::idle_seconds);
}

double Occupancy::imbalance() const {
  double most = 0;
  for (const Rank& rank : ranks) most = std::max(most, rank.busy_seconds);
  return busy() > 0 ? most * static_cast<double>(ranks.size()) / busy() : 1;
}

double Occupancy::trials_per_hour() const {
  return makespan > 0 ? static_cast<double>(trials) / makespan * 3600 : 0;
}

double Occupancy::latency() const {
  std::vector<double> gaps;
  for (const Rank& rank : ranks)
    for (std::size_t i = 1; i < rank.busy.size(); ++i)
      gaps.push_back(std::max(0.0, rank.busy[i].first - rank.busy[i - 1].second));
  return gaps.empty() ? 0 : boost::math::statistics::median(gaps);
}

double busy_until(double begin, double finished, double wall) {
  return wall > 0 && finished - begin - wall > shortest_pause ? begin + wall : finished;
}

std::vector<Pause> pauses_between(std::vector<std::pair<double, double>> busy) {
  std::sort(busy.begin(), busy.end());
  std::vector<Pause> pauses;
  double until = busy.empty() ? 0 : busy[0].second;
  for (const auto& [begin, end] : busy) {
    if (begin - until > shortest_pause) pauses.push_back({until, begin});
    until = std::max(until, end);
  }
  return pauses;
}

double running_seconds(const std::vector<std::pair<double, double>>& busy) {
  if (busy.empty()) return 0;
  double begin = busy[0].first, end = busy[0].second, paused = 0;
  for (const auto& [from, to] : busy) begin = std::min(begin, from), end = std::max(end, to);
  for (const Pause& pause : pauses_between(busy)) paused += pause.end - pause.begin;
  return end - begin - paused;
}

Occupancy occupancy(std::span<const BusyInterval> intervals, std::size_t ranks) {
  std::vector<std::pair<double, double>> busy;
  double begin = intervals[0].begin, end = intervals[0].end;
  for (const BusyInterval& interval : intervals) {
    busy.emplace_back(interval.begin, interval.end);
    begin = std::min(begin, interval.begin), end = std::max(end, interval.end);
    ranks = std::max(ranks, static_cast<std::size_t>(interval.ranks.back()));
  }
  const std::vector<Pause> pauses = pauses_between(std::move(busy));
  const auto paused_until = [&](double time) {
    double sum = 0;
    for (const Pause& pause : pauses)
      if (pause.end <= time) sum += pause.end - pause.begin;
    return sum;
  };
  LaneChoice lanes(ranks);
  Occupancy result;
  result.paused = paused_until(end);
  result.makespan = end - begin - result.paused;
  result.ranks.resize(ranks);
  for (const BusyInterval* const interval : by_begin(intervals)) {
    result.trials += interval->trials;
    result.unplaced += interval->seconds() - (interval->end - interval->begin);
    const double first = begin + paused_until(interval->begin);
    for (const int rank : interval->ranks) {
      const std::size_t lane = lanes.take(static_cast<std::size_t>(rank) - 1, *interval);
      if (lane == result.ranks.size()) result.ranks.emplace_back();
      result.ranks[lane].busy.emplace_back(interval->begin - first, interval->end - first);
    }
  }
  for (Occupancy::Rank& rank : result.ranks) {
    std::sort(rank.busy.begin(), rank.busy.end());
    for (const auto& [from, to] : rank.busy) rank.busy_seconds += to - from;
    rank.idle_seconds = std::max(0.0, result.makespan - rank.busy_seconds);
    if (!rank.busy.empty())
      rank.wait_seconds = std::max(0.0, rank.idle_seconds - (result.makespan - rank.busy.back().second));
  }
  return result;
}

std::vector<double> busy_shares(const Occupancy& occupancy, std::size_t rank, double seconds, std::size_t parts) {
  const double part = seconds / static_cast<double>(parts);
  std::vector<double> shares(parts);
  for (const auto& [begin, end] : occupancy.ranks[rank].busy) {
    const auto last = std::min(parts - 1, static_cast<std::size_t>(end / part));
    for (auto i = std::min(last, static_cast<std::size_t>(begin / part)); i <= last; ++i) {
      const double left = static_cast<double>(i) * part;
      shares[i] += std::max(0.0, std::min(end, left + part) - std::max(begin, left)) / part;
    }
  }
  return shares;
}

std::string timeline(const Occupancy& occupancy, std::size_t rank, double seconds, std::size_t width) {
  const std::vector<double> shares = busy_shares(occupancy, rank, seconds, width);
  std::string line;
  for (std::size_t i = 0; i < width; ++i) {
    const bool over = static_cast<double>(i) * seconds / static_cast<double>(width) >= occupancy.makespan;
    line += shares[i] >= 0.5 ? '#' : over ? ' ' : '.';
  }
  return line;
}

}  // namespace stormsweep

// Our half of search.py: proposes points to whoever evaluates them, by standard input and output, a line at a time.
// First {"dimensions": [{"kind": "continuous"}, {"kind": "ordered", "places": [...]}, {"kind": "unordered",
// "size": 3}], "seed": 1, "width": 8}; then "ask", answered by the seconds of processor time it took and the point, if
// one is left, and "tell VALUE" (or "tell none"), the result of the oldest point without one. Larger values are better.
#include <cstdio>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "search/base/seed.hpp"
#include "search/methods/bayes/proposal.hpp"
#include "search/methods/sobol_points.hpp"

using namespace stormsweep;
using bayes::Dimension;

namespace {

Dimension dimension_of(const nlohmann::json& json) {
  const std::string kind = json["kind"];
  if (kind == "continuous") return {Dimension::Kind::continuous};
  if (kind == "unordered") return {Dimension::Kind::unordered, {}, json["size"]};
  const std::vector<double> places = json["places"];
  return {Dimension::Kind::ordered, places, places.size()};
}

/// Sobol points to begin with, without those that a coarse grid repeats; then proposals.
class Search {
 public:
  explicit Search(const nlohmann::json& json) : seed_(json["seed"]), sobol_(json["dimensions"].size(), seed_) {
    for (const auto& dimension : json["dimensions"]) problem_.dimensions.push_back(dimension_of(dimension));
    problem_.allowed = [](const bayes::Point&) { return true; };
    beginning_ = std::max<std::size_t>(problem_.dimensions.size() + 2, json["width"]);
  }

  /// The next point; nothing where none is left.
  std::optional<bayes::Point> ask() {
    auto point = known_.size() < beginning_ ? even() : std::nullopt;
    if (!point) point = proposed();
    if (!point) return {};
    known_.insert(*point);
    pending_.push_back(*point);
    return point;
  }

  void tell(const std::string& value) {
    told_.push_back({pending_.front(), value == "none" ? std::nullopt : std::optional(std::stod(value))});
    pending_.erase(pending_.begin());
  }

 private:
  std::optional<bayes::Point> even() {
    for (int i = 0; i < 100; ++i) {
      auto point = point_at(problem_.dimensions, sobol_.next());
      if (!known_.contains(point)) return point;
    }
    return {};
  }

  std::optional<bayes::Point> proposed() {
    const auto proposal = propose(problem_, told_, pending_, last_, derive_seed(seed_, "bayes", {known_.size()}));
    if (!proposal) return {};
    last_ = proposal->fitted;
    return proposal->point;
  }

  std::uint64_t seed_;
  SobolPoints sobol_;
  bayes::Problem problem_;
  std::size_t beginning_ = 0;
  std::vector<bayes::Observation> told_;
  std::vector<bayes::Point> pending_;
  std::set<bayes::Point> known_;  ///< evaluated and pending ones
  std::optional<bayes::Hyperparameters> last_;
};

void answer(Search& search) {
  const std::clock_t begin = std::clock();
  const auto point = search.ask();
  std::printf("%.6f", static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC);
  for (const double x : point.value_or(bayes::Point{})) std::printf(" %.17g", x);
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main() {
  std::string line;
  std::getline(std::cin, line);
  Search search(nlohmann::json::parse(line));
  while (std::getline(std::cin, line)) {
    if (line == "ask")
      answer(search);
    else
      search.tell(line.substr(line.find(' ') + 1));
  }
}

#include "search/methods/bayes/proposal.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <ranges>
#include <set>

#include "search/methods/bayes/fit.hpp"
#include "search/methods/bayes/maximum.hpp"
#include "search/methods/bayes/targets.hpp"

namespace stormsweep::bayes {

namespace {

constexpr std::size_t hills = 3;  // number of best observations from which to climb
constexpr std::size_t most_observations = 500, best_kept = 100, last_kept = most_observations - best_kept;

/// Failures last.
double rank_value(const Observation& observation) {
  return observation.value.value_or(-std::numeric_limits<double>::infinity());
}

/// Sorted by point, so that rounding of sums does not depend on the order of results.
std::vector<Observation> learnt_from(std::span<const Observation> all) {
  std::vector<Observation> chosen(all.begin(), all.end());
  if (all.size() > most_observations) {
    const auto last = chosen.end() - last_kept;
    std::ranges::stable_sort(chosen.begin(), last, std::ranges::greater(), rank_value);
    chosen.erase(chosen.begin() + best_kept, last);
  }
  std::ranges::sort(chosen, {}, [](const auto& o) { return std::pair(o.point, rank_value(o)); });
  return chosen;
}

/// The observations in the form that the Gaussian process takes.
struct Known {
  Eigen::MatrixXd points = {};
  Eigen::VectorXd values = {};
  double incumbent = 0;          ///< the best value; 0, what is expected of every point, where there is none
  std::vector<Point> best = {};  ///< the points of the greatest values
};

/// The points of the greatest values; of equals, the earlier.
std::vector<Point> best_of(std::vector<Observation> observations, std::size_t count) {
  std::erase_if(observations, [](const auto& observation) { return !observation.value; });
  std::ranges::stable_sort(observations, std::ranges::greater(), rank_value);
  std::vector<Point> points;
  for (const auto& observation : observations | std::views::take(count)) points.push_back(observation.point);
  return points;
}

Known known_from(const std::vector<Dimension>& dimensions, const std::vector<Observation>& observations) {
  std::vector<Point> points;
  std::vector<std::optional<double>> values;
  for (const auto& observation : observations) {
    points.push_back(observation.point);
    values.push_back(observation.value);
  }
  Known known{coordinates(dimensions, points), targets(values), 0, best_of(observations, hills)};
  if (!known.best.empty()) known.incumbent = known.values.maxCoeff();
  return known;
}

Hyperparameters first_guess(std::size_t dimensions) {
  return {std::vector<double>(dimensions, 1.), 1, 1e-4};
}

Hyperparameters parameters_of(const Problem& problem, const Known& known, std::size_t observations,
                              const std::optional<Hyperparameters>& start) {
  auto from = start.value_or(first_guess(problem.dimensions.size()));
  if (known.values.size() < 2 || (start && !fits_anew(observations))) return from;
  return fit(problem.dimensions, known.points, known.values, from);
}

double place(const Dimension& dimension, double x) {
  return dimension.kind == Dimension::Kind::ordered ? dimension.places[static_cast<std::size_t>(x)] : x;
}

/// Whether `point` is `lost`, or takes more memory and is the same in all else.
bool takes_as_much_memory(const std::vector<Dimension>& dimensions, const Point& point, const Point& lost) {
  for (std::size_t j = 0; j < dimensions.size(); ++j) {
    const double less = place(dimensions[j], lost[j]), more = place(dimensions[j], point[j]);
    if (dimensions[j].takes_memory ? more < less : more != less) return false;
  }
  return true;
}

/// What may be proposed.
class Allowed {
 public:
  Allowed(const Problem& problem, std::span<const Observation> observations, std::span<const Point> pending)
      : problem_(problem), known_(pending.begin(), pending.end()) {
    for (const auto& observation : observations) {
      known_.insert(observation.point);
      if (observation.out_of_memory) lost_.push_back(observation.point);
    }
  }

  bool operator()(const Point& point) const {
    const auto too_much = [&](const Point& lost) { return takes_as_much_memory(problem_.dimensions, point, lost); };
    return !known_.contains(point) && std::ranges::none_of(lost_, too_much) && problem_.allowed(point);
  }

 private:
  const Problem& problem_;
  std::set<Point> known_;
  std::vector<Point> lost_;  ///< ran out of memory
};

}  // namespace

bool fits_anew(std::size_t observations) {
  return observations % std::max<std::size_t>(1, observations / 25) == 0;
}

std::optional<Proposal> propose(const Problem& problem, std::span<const Observation> observations,
                                std::span<const Point> pending, const std::optional<Hyperparameters>& start,
                                std::uint64_t seed) {
  const auto& dimensions = problem.dimensions;
  assert(std::ranges::all_of(observations, [](const auto& o) { return !o.value || std::isfinite(*o.value); }));
  const Known known = known_from(dimensions, learnt_from(observations));
  const Hyperparameters parameters = parameters_of(problem, known, observations.size(), start);
  std::vector<Point> believed(pending.begin(), pending.end());
  std::ranges::sort(believed);
  const Eigen::MatrixXd places = coordinates(dimensions, believed);
  const GaussianProcess process(dimensions, parameters, known.points, known.values);
  // What is expected of pending points counts as found: otherwise proposals would crowd where the best is expected.
  double incumbent = known.incumbent;
  if (!believed.empty()) incumbent = std::max(incumbent, process.at(places).mean.maxCoeff());
  const LogImprovement improvement(process.believing(places), incumbent);
  const Problem searched{dimensions, Allowed(problem, observations, pending), problem.standing};
  const auto found = maximum(searched, improvement, known.best, seed);
  if (!found) return {};
  return Proposal{found->point, parameters, found->value};
}

}  // namespace stormsweep::bayes

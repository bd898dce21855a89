#include "search/methods/bayes/maximum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/methods/bayes/ascent.hpp"
#include "search/methods/sobol_points.hpp"

namespace stormsweep::bayes {

namespace {

constexpr double most_to_list = 50'000;
constexpr std::size_t candidates = 256, most_candidates = 1 << 17, starts = 3;
/// Along a dimension of more than `most_digits` digits, only so many, evenly spaced, are tried, and those within
/// `near_digits` of the current point.
constexpr std::size_t most_digits = 256, near_digits = 16;

using Dimensions = std::vector<Dimension>;

bool is_continuous(const Dimension& dimension) {
  return dimension.kind == Dimension::Kind::continuous;
}

bool can_be_listed(const Dimensions& dimensions) {
  double count = 1;
  for (const auto& dimension : dimensions) {
    if (is_continuous(dimension)) return false;
    count *= static_cast<double>(dimension.size);
  }
  return count <= most_to_list;
}

/// All points, the last dimension fastest.
std::vector<Point> all_points(const Dimensions& dimensions) {
  std::vector<Point> points{Point(dimensions.size())};
  for (std::size_t j = 0; j < dimensions.size(); ++j) {
    std::vector<Point> longer;
    for (Point point : points) {
      for (std::size_t digit = 0; digit < dimensions[j].size; ++digit) {
        point[j] = static_cast<double>(digit);
        longer.push_back(point);
      }
    }
    points = std::move(longer);
  }
  return points;
}

/// The point that stands for `point`.
Point standing(const Problem& problem, Point point) {
  return problem.standing ? problem.standing(std::move(point)) : point;
}

std::vector<Point> sobol_points(const Problem& problem, std::size_t count, std::uint64_t seed) {
  SobolPoints sequence(problem.dimensions.size(), seed);
  std::vector<Point> points;
  for (std::size_t i = 0; i < count; ++i)
    points.push_back(standing(problem, point_at(problem.dimensions, sequence.next())));
  return points;
}

/// Finds good points of one problem.
class Finder {
 public:
  Finder(const Problem& problem, const LogImprovement& improvement)
      : problem_(problem), dimensions_(problem.dimensions), improvement_(improvement) {
    for (std::size_t j = 0; j < dimensions_.size(); ++j) {
      if (is_continuous(dimensions_[j]))
        places_.push_back(static_cast<Eigen::Index>(j));
      else
        digits_.push_back(j);
    }
  }

  /// The best `count` allowed ones of `points`, best first.
  std::vector<Scored> best(const std::vector<Point>& points, std::size_t count) const;
  /// Allowed summits near the best of many Sobol points, and near `good` ones.
  std::vector<Scored> uphill(std::span<const Point> good, std::uint64_t seed) const;

 private:
  void keep_best(const std::vector<Point>& points, std::span<const std::size_t> some, const Eigen::VectorXd& values,
                 std::size_t count, std::vector<Scored>& found) const;
  Scored refined(Scored here) const;
  Scored along_places(const Scored& here) const;
  Scored along_digits(const Scored& here, std::size_t dimension) const;

  const Problem& problem_;
  const Dimensions& dimensions_;
  const LogImprovement& improvement_;
  std::vector<Eigen::Index> places_;  ///< the continuous dimensions
  std::vector<std::size_t> digits_;   ///< the others
};

/// Indices of `bounds`, in descending order of value.
std::vector<std::size_t> descending(const Eigen::VectorXd& bounds) {
  std::vector<std::size_t> order(static_cast<std::size_t>(bounds.size()));
  std::iota(order.begin(), order.end(), 0);
  const auto bound = [&](std::size_t i) { return bounds(static_cast<Eigen::Index>(i)); };
  std::ranges::stable_sort(order, std::ranges::greater(), bound);
  return order;
}

std::vector<Scored> Finder::best(const std::vector<Point>& points, std::size_t count) const {
  const Eigen::MatrixXd places = coordinates(dimensions_, points);
  const Eigen::VectorXd bounds = improvement_.bound_at(places);
  const auto order = descending(bounds);
  std::vector<Scored> found;
  constexpr std::size_t block = 32;
  for (std::size_t from = 0; from < order.size(); from += block) {
    if (found.size() == count && bounds(static_cast<Eigen::Index>(order[from])) <= found.back().value) break;
    const auto some = std::span(order).subspan(from, std::min(block, order.size() - from));
    keep_best(points, some, improvement_.at(places(some, Eigen::all)), count, found);
  }
  return found;
}

/// Keeps in `found` the best `count` of what it has and the allowed points among `some`.
void Finder::keep_best(const std::vector<Point>& points, std::span<const std::size_t> some,
                       const Eigen::VectorXd& values, std::size_t count, std::vector<Scored>& found) const {
  for (std::size_t k = 0; k < some.size(); ++k) {
    const double value = values(static_cast<Eigen::Index>(k));
    if ((found.size() == count && value <= found.back().value) || !problem_.allowed(points[some[k]])) continue;
    const auto place = std::ranges::upper_bound(found, value, std::ranges::greater(), &Scored::value);
    found.insert(place, {points[some[k]], value});
    if (found.size() > count) found.pop_back();
  }
}

Scored Finder::along_places(const Scored& here) const {
  const auto& weights = improvement_.parameters().weights;
  // In units of the length scales slopes have similar sizes.
  const Eigen::ArrayXd unit = Eigen::Map<const Eigen::ArrayXd>(weights.data(), std::ssize(weights))(places_).sqrt();
  Eigen::RowVectorXd all = coordinates(dimensions_, std::span(&here.point, 1));
  Eigen::VectorXd by_coordinates;
  const auto climb = [&](const Eigen::VectorXd& place, Eigen::VectorXd* gradient) {
    all(places_) = place.array() / unit;
    const double value = improvement_.at(all, gradient ? &by_coordinates : nullptr);
    if (gradient) *gradient = by_coordinates(places_).array() / unit;
    return value;
  };
  const Eigen::VectorXd start = all(places_).transpose().array() * unit, lower = 0 * unit;
  const Summit summit = ascend(climb, start, lower, unit, 1e-4, 50);
  Scored there{here.point, summit.value};
  for (Eigen::Index k = 0; k < unit.size(); ++k) {
    there.point[static_cast<std::size_t>(places_[static_cast<std::size_t>(k)])] =
        std::clamp(summit.place(k) / unit(k), 0., 1.);
  }
  if (problem_.standing) {  // it may have moved along dimensions that mean nothing there
    there.point = problem_.standing(std::move(there.point));
    there.value = improvement_.at(coordinates(dimensions_, std::span(&there.point, 1)))(0);
  }
  return there.value > here.value && problem_.allowed(there.point) ? there : here;
}

Scored Finder::along_digits(const Scored& here, std::size_t dimension) const {
  const std::size_t size = dimensions_[dimension].size, step = (size + most_digits - 1) / most_digits;
  std::vector<Point> line;
  for (std::size_t digit = 0; digit < size; ++digit) {
    const double distance = std::abs(static_cast<double>(digit) - here.point[dimension]);
    if (distance == 0 || (digit % step != 0 && distance > near_digits)) continue;
    line.push_back(here.point);
    line.back()[dimension] = static_cast<double>(digit);
    line.back() = standing(problem_, std::move(line.back()));
  }
  const auto found = best(line, 1);
  return !found.empty() && found.front().value > here.value ? found.front() : here;
}

Scored Finder::refined(Scored here) const {
  for (int round = 0; round < 10; ++round) {
    const double before = here.value;
    if (!places_.empty()) here = along_places(here);
    const double value = here.value;
    for (const std::size_t j : digits_) here = along_digits(here, j);
    // Where no digit moved, the continuous places are already at their best.
    if (here.value == value || here.value - before < 1e-6) break;
  }
  return here;
}

std::vector<Scored> Finder::uphill(std::span<const Point> good, std::uint64_t seed) const {
  std::vector<Scored> found;
  for (std::size_t count = candidates; found.empty() && count <= most_candidates; count *= 2) {
    found = best(sobol_points(problem_, count, seed), starts);
  }
  if (found.empty()) return found;
  // These may have been tried already, so any other allowed point must count as better.
  for (const Point& point : good) found.push_back({point, -std::numeric_limits<double>::infinity()});
  for (Scored& point : found) point = refined(point);
  return found;
}

}  // namespace

std::optional<Scored> maximum(const Problem& problem, const LogImprovement& improvement, std::span<const Point> good,
                              std::uint64_t seed) {
  const Finder finder(problem, improvement);
  const auto found =
      can_be_listed(problem.dimensions) ? finder.best(all_points(problem.dimensions), 1) : finder.uphill(good, seed);
  if (found.empty()) return {};
  return *std::ranges::max_element(found, {}, &Scored::value);
}

}  // namespace stormsweep::bayes

#pragma once

#include "search/base/random.hpp"
#include "search/methods/bayes/kernel.hpp"

/// Problems of every kind of dimension, and random points of them, for tests.
namespace stormsweep::bayes {

inline std::vector<Dimension> mixed_dimensions() {
  return {{Dimension::Kind::continuous},
          {Dimension::Kind::ordered, {1, 0, 0.3, 0.7}, 4},
          {Dimension::Kind::unordered, {}, 3},
          {Dimension::Kind::continuous}};
}

inline Hyperparameters mixed_parameters() {
  return {{2.5, 0.7, 0.4, 9}, 1.3, 0.02};
}

inline std::vector<Point> random_points(const std::vector<Dimension>& dimensions, int count, std::uint64_t seed) {
  RandomStream random(seed);
  std::vector<Point> points;
  for (int i = 0; i < count; ++i) {
    Point point;
    for (const auto& dimension : dimensions) {
      const bool continuous = dimension.kind == Dimension::Kind::continuous;
      point.push_back(continuous ? random.uniform() : static_cast<double>(random.below(dimension.size)));
    }
    points.push_back(std::move(point));
  }
  return points;
}

inline Eigen::VectorXd random_values(int count, std::uint64_t seed) {
  RandomStream random(seed);
  Eigen::VectorXd values(count);
  for (double& value : values) value = random.normal();
  return values;
}

}  // namespace stormsweep::bayes

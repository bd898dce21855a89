#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

/// Bayesian search as mathematics: values in, values out. It knows no space, no trial, no clock.
namespace stormsweep::bayes {

/// One axis that varies, as the model sees it.
struct Dimension {
  enum class Kind {
    continuous,  ///< a place in [0, 1]
    ordered,     ///< digits, each with a place in [0, 1]
    unordered,   ///< flags and choices: digits that are the same or not
  };
  Kind kind = Kind::continuous;
  std::vector<double> places =
      {};                     ///< ordered: each digit's place in [0, 1] on the axis's scale; distinct, in any order
  std::size_t size = 0;       ///< ordered and unordered: digits, at least 1
  bool takes_memory = false;  ///< more of it takes more memory (a batch size)
};

/// One number a dimension: continuous: the place; else the digit.
using Point = std::vector<double>;

/// The point at `places` in [0, 1), one a dimension: of n digits number k has the share from k / n to (k + 1) / n.
inline Point point_at(const std::vector<Dimension>& dimensions, Point places) {
  for (std::size_t j = 0; j < dimensions.size(); ++j) {
    if (dimensions[j].kind == Dimension::Kind::continuous) continue;
    places[j] = std::floor(places[j] * static_cast<double>(dimensions[j].size));
  }
  return places;
}

/// What came of one point.
struct Observation {
  Point point;
  std::optional<double> value = {};  ///< finite, larger is better; none: failed or diverged
  bool out_of_memory = false;        ///< then without a value
};

/// Of the Gaussian process, on the scale of standardised values.
struct Hyperparameters {
  std::vector<double> weights;  ///< inverse squared length scales, one a dimension
  double signal = 1;            ///< variance of the function
  double noise = 1;             ///< variance of one observation beside it
  bool operator==(const Hyperparameters&) const = default;
};

/// Where to look.
struct Problem {
  std::vector<Dimension> dimensions;
  std::function<bool(const Point&)> allowed;  ///< not excluded and without a row; a function of the point alone
  /// Where several points mean the same: the one that stands for them, and alone decides whether they are allowed.
  /// Empty: each point stands for itself.
  std::function<Point(Point)> standing = {};
};

}  // namespace stormsweep::bayes

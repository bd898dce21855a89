#include "search/methods/bayes/kernel.hpp"

namespace stormsweep::bayes {

using Kind = Dimension::Kind;

Eigen::MatrixXd coordinates(const std::vector<Dimension>& dimensions, std::span<const Point> points) {
  Eigen::MatrixXd result(std::ssize(points), std::ssize(dimensions));
  for (Eigen::Index i = 0; i < result.rows(); ++i) {
    for (Eigen::Index j = 0; j < result.cols(); ++j) {
      const auto& dimension = dimensions[static_cast<std::size_t>(j)];
      const double x = points[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
      result(i, j) = dimension.kind == Kind::ordered ? dimension.places[static_cast<std::size_t>(x)] : x;
    }
  }
  return result;
}

Eigen::ArrayXd Kernel::squared_differences(const Eigen::Ref<const Eigen::MatrixXd>& points, double place,
                                           std::size_t j) const {
  const auto column = points.col(static_cast<Eigen::Index>(j)).array();
  if (dimensions_[j].kind == Kind::unordered) return (column != place).cast<double>();
  return (column - place).square();
}

Eigen::ArrayXd Kernel::squared_distances(const Eigen::Ref<const Eigen::MatrixXd>& points,
                                         const Eigen::RowVectorXd& point) const {
  Eigen::ArrayXd sum = Eigen::ArrayXd::Zero(points.rows());
  for (std::size_t j = 0; j < dimensions_.size(); ++j) {
    sum += parameters_.weights[j] * squared_differences(points, point(static_cast<Eigen::Index>(j)), j);
  }
  return sum;
}

Kernel::ValueAndSlope Kernel::value_and_slope(const Eigen::ArrayXd& squared) const {
  const Eigen::ArrayXd u = (5 * squared).sqrt(), decay = parameters_.signal * (-u).exp();
  return {(1 + u + u.square() / 3) * decay, -5. / 6 * (1 + u) * decay};
}

Eigen::VectorXd Kernel::operator()(const Eigen::Ref<const Eigen::MatrixXd>& points,
                                   const Eigen::RowVectorXd& point) const {
  const Eigen::ArrayXd u = (5 * squared_distances(points, point)).sqrt();
  return parameters_.signal * (1 + u + u.square() / 3) * (-u).exp();
}

}  // namespace stormsweep::bayes

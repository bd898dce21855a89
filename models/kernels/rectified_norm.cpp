#include "models/kernels/rectified_norm.hpp"

#include <ATen/Parallel.h>
#include <torch/autograd.h>
#include <torch/utils.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "models/kernels/norm_types.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t part_numbers = 1 << 14;  // they stay in the second-level cache

/// Some rows of a map. A last row that is not whole begins in the one before: columns before `from` belong to that.
struct Part {
  std::int64_t first, rows, from = 0;
};

/// A map as the kernels see it.
class Rows {
 public:
  explicit Rows(const torch::Tensor& map)
      : channels_(map.size(1)), columns_(std::lcm(channels_, norm_kernels()->step)), numbers_(map.numel()) {}

  std::int64_t columns() const { return columns_; }
  std::int64_t positions() const { return numbers_ / channels_; }
  /// Whether there is a row.
  bool any() const { return numbers_ >= columns_; }

  std::int64_t parts() const { return whole_parts() + (rest() > 0 ? 1 : 0); }
  /// Calls visit(number, part) in parallel; a last row that is not whole comes alone, when all others are done.
  template <class Visit>
  void each(const Visit& visit) const {
    at::parallel_for(0, whole_parts(), 1, [&](std::int64_t begin, std::int64_t end) {
      for (auto i = begin; i < end; ++i) visit(i, part(i));
    });
    if (rest() > 0) visit(whole_parts(), part(whole_parts()));
  }
  Part part(std::int64_t number) const {
    if (number == whole_parts()) return {numbers_ - columns_, 1, columns_ - rest()};
    const auto row = number * rows_of_part();
    return {row * columns_, std::min(rows_of_part(), whole_rows() - row)};
  }

  /// Calls visit(column, channel) for the columns that belong to a part.
  template <class Visit>
  void each_column(const Part& part, const Visit& visit) const {
    for (auto first = part.from; first < columns_; first += channels_)
      for (std::int64_t channel = 0; channel < channels_; ++channel) visit(first + channel, channel);
  }

  /// What belongs to channels [c], as a row.
  torch::Tensor row_of(const torch::Tensor& channels) const { return channels.repeat(columns_ / channels_); }

 private:
  std::int64_t rows_of_part() const { return std::max<std::int64_t>(1, part_numbers / columns_); }
  std::int64_t whole_rows() const { return numbers_ / columns_; }
  std::int64_t whole_parts() const { return (whole_rows() + rows_of_part() - 1) / rows_of_part(); }
  std::int64_t rest() const { return numbers_ % columns_; }

  std::int64_t channels_, columns_, numbers_;
};

/// Two sums of each column of each part.
struct PartSums {
  torch::Tensor first, second;
  explicit PartSums(const Rows& rows)
      : first(torch::empty({rows.parts(), rows.columns()})), second(torch::empty_like(first)) {}
  float* row(const torch::Tensor& of, std::int64_t part) const { return of.data_ptr<float>() + part * of.size(1); }
};

/// Of channels, float64.
struct Moments {
  torch::Tensor mean, squares;  ///< `squares`: sum of the squares of distances from the mean
};

/// By Chan et al. (1983): parts join one by one.
Moments joined(const Rows& rows, const PartSums& sums, std::int64_t channels) {
  const auto mean = torch::zeros({channels}, torch::kFloat64), squares = torch::zeros_like(mean);
  std::vector<double> counts(static_cast<std::size_t>(channels));
  auto *const means = mean.data_ptr<double>(), *const distances = squares.data_ptr<double>();
  for (std::int64_t i = 0; i < rows.parts(); ++i) {
    const auto part = rows.part(i);
    const auto *const first = sums.row(sums.first, i), *const second = sums.row(sums.second, i);
    rows.each_column(part, [&](std::int64_t column, std::int64_t channel) {
      auto &count = counts[static_cast<std::size_t>(channel)], &middle = means[channel];
      const auto more = static_cast<double>(part.rows);
      const auto distance = first[column] / more - middle;
      distances[channel] += second[column] + distance * distance * count * more / (count + more);
      count += more;
      middle += distance * more / count;
    });
  }
  return {mean, squares};
}

Moments moments_of(const torch::Tensor& map) {
  const Rows rows(map);
  const PartSums sums(rows);
  by_number_type(map, [&](const auto& kernels, auto number) {
    using Number = decltype(number);
    rows.each([&](std::int64_t i, const Part& part) {
      kernels.moments({part.rows, rows.columns()}, numbers<Number>(map) + part.first, sums.row(sums.first, i),
                      sums.row(sums.second, i));
    });
  });
  return joined(rows, sums, map.size(1));
}

/// Of channels, float32: (number - mean) * scale + bias.
struct Norm {
  torch::Tensor mean, scale, bias;
};

/// Rows of it, as long as they are used.
class NormRow {
 public:
  NormRow(const Norm& norm, const Rows& rows)
      : scale_(rows.row_of(norm.scale)), shift_(rows.row_of(norm.bias - norm.mean * norm.scale)) {}
  NormLine view() const { return {scale_.data_ptr<float>(), shift_.data_ptr<float>()}; }

 private:
  torch::Tensor scale_, shift_;
};

torch::Tensor activated(const torch::Tensor& map, const Norm& norm) {
  const Rows rows(map);
  const NormRow line(norm, rows);
  auto result = torch::empty_like(map);
  by_number_type(map, [&](const auto& kernels, auto number) {
    using Number = decltype(number);
    rows.each([&](std::int64_t, const Part& part) {
      kernels.activate({part.rows, rows.columns()}, numbers<Number>(map) + part.first, line.view(),
                       numbers<Number>(result) + part.first);
    });
  });
  return result;
}

/// Sums over columns of a channel, float64.
torch::Tensor summed(const Rows& rows, const torch::Tensor& parts, std::int64_t channels) {
  const auto result = torch::zeros({channels}, torch::kFloat64);
  auto* const sums = result.data_ptr<double>();
  for (std::int64_t i = 0; i < rows.parts(); ++i) {
    const auto* const row = parts.data_ptr<float>() + i * rows.columns();
    rows.each_column(rows.part(i), [&](std::int64_t column, std::int64_t channel) { sums[channel] += row[column]; });
  }
  return result;
}

/// Of the slopes that ReLU passes, of channels, float64: their sums, and those of them times the distance of the
/// map's number from the mean.
struct SlopeSums {
  torch::Tensor slope, product;
};

SlopeSums weighed(const torch::Tensor& map, const torch::Tensor& slope, const Norm& norm) {
  const Rows rows(map);
  const NormRow line(norm, rows);
  const auto mean = rows.row_of(norm.mean);
  const PartSums sums(rows);
  by_number_type(map, [&](const auto& kernels, auto number) {
    using Number = decltype(number);
    rows.each([&](std::int64_t i, const Part& part) {
      kernels.weigh({part.rows, rows.columns()}, numbers<Number>(map) + part.first, numbers<Number>(slope) + part.first,
                    line.view(), mean.data_ptr<float>(), sums.row(sums.first, i), sums.row(sums.second, i));
    });
  });
  return {summed(rows, sums.first, map.size(1)), summed(rows, sums.second, map.size(1))};
}

/// `tilt`, `level`: see NormSlopeLine.
torch::Tensor turned_back(const torch::Tensor& map, const torch::Tensor& slope, const Norm& norm,
                          const torch::Tensor& tilt, const torch::Tensor& level) {
  const Rows rows(map);
  const NormRow line(norm, rows);
  const auto mean = rows.row_of(norm.mean), tilts = rows.row_of(tilt), levels = rows.row_of(level);
  const NormSlopeLine of{line.view(), mean.data_ptr<float>(), tilts.data_ptr<float>(), levels.data_ptr<float>()};
  auto gradient = torch::empty_like(map);
  by_number_type(map, [&](const auto& kernels, auto number) {
    using Number = decltype(number);
    rows.each([&](std::int64_t, const Part& part) {
      kernels.turn_back({part.rows, rows.columns()}, numbers<Number>(map) + part.first,
                        numbers<Number>(slope) + part.first, of, numbers<Number>(gradient) + part.first);
    });
  });
  return gradient;
}

/// `inverse`: 1 / the deviation.
struct Rectified : torch::autograd::Function<Rectified> {
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& map,
                               const torch::Tensor& weight, const torch::Tensor& bias, const torch::Tensor& mean,
                               const torch::Tensor& inverse) {
    context->save_for_backward({map, weight, bias, mean, inverse});
    return activated(map, {mean, weight * inverse, bias});
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list slopes) {
    const auto saved = context->get_saved_variables();
    const auto &map = saved[0], &mean = saved[3], &inverse = saved[4];
    const Norm norm{mean, saved[1] * inverse, saved[2]};
    const auto slope = slopes[0].contiguous(torch::MemoryFormat::ChannelsLast);
    const auto sums = weighed(map, slope, norm);
    const auto of_weight = sums.product * inverse;
    const auto each = norm.scale / static_cast<double>(Rows(map).positions());
    const auto tilt = (-each * inverse * of_weight).to(torch::kFloat32),
               level = (-each * sums.slope).to(torch::kFloat32);
    return {turned_back(map, slope, norm, tilt, level),
            of_weight.to(torch::kFloat32),
            sums.slope.to(torch::kFloat32),
            {},
            {}};
  }
};

bool takes(torch::nn::BatchNorm2d& norm, const torch::Tensor& map) {
  return has_norm_kernels(map) && (norm->is_training() || !torch::GradMode::is_enabled()) &&
         norm->options.momentum().has_value() && Rows(map).any() && Rows(map).positions() > 1;
}

torch::Tensor inverse_of(const torch::Tensor& variance, double epsilon) {
  return (variance + epsilon).rsqrt().to(torch::kFloat32);
}

/// Updates the running statistics as LibTorch does.
void move_on(torch::nn::BatchNorm2d& norm, const torch::Tensor& mean, const torch::Tensor& variance) {
  const torch::NoGradGuard no_grad;
  const double share = *norm->options.momentum();
  norm->running_mean.lerp_(mean.to(torch::kFloat32), share);
  norm->running_var.lerp_(variance.to(torch::kFloat32), share);
  norm->num_batches_tracked += 1;
}

}  // namespace

torch::Tensor rectified_norm(torch::nn::BatchNorm2d& norm, const torch::Tensor& map) {
  if (!takes(norm, map)) return norm(map).relu_();
  const auto epsilon = norm->options.eps();
  if (!norm->is_training())
    return activated(map, {norm->running_mean, norm->weight * inverse_of(norm->running_var, epsilon), norm->bias});
  const auto [mean, squares] = moments_of(map);
  const auto positions = static_cast<double>(Rows(map).positions());
  move_on(norm, mean, squares / (positions - 1));
  return Rectified::apply(map, norm->weight, norm->bias, mean.to(torch::kFloat32),
                          inverse_of(squares / positions, epsilon));
}

}  // namespace stormsweep

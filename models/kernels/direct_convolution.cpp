#include "models/kernels/direct_convolution.hpp"

#include <ATen/Parallel.h>

#include <algorithm>
#include <vector>

#include "models/kernels/differentiable_convolution.hpp"
#include "models/kernels/direct_kernels.hpp"
#include "models/kernels/ordered_sum.hpp"

namespace stormsweep {

namespace {

/// With more outputs, or shorter rows, LibTorch's layers are as fast (measured).
constexpr std::int64_t most_outputs = 16, least_width = 28;
/// Rows that a thread takes at once: few enough for its cache, enough of them that few are read by two strips.
constexpr std::int64_t strip_rows = 32;
/// Floats before the first pixel of a row of a copy: a whole vector, so that the copy's vectors are aligned.
constexpr std::int64_t lead = 16;

Planes planes_of(const torch::Tensor& maps, std::int64_t sample) {
  return {maps.data_ptr<float>() + sample * maps.stride(0), maps.stride(1), maps.stride(2)};
}

Planes moved(const Planes& planes, std::int64_t y, std::int64_t x) {
  return {planes.first + y * planes.row + x, planes.plane, planes.row};
}

/// Rows first ... first + rows - 1 of a sample.
struct Strip {
  std::int64_t sample, first, rows;
};

std::int64_t strips_along(std::int64_t height) {
  return (height + strip_rows - 1) / strip_rows;
}

Strip strip_of(std::int64_t number, std::int64_t height) {
  const auto along = strips_along(height), first = number % along * strip_rows;
  return {number / along, first, std::min(strip_rows, height - first)};
}

/// Weights [out, in, k, k] as the kernels take them.
torch::Tensor packed(const torch::Tensor& weight) {
  std::vector<torch::Tensor> blocks;
  std::int64_t first = 0;
  for (auto size = direct_kernels()->block; size > 0; size /= 2)
    for (; first + size <= weight.size(0); first += size)
      blocks.push_back(weight.narrow(0, first, size).permute({1, 2, 3, 0}).flatten());
  return torch::cat(blocks);
}

/// [results a sample, out]
torch::Tensor biases_of(const torch::Tensor& bias, std::int64_t out) {
  return bias.defined() ? bias.contiguous().view({-1, out}) : torch::zeros({1, out});
}

/// Some rows of a map, with what lies beyond its edges.
class Framed {
 public:
  Framed(std::int64_t channels, std::int64_t rows, std::int64_t width, std::int64_t margin, bool periodic)
      : width_(width),
        margin_(margin),
        periodic_(periodic),
        pitch_((lead + width + margin + lead - 1) / lead * lead),
        values_(torch::empty({channels, rows, pitch_})) {}

  /// Row 0 is row `first` of `map`, which has `height`; `write_row(c, y, to)` writes those of the map.
  template <class WriteRow>
  Planes fill(std::int64_t first, std::int64_t rows, std::int64_t height, const WriteRow& write_row) {
    auto* base = values_.data_ptr<float>();
    const auto plane = values_.stride(0);
    for (std::int64_t c = 0; c < values_.size(0); ++c)
      for (std::int64_t y = 0; y < rows; ++y) {
        float* row = base + c * plane + y * pitch_ + lead;
        if (first + y < 0 || first + y >= height) {
          std::fill(row - margin_, row + width_ + margin_, 0.0F);
          continue;
        }
        write_row(c, first + y, row);
        frame(row);
      }
    return {base + lead, plane, pitch_};
  }

 private:
  void frame(float* row) const {
    float* end = row + width_;
    if (periodic_) {
      std::copy(end - margin_, end, row - margin_);
      std::copy(row, row + margin_, end);
    } else {
      std::fill(row - margin_, row, 0.0F);
      std::fill(end, end + margin_, 0.0F);
    }
  }

  std::int64_t width_, margin_;
  bool periodic_;
  std::int64_t pitch_;
  torch::Tensor values_;
};

/// A map as it is read by a valid convolution: itself, or framed.
class Source {
 public:
  Source(const torch::Tensor& map, const DirectConvolution& how, std::int64_t kernel)
      : map_(map),
        padding_(how.padding),
        margin_(kernel - 1),
        framed_(how.padding > 0 ? map.size(1) : 0, strip_rows + kernel - 1, map.size(3), how.padding, how.periodic) {}

  /// The first row of it is the first that row `strip.first` of the result sees.
  Planes rows_of(const Strip& strip) {
    const auto whole = planes_of(map_, strip.sample);
    if (padding_ == 0) return moved(whole, strip.first, 0);
    const auto width = map_.size(3);
    const auto copy = [&](std::int64_t c, std::int64_t y, float* to) {
      const float* from = whole.first + c * whole.plane + y * whole.row;
      std::copy(from, from + width, to);
    };
    return moved(framed_.fill(strip.first - padding_, strip.rows + margin_, map_.size(2), copy), 0, -padding_);
  }

 private:
  const torch::Tensor& map_;
  std::int64_t padding_, margin_;
  Framed framed_;
};

/// See DifferentiableConvolution.
struct DirectRule {
  DirectConvolution how;

  double negative_slope() const { return how.negative_slope; }

  torch::Tensor result(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                       const torch::Tensor& start) const {
    const auto margin = weight.size(2) - 1 - 2 * how.padding;
    const auto each = bias.defined() && bias.dim() == 2 ? bias.size(0) : 1;
    TORCH_CHECK(each == 1 || !map.requires_grad(), "a map with several results gets no gradient");
    const auto result = torch::empty({map.size(0) * each, weight.size(0), map.size(2) - margin, map.size(3) - margin});
    how.forward(map, weight, bias, start, result);
    return result;
  }

  ConvolutionGradients gradients(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& result,
                                 const torch::Tensor& of_result, const ConvolutionWants& wants) const {
    const auto slope = of_result.stride(3) == 1 ? of_result : of_result.contiguous();
    DirectConvolution::Gradients made;
    if (wants.map) made.map = torch::empty(map.sizes());
    if (wants.start) made.start = torch::empty(slope.sizes());
    how.backward(map, weight, result.defined() ? result : slope, slope, made);
    return {made.map, made.weight, made.bias, made.start};
  }

  template <class Data>
  void save(Data& data) const {
    data["padding"] = how.padding;
    data["periodic"] = how.periodic;
    data["negative_slope"] = how.negative_slope;
  }

  template <class Data>
  static DirectRule load(const Data& data) {
    return {{data.at("padding").toInt(), data.at("periodic").toBool(), data.at("negative_slope").toDouble()}};
  }
};

/// The gradients of one strip after the other: what a thread needs for it.
class StripGradients {
 public:
  StripGradients(const DirectConvolution& how, const torch::Tensor& map, const torch::Tensor& weight,
                 const torch::Tensor& result, const torch::Tensor& slope, const DirectConvolution::Gradients& gradients)
      : how_(how),
        map_(map),
        weight_(weight),
        result_(result),
        slope_(slope),
        gradients_(gradients),
        source_(map, how, kernel_),
        slopes_(out_, strip_rows + margin_, result.size(3), margin_, how.periodic),
        workspace_(torch::empty({kernels_.workspace({kernel_, in_, out_, 0, 0})})) {}

  /// Adds the gradients from a strip of result number `strip.sample`. `turned`: the weights of the backward pass.
  void add(const Strip& strip, const torch::Tensor& turned, float* weight, double* bias) {
    const auto height = result_.size(2), width = result_.size(3);
    // The result's rows that see this strip of the map begin `before` rows above it; each row is counted in one strip.
    const auto before = margin_ - how_.padding, own = std::min(strip.rows, height - strip.first);
    const auto slope = planes_of(slope_, strip.sample), activated = planes_of(result_, strip.sample);
    const auto unactivate = [&](std::int64_t c, std::int64_t y, float* to) {
      const auto sum = kernels_.unactivate(slope.first + c * slope.plane + y * slope.row,
                                           activated.first + c * activated.plane + y * activated.row,
                                           static_cast<float>(how_.negative_slope), width, to);
      if (y >= strip.first && y < strip.first + own) bias[c] += sum;
    };
    const auto framed = slopes_.fill(strip.first - before, strip.rows + margin_, height, unactivate);
    if (gradients_.map.defined())
      kernels_.convolve({kernel_, out_, in_, strip.rows, map_.size(3)}, moved(framed, 0, -before),
                        turned.data_ptr<float>(), {gradients_.add ? nullptr : zeros_.data_ptr<float>(), {}}, 1,
                        moved(planes_of(gradients_.map, strip.sample), strip.first, 0));
    if (own <= 0) return;
    const auto rows = moved(framed, before, 0);
    const auto each = result_.size(0) / map_.size(0);
    kernels_.weigh({kernel_, in_, out_, own, width}, source_.rows_of({strip.sample / each, strip.first, own}), rows,
                   workspace_.data_ptr<float>(), weight);
    if (gradients_.start.defined())
      copy(rows, out_, own, width, moved(planes_of(gradients_.start, strip.sample), strip.first, 0));
  }

 private:
  static void copy(const Planes& from, std::int64_t channels, std::int64_t height, std::int64_t width,
                   const Planes& to) {
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t y = 0; y < height; ++y) {
        const float* row = from.first + c * from.plane + y * from.row;
        std::copy(row, row + width, to.first + c * to.plane + y * to.row);
      }
  }

  const DirectConvolution& how_;
  const torch::Tensor &map_, &weight_, &result_, &slope_;
  const DirectConvolution::Gradients& gradients_;
  const DirectKernels& kernels_ = *direct_kernels();
  const std::int64_t kernel_ = weight_.size(2), in_ = weight_.size(1), out_ = weight_.size(0), margin_ = kernel_ - 1;
  Source source_;
  Framed slopes_;
  torch::Tensor workspace_, zeros_ = torch::zeros({in_});
};

}  // namespace

bool DirectConvolution::fits(const torch::Tensor& weight, std::int64_t width) const {
  const auto kernel = weight.size(2);
  return direct_kernels() && weight.is_cpu() && weight.scalar_type() == torch::kFloat32 && kernel == weight.size(3) &&
         kernel >= 2 && kernel != 6 && kernel <= 7 && weight.size(0) <= most_outputs &&
         width + 2 * padding - kernel + 1 >= least_width &&
         (periodic ? 2 * padding == kernel - 1 : 2 * padding < kernel);
}

bool DirectConvolution::takes(const torch::Tensor& map, const torch::Tensor& weight) const {
  return fits(weight, map.size(3)) && map.scalar_type() == torch::kFloat32 && map.stride(3) == 1;
}

void DirectConvolution::forward(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& bias,
                                const torch::Tensor& start, const torch::Tensor& result) const {
  const auto out = weight.size(0), height = result.size(2), each = result.size(0) / map.size(0);
  const auto weights = packed(weight), biases = biases_of(bias, out);
  const auto added = start.defined() && start.stride(3) != 1 ? start.contiguous() : start;
  at::parallel_for(0, result.size(0) * strips_along(height), 1, [&](std::int64_t begin, std::int64_t end) {
    Source source(map, *this, weight.size(2));
    for (auto i = begin; i < end; ++i) {
      const auto strip = strip_of(i, height);
      DirectStart sum{biases.data_ptr<float>() + strip.sample % biases.size(0) * out, {}};
      if (added.defined()) sum.map = moved(planes_of(added, strip.sample), strip.first, 0);
      direct_kernels()->convolve({weight.size(2), weight.size(1), out, strip.rows, result.size(3)},
                                 source.rows_of({strip.sample / each, strip.first, strip.rows}),
                                 weights.data_ptr<float>(), sum, static_cast<float>(negative_slope),
                                 moved(planes_of(result, strip.sample), strip.first, 0));
    }
  });
}

void DirectConvolution::backward(const torch::Tensor& map, const torch::Tensor& weight, const torch::Tensor& result,
                                 const torch::Tensor& slope, Gradients& gradients) const {
  const auto slopes = slope.stride(3) == 1 ? slope : slope.contiguous();
  const auto turned = gradients.map.defined() ? packed(weight.flip({2, 3}).transpose(0, 1)) : torch::Tensor();
  const auto height = map.size(2), results = result.size(0), out = weight.size(0), strips = strips_along(height);
  const auto weights = torch::zeros({results * strips, weight.numel()});
  const auto biases = torch::zeros({results * strips, out}, torch::kFloat64);
  at::parallel_for(0, results * strips, 1, [&](std::int64_t begin, std::int64_t end) {
    StripGradients of_strip(*this, map, weight, result, slopes, gradients);
    for (auto i = begin; i < end; ++i)
      of_strip.add(strip_of(i, height), turned, weights.data_ptr<float>() + i * weight.numel(),
                   biases.data_ptr<double>() + i * out);
  });
  gradients.weight = ordered_sum(weights.unsqueeze(0)).view(weight.sizes());
  gradients.bias = biases.view({map.size(0), -1, strips, out}).sum(torch::IntArrayRef{0, 2}).to(torch::kFloat32);
}

torch::Tensor DirectConvolution::operator()(const torch::Tensor& map, const torch::Tensor& weight,
                                            const torch::Tensor& bias, const torch::Tensor& start) const {
  return differentiable(DirectRule{*this}, map, weight, bias, start);
}

}  // namespace stormsweep

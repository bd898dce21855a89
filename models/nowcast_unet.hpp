#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/nowcast_network.hpp"

namespace stormsweep {

/// A U-Net (Ronneberger et al. 2015) that forecasts one lead time at a time, with the same weights for all six: it sees
/// the past frames, and how far ahead the lead time is, lead / 6, as a channel that is the same everywhere; or, with
/// extrapolation, the newest frame (older ones cost skill on new rain), the newest and the one before it carried along
/// to that time, and how far ahead it is.
/// Valid 3x3 convolutions, two a level; four levels of f, 2f, 4f, 8f channels, the means of 2x2 pixels from one to the
/// next, upsampled (nearest) on the way back; a 1x1 convolution makes the one output, of full resolution. An output
/// pixel sees 89 to 96 pixels along each axis of the input.
///
/// To blend, the network gives each pixel not a number but the shares of the two carried frames and of their blurs, by
/// Gaussians of 1, 2, 4 and 8 pixels, in the forecast (a softmax), and the factor by which rain grows or decays, from
/// e^-2 to 1.5. Before training it is the newest frame, blurred and scaled as `first_blurs` says, but for a hundredth
/// of each of the others. So it can be cautious where it has to be, and neither loses sharp rain where it is sure nor
/// makes rain where there is none, on whatever radar.
class NowcastUnet : public NowcastNetwork {
 public:
  /// He-normal weights, zero biases, from a generator of `seed` alone.
  NowcastUnet(const NowcastOptions& options, std::uint64_t seed);

  /// `inner`: 52 x 52 pixels in the middle, from as much of the input as they depend on. Whole outputs lie in the
  /// middle of inputs of 140 + 8 k pixels a side.
  std::vector<torch::Tensor> forward(const torch::Tensor& input, NowcastExtent extent = NowcastExtent::whole) override;
  /// Where the input is larger than `inner` outputs need, of these alone: they are what training computes.
  std::int64_t forward_flops(std::int64_t height, std::int64_t width) const override;
  NowcastTiling tiling() const override;
  std::int64_t forward_bytes(std::int64_t pixels) const override;

  /// What the network takes: every side from this one on. Output sides grow by 8 with each 8 of the input beyond;
  /// pixels between these, at the right and lower edge, are not looked at.
  static constexpr std::int64_t smallest_side = 92;

 private:
  static constexpr std::size_t levels = 4;
  using Block = std::vector<torch::nn::Conv2d>;  ///< the two convolutions of a level

  Block add_block(const std::string& name, std::int64_t in, std::int64_t out);
  static torch::Tensor by_lead(const torch::Tensor& images);
  torch::Tensor first_layer(const torch::Tensor& input) const;
  bool blends() const { return options().extrapolation == NowcastExtrapolation::blend; }
  torch::Tensor blended(const torch::Tensor& maps, const torch::Tensor& frames) const;

  std::vector<Block> encoder_, decoder_;  ///< of levels 1 ... 4, and 3 ... 1
  torch::nn::Conv2d head_{nullptr};
  torch::Tensor first_blend_;  ///< [6, shares and growth]: what the head's maps are added to
};

}  // namespace stormsweep

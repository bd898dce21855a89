#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/nowcast/nowcast_windows.hpp"

namespace stormsweep {

/// The pixels that the nowcasting loss sees, in the middle of a patch: 48 x 48, 48 km at 1 km (Samsi et al. 2019).
inline constexpr std::int64_t nowcast_centre = 48;

/// Where patches of side x side may lie in an image: every 8 pixels down and to the right, and at the far edges.
struct PatchLattice {
  PatchLattice(std::int64_t height, std::int64_t width, std::int64_t side);

  std::int64_t size() const { return std::ssize(rows) * std::ssize(columns); }
  /// Upper left pixel of the patch at place `i`.
  std::int32_t row(std::int64_t i) const { return rows[static_cast<std::size_t>(i / std::ssize(columns))]; }
  std::int32_t column(std::int64_t i) const { return columns[static_cast<std::size_t>(i % std::ssize(columns))]; }

  std::int64_t side;
  std::vector<std::int32_t> rows, columns;
};

/// Which columns of a lattice training and validation share in, for want of hours that validation could have alone:
/// validation has a band down the middle of the image, `share` of the columns; training has the patches whose middles
/// [nowcast_centre pixels] do not touch those of validation. No pixel of a target is in both at the same time, though
/// the same rain may be, at another. Empty where the image is too small.
std::vector<NowcastSplit> split_by_place(const PatchLattice& lattice, double share);

/// The middle of each patch of a lattice in one image.
struct PatchCentres {
  std::vector<float> rain;     ///< mean over its pixels, in physical units; missing ones count as dry
  std::vector<char> complete;  ///< 1 where none of its pixels is missing
};
/// `image` [height, width]; NaN where missing.
PatchCentres look_at_centres(std::span<const float> image, std::int64_t width, const PatchLattice& lattice);

/// A patch to be cut out.
struct PatchDraw {
  std::int64_t window = 0, place = 0;
  auto operator<=>(const PatchDraw&) const = default;
};

/// A weighted sample without repetition of a stream of candidates, in memory for the sample only: those of the largest
/// log(u) / weight, u uniform (Efraimidis and Spirakis 2006). u hangs on the seed and the candidate, not on the order.
class PatchReservoir {
 public:
  PatchReservoir(std::int64_t capacity, std::uint64_t seed)
      : capacity_(static_cast<std::size_t>(capacity)), seed_(seed) {}
  void offer(const PatchDraw& candidate, double weight);
  /// By window and place.
  std::vector<PatchDraw> drawn() const;

 private:
  struct Kept {
    double key;
    PatchDraw draw;
    auto operator<=>(const Kept&) const = default;
  };
  std::size_t capacity_;
  std::uint64_t seed_;
  std::vector<Kept> kept_;  // a heap, its least key first
};

}  // namespace stormsweep

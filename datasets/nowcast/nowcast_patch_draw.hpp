#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "datasets/files/splits.hpp"

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

/// Divides the columns of a lattice between training and validation where there are too few hours for validation to
/// have its own: validation gets the eastern columns, and training those western ones whose middles [nowcast_centre
/// pixels] do not touch validation's. No pixel of a target is in both at the same time, though the same rain may be, at
/// different times. The line lies where validation's part of the candidates' `weights`, a sum for each column, comes
/// nearest to `share`. Empty where no line leaves columns to both.
std::vector<DataSplit> split_by_place(const PatchLattice& lattice, std::span<const double> weights, double share);

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

/// A weighted sample without repetition from a stream of candidates, of which only the sample is in memory: those of
/// the largest log(u) / weight, u uniform (Efraimidis and Spirakis 2006). u depends on the seed and the candidate, not
/// on the order.
class PatchReservoir {
 public:
  PatchReservoir(std::int64_t capacity, std::uint64_t seed)
      : capacity_(static_cast<std::size_t>(capacity)), seed_(seed) {}
  void offer(const PatchDraw& candidate, double weight);
  /// As if all that was offered to `other`, which has the same seed and at least the same capacity, had been offered
  /// here.
  void take(const PatchReservoir& other);
  /// The sample, ordered by window and place.
  std::vector<PatchDraw> drawn() const;

 private:
  struct Kept {
    double key;
    PatchDraw draw;
    auto operator<=>(const Kept&) const = default;
  };
  void keep(const Kept& kept);

  std::size_t capacity_;
  std::uint64_t seed_;
  std::vector<Kept> kept_;  // a heap, its least key first
};

/// Candidates by their column of the lattice, until it is known how columns are divided (split_by_place).
class ColumnReservoirs {
 public:
  /// `capacity`: the most that will be asked for of one split.
  ColumnReservoirs(const PatchLattice& lattice, std::int64_t capacity, std::uint64_t seed)
      : lattice_(lattice),
        weights_(lattice.columns.size()),
        columns_(lattice.columns.size(), PatchReservoir(capacity, seed)) {}

  void offer(const PatchDraw& candidate, double weight);
  std::vector<DataSplit> divide(double validation_share) const {
    return split_by_place(lattice_, weights_, validation_share);
  }
  /// Offers `reservoir` the candidates of the columns that belong to `split`.
  void give(std::span<const DataSplit> columns, DataSplit split, PatchReservoir& reservoir) const;

 private:
  const PatchLattice& lattice_;
  std::vector<double> weights_;
  std::vector<PatchReservoir> columns_;
};

}  // namespace stormsweep

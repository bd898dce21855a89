#include "models/kernels/bfloat16_kernels.hpp"

#include "models/kernels/amx_tiles.hpp"
#include "models/kernels/bfloat16_rows.hpp"

// Compiled for processors with AMX; like the sources of models/kernels/vector_target.hpp it instantiates nothing of the
// standard library.

namespace stormsweep {

namespace {

/// Zeroes the four tiles that hold sums.
inline void begin_sums() {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

/// 32 positions by 32 channels.
void convolve_wide(const Bfloat16Sizes& sizes, const std::uint16_t* map, const std::uint16_t* weights, float* sums) {
  const auto step = bytes(sizes.channels);
  begin_sums();
  for (std::int64_t row = 0; row < sizes.kernel; ++row) {
    const auto* upper = map + row * sizes.width * sizes.channels;
    const auto* lower = upper + tile * sizes.channels;
    for (std::int64_t chunk = 0; chunk < sizes.chunks(); ++chunk) {
      _tile_loadd(4, upper + chunk * sizes.depth, step);
      _tile_loadd(6, weights, 64);
      _tile_loadd(7, weights + tile * sizes.depth, 64);
      _tile_loadd(5, lower + chunk * sizes.depth, step);
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
      _tile_dpbf16ps(2, 5, 6);
      _tile_dpbf16ps(3, 5, 7);
      weights += 2 * tile * sizes.depth;
    }
  }
  _tile_stored(0, sums, 128);
  _tile_stored(1, sums + tile, 128);
  _tile_stored(2, sums + 32 * tile, 128);
  _tile_stored(3, sums + 33 * tile, 128);
}

/// 64 positions by 16 channels.
void convolve_narrow(const Bfloat16Sizes& sizes, const std::uint16_t* map, const std::uint16_t* weights, float* sums) {
  const auto step = bytes(sizes.channels), down = tile * sizes.channels;
  begin_sums();
  for (std::int64_t row = 0; row < sizes.kernel; ++row) {
    const auto* from = map + row * sizes.width * sizes.channels;
    for (std::int64_t chunk = 0; chunk < sizes.chunks(); ++chunk, from += sizes.depth) {
      _tile_loadd(7, weights, 64);
      _tile_loadd(4, from, step);
      _tile_loadd(5, from + down, step);
      _tile_loadd(6, from + 2 * down, step);
      _tile_dpbf16ps(0, 4, 7);
      _tile_loadd(4, from + 3 * down, step);
      _tile_dpbf16ps(1, 5, 7);
      _tile_dpbf16ps(2, 6, 7);
      _tile_dpbf16ps(3, 4, 7);
      weights += 2 * tile * sizes.depth;
    }
  }
  _tile_stored(0, sums, 64);
  _tile_stored(1, sums + 16 * tile, 64);
  _tile_stored(2, sums + 32 * tile, 64);
  _tile_stored(3, sums + 48 * tile, 64);
}

void convolve(const Bfloat16Sizes& sizes, const std::uint16_t* map, const std::uint16_t* weights, std::int64_t block,
              std::int64_t first, std::int64_t last, const Bfloat16Result& result) {
  alignas(64) float sums[64 * tile];
  const auto out = block * Bfloat16Sizes::block;
  const bool both = sizes.outs - out > tile;
  const std::int64_t step = both ? 32 : 64;
  weights += block * sizes.block_weights();
  _tile_loadconfig(&whole_tiles);
  for (auto position = first; position < last; position += step) {
    (both ? convolve_wide : convolve_narrow)(sizes, map + position * sizes.channels, weights, sums);
    finish(sizes, result, sums, both ? 32 : tile, out, position, lesser(position + step, last));
  }
  _tile_release();
}

/// Adds a tile's sums to rows `pitch` apart.
void add(const float* sums, float* to, std::int64_t pitch) {
  for (int row = 0; row < tile; ++row)
    _mm512_storeu_ps(to + row * pitch,
                     _mm512_add_ps(_mm512_loadu_ps(to + row * pitch), _mm512_load_ps(sums + row * tile)));
}

void weigh(const Bfloat16Gradient& sizes, const std::uint16_t* planes, const std::uint16_t* pairs, std::int64_t first,
           std::int64_t last, std::int64_t channel, std::int64_t out, float* gradient) {
  alignas(64) float sums[4][tile * tile];
  const bool more_channels = sizes.channels - channel > tile, more_outs = sizes.outs - out > tile;
  const auto outs = sizes.padded_outs(), plane = bytes(sizes.plane_step), pitch = 2 * bytes(outs),
             below = tile * sizes.plane_step;
  _tile_loadconfig(&whole_tiles);
  for (std::int64_t tap = 0; tap < sizes.taps; ++tap) {
    const auto* from = planes + channel * sizes.plane_step + sizes.offsets[tap];
    begin_sums();
    for (auto position = first; position < last; position += Bfloat16Sizes::depth) {
      const auto* with = pairs + position * outs + 2 * out;
      _tile_loadd(4, from + position, plane);
      _tile_loadd(6, with, pitch);
      _tile_dpbf16ps(0, 4, 6);
      if (more_outs) {
        _tile_loadd(7, with + 2 * tile, pitch);
        _tile_dpbf16ps(1, 4, 7);
      }
      if (more_channels) {
        _tile_loadd(5, from + below + position, plane);
        _tile_dpbf16ps(2, 5, 6);
        if (more_outs) _tile_dpbf16ps(3, 5, 7);
      }
    }
    _tile_stored(0, sums[0], 64);
    _tile_stored(1, sums[1], 64);
    _tile_stored(2, sums[2], 64);
    _tile_stored(3, sums[3], 64);
    float* to = gradient + (tap * sizes.padded_channels() + channel) * outs + out;
    add(sums[0], to, outs);
    if (more_outs) add(sums[1], to + tile, outs);
    if (more_channels) add(sums[2], to + tile * outs, outs);
    if (more_channels && more_outs) add(sums[3], to + tile * outs + tile, outs);
  }
  _tile_release();
}

}  // namespace

extern const Bfloat16Kernels bfloat16_kernels_amx;
const Bfloat16Kernels bfloat16_kernels_amx{INT64_MAX, pack, convolve, turn_back, to_planes, weigh, unpack};

}  // namespace stormsweep

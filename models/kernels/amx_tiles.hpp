#pragma once

#include <immintrin.h>

#include <cstdint>

#include "models/kernels/bfloat16_vectors.hpp"

// What the sources for AMX share.

namespace stormsweep {

namespace {

/// The units' configuration: the whole of each of the eight tiles. Not on the stack: GCC 12 does not know that all of
/// it is read.
constexpr struct alignas(64) {
  std::uint8_t palette = 1, start = 0, reserved[14] = {};
  std::uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  std::uint8_t rows[16] = {tile, tile, tile, tile, tile, tile, tile, tile};
} whole_tiles;

}  // namespace

}  // namespace stormsweep

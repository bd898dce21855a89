#include "models/kernels/sparse_kernels.hpp"

#include "models/kernels/vector_target.hpp"

namespace stormsweep {

namespace {

inline Whole places_from(std::int64_t place) {
  Whole places;
  for (int i = 0; i < lanes; ++i) places[i] = static_cast<std::uint32_t>(place + i);
  return places;
}

template <class Number>
void activate(const SparseDraw& draw, Number* numbers, std::int64_t count, std::int64_t place) {
  const SparseDraw drawn = draw;  // not to be read again after each number that is written
  const auto some = [&](Number * at, const Whole& places) __attribute__((always_inline)) {
    store(at, drawn.activation(load(at), places));
  };
  std::int64_t i = 0;
  for (Whole places = places_from(place); i + lanes <= count; i += lanes, places += lanes) some(numbers + i, places);
  Number rest[lanes] = {};
  for (auto j = i; j < count; ++j) rest[j - i] = numbers[j];
  some(rest, places_from(place + i));
  for (auto j = i; j < count; ++j) numbers[j] = rest[j - i];
}

}  // namespace

extern const SparseKernels FOR_VECTOR_TARGET(sparse_kernels);
const SparseKernels FOR_VECTOR_TARGET(sparse_kernels){activate<float>, activate<std::uint16_t>};

}  // namespace stormsweep

#include "models/kernels/tornado_kernels.hpp"

namespace stormsweep {

namespace {

template <int Lanes, int Vectors, int Rows>
struct Tile;

// 16 registers of 8 floats.
using Forward1 = Tile<8, 1, 8>;
using Forward2 = Tile<8, 2, 4>;
using Forward3 = Tile<8, 2, 4>;
using Backward3 = Tile<8, 2, 4>;
using Backward2 = Tile<8, 1, 8>;
using Weight1 = Tile<8, 1, 8>;
using Weight2 = Tile<8, 2, 5>;
using Weight3 = Tile<8, 2, 5>;

}  // namespace

}  // namespace stormsweep

#include "models/kernels/tornado_kernels_body.hpp"

namespace stormsweep {

const TornadoKernels tornado_kernels_avx2{sizeof(Workspace) / sizeof(float), predict, learn};

}  // namespace stormsweep

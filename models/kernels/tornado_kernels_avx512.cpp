#include "models/kernels/tornado_kernels.hpp"

namespace stormsweep {

namespace {

template <int Lanes, int Vectors, int Rows>
struct Tile;

// 32 registers of 16 floats; layers of 8 channels fill half a register.
using Forward1 = Tile<8, 1, 16>;
using Forward2 = Tile<16, 1, 16>;
using Forward3 = Tile<16, 2, 8>;
using Backward3 = Tile<16, 1, 8>;
using Backward2 = Tile<8, 1, 16>;
using Weight1 = Tile<8, 1, 15>;
using Weight2 = Tile<16, 1, 20>;
using Weight3 = Tile<16, 2, 10>;

}  // namespace

}  // namespace stormsweep

#include "models/kernels/tornado_kernels_body.hpp"

namespace stormsweep {

const TornadoKernels tornado_kernels_avx512{sizeof(Workspace) / sizeof(float), predict, learn};

}  // namespace stormsweep

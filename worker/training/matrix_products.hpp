#pragma once

namespace stormsweep {

/// OpenBLAS takes processors that are newer than itself for ones without AVX: Debian 12's multiplies matrices on
/// Intel's Emerald Rapids at a fifth of their rate. From now on it uses its kernels for the widest vectors of this
/// processor, named in OPENBLAS_CORETYPE, which tells of it. Does nothing where that variable is set, where its kernels
/// are wide, or where another library multiplies. To be called before the first product.
void widen_matrix_products();

}  // namespace stormsweep

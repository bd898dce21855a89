#pragma once

namespace stormsweep {

/// How numbers travel. Sums are made in float32 either way.
enum class TransferPrecision { fp32, bf16 };

}  // namespace stormsweep

#pragma once

namespace stormsweep {

/// How numbers are sent. They are added in float32 either way.
enum class TransferPrecision { fp32, bf16 };

}  // namespace stormsweep

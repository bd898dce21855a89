#pragma once

#include <torch/types.h>

#include <cstdint>

namespace stormsweep {

enum class EmulatorEncoding { cnn, unet };
enum class EmulatorMemory { gru, lstm, none };

/// Of EmulatorNetwork; the published network is the default.
struct EmulatorOptions {
  std::int64_t channels = 6, height = 48, width = 72;  ///< of a month's maps; sides even
  std::int64_t window = 12;                            ///< months that the network sees
  std::int64_t targets = 2;                            ///< maps that it makes, a branch each
  std::int64_t init_dim = 32;             ///< channels of the first convolution, to which others are in proportion
  std::int64_t hidden = 512, layers = 2;  ///< of the recurrent part
  EmulatorEncoding encoding = EmulatorEncoding::cnn;
  EmulatorMemory memory = EmulatorMemory::gru;
  bool bidirectional = false;
  double dropout = 0.2;   ///< between recurrent layers, and before the last layer
  bool residual = false;  ///< the maps are to be added to others: the first weights of the last layer are 0
  torch::ScalarType product_type =
      torch::kFloat32;  ///< arithmetic of convolutions and the input matrix; weights stay float32
};

}  // namespace stormsweep

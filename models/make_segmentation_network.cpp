#include "models/make_segmentation_network.hpp"

#include <stdexcept>

#include "models/deeplab.hpp"
#include "models/tiramisu.hpp"

namespace stormsweep {

std::shared_ptr<SegmentationNetwork> make_segmentation_network(std::string_view name,
                                                               const SegmentationNetworkOptions& options,
                                                               std::uint64_t seed) {
  if (name == "tiramisu") return std::make_shared<Tiramisu>(options, seed);
  if (name == "deeplabv3plus") return std::make_shared<Deeplab>(options, seed);
  throw std::invalid_argument("there is no segmentation network \"" + std::string(name) +
                              "\"; take tiramisu or deeplabv3plus");
}

}  // namespace stormsweep

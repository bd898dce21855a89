#include "models/make_nowcast_network.hpp"

#include <stdexcept>
#include <string>

#include "models/nowcast_cnn.hpp"
#include "models/nowcast_unet.hpp"

namespace stormsweep {

std::unique_ptr<NowcastNetwork> make_nowcast_network(std::string_view name, const NowcastOptions& options,
                                                     std::uint64_t seed) {
  if (name == "samsi") return std::make_unique<NowcastCnn>(options, seed);
  if (name == "unet") return std::make_unique<NowcastUnet>(options, seed);
  throw std::invalid_argument("there is no nowcasting network \"" + std::string(name) + "\"; take samsi or unet");
}

}  // namespace stormsweep

#include "experiments/segmentation/segmentation_choice.hpp"

#include "datasets/weather/weather_sizes.hpp"
#include "experiments/task/arithmetic.hpp"
#include "models/make_segmentation_network.hpp"

namespace stormsweep {

bool uses_batch_norm(const Reader& read) {
  const std::string& norm = read.choice("batch_norm");
  return norm == "on" || (norm == "published" && read.choice("network") == "deeplabv3plus");
}

std::shared_ptr<SegmentationNetwork> make_network(const Reader& read, std::uint64_t seed) {
  SegmentationNetworkOptions options;
  options.channels = weather_channels, options.classes = weather_classes;
  options.width = read.real("width");
  options.depth = read.real("depth");
  options.batch_norm = uses_batch_norm(read);
  options.dropout = read.real("dropout");
  options.longitude = read.choice("padding") == "periodic" ? Longitude::periodic : Longitude::open;
  options.convolution_type = arithmetic(read);
  return make_segmentation_network(read.choice("network"), options, seed);
}

}  // namespace stormsweep

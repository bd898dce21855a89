#include "datasets/storms/storms.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/files/mapped_file.hpp"
#include "search/base/checksum.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

const std::string remedy = "make it again with stormsweep prepare tornado or stormsweep generate tornado";

bool finite(std::span<const float> values) {
  std::uint32_t bad = 0;  // has an exponent of all ones; without branches the loop vectorises
  for (const float value : values) bad |= (std::bit_cast<std::uint32_t>(value) & 0x7f800000u) == 0x7f800000u;
  return bad == 0;
}

}  // namespace

struct Storms::Mapping {
  explicit Mapping(const fs::path& path);

  MappedFile file;
  std::span<const float> patches, vorticity_max, vorticity_mean;
  StormStatistics statistics;
};

Storms::Mapping::Mapping(const fs::path& path) {
  const auto refuse = [&](const std::string& problem) {
    throw InputError(path.string() + ": " + problem + "; " + remedy);
  };
  const hdf5::Handle source = hdf5::open(path, storm_format_version, remedy);
  const auto patch_extent = hdf5::extent(source, path, "patches", hdf5::type_of<float>(), remedy);
  const auto max_extent = hdf5::extent(source, path, "vorticity_max", hdf5::type_of<float>(), remedy);
  const auto mean_extent = hdf5::extent(source, path, "vorticity_mean", hdf5::type_of<float>(), remedy);
  const std::vector<hsize_t>& shape = patch_extent.shape;
  if (shape.size() != 4 || shape[1] != storm_side || shape[2] != storm_side || shape[3] != storm_channels) {
    refuse(fmt::format("patches have the shape ({}), not (N, 32, 32, 3)", fmt::join(shape, ", ")));
  }
  if (max_extent.shape != std::vector{shape[0]} || mean_extent.shape != max_extent.shape) {
    refuse(fmt::format("vorticity_max and vorticity_mean are not one number for each of {} patches", shape[0]));
  }
  if (shape[0] == 0) refuse("holds no storm");
  if (!hdf5::read_attribute(source, "channel_mean", statistics.mean) ||
      !hdf5::read_attribute(source, "channel_deviation", statistics.deviation)) {
    refuse("has no channel_mean and channel_deviation of 3 numbers");
  }
  if (!finite(statistics.mean) || !finite(statistics.deviation) ||
      *std::ranges::min_element(statistics.deviation) <= 0) {
    refuse("channel_mean or channel_deviation is not finite and positive");
  }

  file = MappedFile(path, remedy);
  patches = file.numbers<float>(patch_extent);
  vorticity_max = file.numbers<float>(max_extent), vorticity_mean = file.numbers<float>(mean_extent);
}

Storms::Storms(const fs::path& path) : mapping_(std::make_unique<Mapping>(path)) {}
Storms::~Storms() = default;
Storms::Storms(Storms&&) noexcept = default;
Storms& Storms::operator=(Storms&&) noexcept = default;

std::int64_t Storms::size() const {
  return static_cast<std::int64_t>(mapping_->vorticity_max.size());
}

std::span<const float> Storms::patch(std::int64_t i) const {
  return mapping_->patches.subspan(static_cast<std::size_t>(i * storm_floats), storm_floats);
}

std::span<const float> Storms::patches() const {
  return mapping_->patches;
}
std::span<const float> Storms::vorticity_max() const {
  return mapping_->vorticity_max;
}
std::span<const float> Storms::vorticity_mean() const {
  return mapping_->vorticity_mean;
}
const StormStatistics& Storms::statistics() const {
  return mapping_->statistics;
}

const MappedFile& Storms::file() const {
  return mapping_->file;
}

StormScan scan(const Storms& storms, const std::function<void(double)>& progress) {
  StormScan result;
  result.storms = storms.size();
  Checksum checksum(Checksum::Bits::b128);
  for (std::int64_t i = 0; i < storms.size(); ++i) {
    const auto patch = storms.patch(i);
    const auto k = static_cast<std::size_t>(i);
    const std::array<float, 2> vorticity{storms.vorticity_max()[k], storms.vorticity_mean()[k]};
    result.not_finite += !finite(patch) || !finite(vorticity);
    checksum.add(std::as_bytes(patch));
    checksum.add(std::as_bytes(std::span(vorticity)));
    progress(static_cast<double>(i + 1) / static_cast<double>(storms.size()));
  }
  checksum.add(std::as_bytes(std::span(&storms.statistics(), 1)));
  result.fingerprint = checksum.digits();
  return result;
}

}  // namespace stormsweep

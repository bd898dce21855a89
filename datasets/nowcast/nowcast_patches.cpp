#include "datasets/nowcast/nowcast_patches.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "datasets/files/mapped_file.hpp"
#include "search/base/checksum.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

const std::string remedy = "make it again with stormsweep prepare nowcast or stormsweep generate nowcast";

[[noreturn]] void refuse(const fs::path& path, const std::string& problem) {
  throw InputError(path.string() + ": " + problem + "; " + remedy);
}

bool good(const NowcastMeta& meta) {
  const PixelStatistics& statistics = meta.statistics;
  return std::isfinite(statistics.mean) && std::isfinite(statistics.deviation) && statistics.deviation > 0 &&
         std::isfinite(meta.scale) && meta.scale > 0 && meta.step_minutes > 0 && meta.pixel_km > 0;
}

bool read_blurs(const hdf5::Handle& file, NowcastBlurs& blurs) {
  std::array<float, nowcast_targets> sigmas{}, factors{};
  if (!hdf5::read_attribute(file, "blur_sigma", sigmas) || !hdf5::read_attribute(file, "blur_factor", factors))
    return false;
  for (std::size_t lead = 0; lead < blurs.size(); ++lead) blurs[lead] = {sigmas[lead], factors[lead]};
  return std::ranges::all_of(blurs, [](const NowcastBlur& blur) {
    return std::isfinite(blur.sigma) && blur.sigma >= 0 && std::isfinite(blur.factor);
  });
}

NowcastMeta read_meta(const hdf5::Handle& file, const fs::path& path) {
  NowcastMeta meta;
  const std::string quantity = hdf5::read_text(file, "quantity").value_or("");
  if (quantity != name_of(RadarQuantity::rain_rate) && quantity != name_of(RadarQuantity::vil))
    refuse(path, fmt::format("quantity is '{}', not rain_rate or vil", quantity));
  if (quantity == name_of(RadarQuantity::vil)) meta.quantity = RadarQuantity::vil;
  const auto number = [&](const char* name) { return hdf5::read_number(file, name).value_or(NAN); };
  meta.step_minutes = number("step_minutes"), meta.pixel_km = number("pixel_km");
  meta.scale = static_cast<float>(number("scale"));
  meta.statistics = {static_cast<float>(number("mean")), static_cast<float>(number("deviation"))};
  if (!good(meta))
    refuse(path, "step_minutes, pixel_km, scale, mean or deviation is missing or not finite and positive");
  if (!read_blurs(file, meta.blurs)) refuse(path, "blur_sigma or blur_factor is not one number a lead time");
  return meta;
}

}  // namespace

struct NowcastPatches::Mapping {
  explicit Mapping(const fs::path& path);

  MappedFile file;
  NowcastMeta meta;
  std::int64_t side = 0;
  std::span<const std::uint16_t> inputs, targets;
  std::span<const std::int64_t> times;
  std::span<const std::int32_t> rows, columns;
};

NowcastPatches::Mapping::Mapping(const fs::path& path) {
  const hdf5::Handle source = hdf5::open(path, nowcast_format_version, remedy);
  meta = read_meta(source, path);
  const auto extent = [&](const char* name, hid_t type) { return hdf5::extent(source, path, name, type, remedy); };
  const hdf5::Extent x = extent("X", hdf5::type_of<std::uint16_t>()), y = extent("Y", hdf5::type_of<std::uint16_t>());
  const hdf5::Extent time = extent("time", hdf5::type_of<std::int64_t>());
  const hdf5::Extent row = extent("row", hdf5::type_of<std::int32_t>());
  const hdf5::Extent column = extent("column", hdf5::type_of<std::int32_t>());
  if (x.shape.size() != 4 || x.shape[1] != nowcast_inputs || x.shape[2] != x.shape[3])
    refuse(path, fmt::format("X has the shape ({}), not (N, 7, side, side)", fmt::join(x.shape, ", ")));
  if (y.shape != std::vector<hsize_t>{x.shape[0], nowcast_targets, x.shape[2], x.shape[3]}) {
    refuse(path, fmt::format("Y has the shape ({}), not ({}, 6, {}, {})", fmt::join(y.shape, ", "), x.shape[0],
                             x.shape[2], x.shape[3]));
  }
  for (const hdf5::Extent* one : {&time, &row, &column}) {
    if (one->shape != std::vector{x.shape[0]})
      refuse(path, fmt::format("time, row and column are not one number for each of {} patches", x.shape[0]));
  }
  if (x.count == 0) refuse(path, "holds no patch");
  side = static_cast<std::int64_t>(x.shape[2]);
  file = MappedFile(path, remedy);
  inputs = file.numbers<std::uint16_t>(x), targets = file.numbers<std::uint16_t>(y);
  times = file.numbers<std::int64_t>(time);
  rows = file.numbers<std::int32_t>(row), columns = file.numbers<std::int32_t>(column);
}

NowcastPatches::NowcastPatches(const fs::path& path) : mapping_(std::make_unique<Mapping>(path)) {}
NowcastPatches::~NowcastPatches() = default;
NowcastPatches::NowcastPatches(NowcastPatches&&) noexcept = default;
NowcastPatches& NowcastPatches::operator=(NowcastPatches&&) noexcept = default;

std::int64_t NowcastPatches::size() const {
  return std::ssize(mapping_->times);
}
std::int64_t NowcastPatches::side() const {
  return mapping_->side;
}
const NowcastMeta& NowcastPatches::meta() const {
  return mapping_->meta;
}

std::span<const std::uint16_t> NowcastPatches::input(std::int64_t i) const {
  const auto count = static_cast<std::size_t>(nowcast_inputs * side() * side());
  return mapping_->inputs.subspan(static_cast<std::size_t>(i) * count, count);
}

std::span<const std::uint16_t> NowcastPatches::target(std::int64_t i) const {
  const auto count = static_cast<std::size_t>(nowcast_targets * side() * side());
  return mapping_->targets.subspan(static_cast<std::size_t>(i) * count, count);
}

std::span<const std::int64_t> NowcastPatches::times() const {
  return mapping_->times;
}
std::span<const std::int32_t> NowcastPatches::rows() const {
  return mapping_->rows;
}
std::span<const std::int32_t> NowcastPatches::columns() const {
  return mapping_->columns;
}

const MappedFile& NowcastPatches::file() const {
  return mapping_->file;
}

std::string fingerprint(const NowcastPatches& patches, const std::function<void(double)>& progress) {
  Checksum checksum(Checksum::Bits::b128);
  const auto update = [&](const auto& numbers) { checksum.add(std::as_bytes(numbers)); };
  for (std::int64_t i = 0; i < patches.size(); ++i) {
    update(patches.input(i)), update(patches.target(i));
    progress(static_cast<double>(i + 1) / static_cast<double>(patches.size()));
  }
  update(patches.times()), update(patches.rows()), update(patches.columns());
  const NowcastMeta& meta = patches.meta();
  const std::array<double, 6> numbers{
      static_cast<double>(meta.quantity), meta.step_minutes, meta.pixel_km, meta.scale, meta.statistics.mean,
      meta.statistics.deviation};
  update(std::span(numbers));
  return checksum.digits();
}

}  // namespace stormsweep

#include "datasets/nowcast/extrapolations.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "datasets/files/partial_file.hpp"
#include "datasets/nowcast/nowcast_patch_cutter.hpp"
#include "datasets/nowcast/patch_extrapolation.hpp"
#include "search/base/error.hpp"
#include "search/base/parallel.hpp"

namespace stormsweep {

namespace {

constexpr const char* dataset_name = "extrapolation";
const std::string removal = "remove it, and it will be made again";
constexpr std::int64_t made_at_once = 32;  // patches made between two writes: 50 MB at 256 x 256

std::vector<hsize_t> shape_of(const NowcastPatches& patches) {
  const auto side = static_cast<hsize_t>(patches.side());
  return {static_cast<hsize_t>(patches.size()), nowcast_carried, side, side};
}

std::size_t numbers_of_a_patch(const NowcastPatches& patches) {
  return static_cast<std::size_t>(nowcast_carried * patches.side() * patches.side());
}

}  // namespace

Extrapolations::Extrapolations(const std::filesystem::path& path, const NowcastPatches& patches)
    : count_(numbers_of_a_patch(patches)) {
  const hdf5::Handle source = hdf5::open(path, removal);
  const hdf5::Extent extent = hdf5::extent(source, path, dataset_name, hdf5::type_of<std::uint16_t>(), removal);
  if (extent.shape != shape_of(patches)) throw InputError(path.string() + ": is of other patches; " + removal);
  file_ = MappedFile(path, removal);
  numbers_ = file_.numbers<std::uint16_t>(extent);
}

std::span<const std::uint16_t> Extrapolations::frames(std::int64_t patch) const {
  return numbers_.subspan(static_cast<std::size_t>(patch) * count_, count_);
}

void write_extrapolations(const NowcastPatches& patches, const std::filesystem::path& path, int threads,
                          const std::function<void(double)>& progress) {
  PartialFile target(path);
  hdf5::Handle dataset = hdf5::create(target.file(), dataset_name, hdf5::type_of<std::uint16_t>(), shape_of(patches));
  if (!dataset) target.fail("no room for its patches");
  const std::size_t count = numbers_of_a_patch(patches);
  std::vector<std::uint16_t> made(made_at_once * count);
  for (std::int64_t first = 0; first < patches.size(); first += made_at_once) {
    const std::int64_t n = std::min(made_at_once, patches.size() - first);
    in_parallel(n, threads, [&](std::int64_t i) {
      const std::vector<float> frames = carry_patch(patches.input(first + i), patches.meta());
      std::ranges::copy(stored(frames, patches.meta().scale), made.begin() + i * static_cast<std::int64_t>(count));
    });
    if (!hdf5::write_rows(dataset, static_cast<hsize_t>(first), static_cast<hsize_t>(n), made.data()))
      target.fail("cannot be written further");
    progress(static_cast<double>(first + n) / static_cast<double>(patches.size()));
  }
  dataset = {};
  target.seal(true);
  target.publish();
}

}  // namespace stormsweep

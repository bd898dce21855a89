#include "datasets/storms/storm_patch_reader.hpp"

#include <algorithm>
#include <cmath>

namespace stormsweep {

namespace {

constexpr std::int64_t patches_at_once = 512;  // patches read at once: 6 MiB

}  // namespace

bool ReadPatch::finite() const {
  const auto is_finite = [](float value) { return std::isfinite(value); };
  return std::ranges::all_of(values, is_finite) && is_finite(vorticity_max) && is_finite(vorticity_mean);
}

StormPatchReader::StormPatchReader(const std::vector<std::filesystem::path>& paths) {
  for (const std::filesystem::path& path : paths) {
    const StormPatchFile file(path);
    sources_.push_back({path, file.date(), file.size()});
    size_ += file.size();
    has_grid_ = has_grid_ && file.has_grid();
  }
  std::ranges::stable_sort(sources_, {}, &Source::date);
}

void StormPatchReader::each(const std::function<void(const ReadPatch&)>& use) const {
  std::vector<float> patches(patches_at_once * storm_floats), vorticity_max(patches_at_once),
      vorticity_mean(patches_at_once);
  std::int64_t number = 0;
  for (const Source& source : sources_) {
    const StormPatchFile file(source.path);
    for (std::int64_t first = 0; first < source.size; first += patches_at_once) {
      const std::int64_t n = std::min(patches_at_once, source.size - first);
      file.read(first, n, patches, vorticity_max, vorticity_mean);
      for (std::size_t p = 0; p < static_cast<std::size_t>(n); ++p) {
        use({number++, std::span(patches).subspan(p * storm_floats, storm_floats), vorticity_max[p],
             vorticity_mean[p]});
      }
    }
  }
}

std::vector<std::int32_t> StormPatchReader::dates() const {
  std::vector<std::int32_t> dates;
  for (const Source& source : sources_) dates.insert(dates.end(), static_cast<std::size_t>(source.size), source.date);
  return dates;
}

PatchPlaces StormPatchReader::places() const {
  PatchPlaces all;
  for (const Source& source : sources_) {
    const PatchPlaces places = StormPatchFile(source.path).places(has_grid_);
    all.corners.insert(all.corners.end(), places.corners.begin(), places.corners.end());
    all.width = std::max(all.width, places.width);
  }
  return all;
}

}  // namespace stormsweep

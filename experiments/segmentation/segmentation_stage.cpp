#include "experiments/segmentation/segmentation_stage.hpp"

#include <algorithm>
#include <array>

#include "datasets/files/splits.hpp"
#include "experiments/segmentation/known_split.hpp"
#include "experiments/segmentation/segmentation_samples.hpp"
#include "search/base/error.hpp"
#include "search/space/gang_sizes.hpp"

namespace stormsweep {

namespace {

/// What decides who wants which files; held by every rank.
struct Wants {
  std::array<std::string, split_names.size()> folders;  ///< of each split
  std::array<std::int64_t, split_names.size()> files;   ///< in each; numbered consecutively over the splits
  std::vector<std::int64_t> gangs, samples;             ///< values of gpus and samples in the space
  std::uint64_t seed;
  int places;

  std::vector<std::int64_t> operator()(int place, const std::set<std::int64_t>& unusable) const;

 private:
  /// The shards of a gang that a place may have to train: its own where every gang takes all places, else any.
  std::pair<int, int> shards(int place, std::int64_t gang) const {
    if (gangs.size() == 1 && gang == places) return {place, place + 1};
    return {0, static_cast<int>(gang)};
  }
};

std::vector<std::int64_t> Wants::operator()(int place, const std::set<std::int64_t>& unusable) const {
  std::set<std::int64_t> wanted;
  std::int64_t first = 0;
  for (std::size_t split = 0; split < split_names.size(); first += files[split++]) {
    SampleShares shares{files[split], 1, {}};
    for (const std::int64_t file : unusable)
      if (file >= first && file < first + files[split]) shares.unusable.insert(file - first);
    if (std::ssize(shares.unusable) == files[split])
      throw InputError(folders[split] +
                       ": --stage finds no file here that can be used; make its files readable, or make them again");
    for (const std::int64_t gang : gangs) {
      shares.shards = static_cast<int>(gang);
      const auto [begin, end] = shards(place, gang);
      for (int shard = begin; shard < end; ++shard)
        for (const std::int64_t drawn : split == 0 ? samples : std::vector<std::int64_t>{0})
          for (const std::int64_t file : shares.training(shard, drawn, seed)) wanted.insert(first + file);
    }
  }
  return {wanted.begin(), wanted.end()};
}

}  // namespace

StagePlan stage_segmentation(const Space& space, const TaskContext& context, int places) {
  StagePlan request;
  Wants wants{{}, {}, gang_sizes(space), {}, space.seed, places};
  for (const Value& value : values(space, "samples")) wants.samples.push_back(std::get<std::int64_t>(value));
  std::int64_t height = 0, width = 0;
  for (std::size_t split = 0; split < split_names.size(); ++split) {
    const WeatherSet set = known_split(context, split_names[split]);
    for (std::int64_t i = 0; i < set.size(); ++i) {
      const WeatherIndex::File& file = set.index().files[static_cast<std::size_t>(i)];
      request.files.push_back(
          {set.path(i), std::string(split_names[split]) + "/" + file.name, file.checksum, file.bytes});
    }
    wants.folders[split] = set.folder().string();
    wants.files[split] = set.size();
    height = set.index().height, width = set.index().width;
  }
  request.wanted = std::move(wants);
  request.verify = [height, width](const std::filesystem::path& path) {
    const WeatherFile file(path);
    if (file.height() != height || file.width() != width)
      throw InputError(path.string() + ": is not of " + std::to_string(height) + " x " + std::to_string(width) +
                       " pixels; make it again");
  };
  return request;
}

}  // namespace stormsweep

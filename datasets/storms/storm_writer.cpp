#include "datasets/storms/storm_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/files/partial_file.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

// 12 MiB: large enough for the disk, small enough for the writer's cache
constexpr std::int64_t block_storms = 1024;

hsize_t unsigned_size(std::int64_t n) {
  return static_cast<hsize_t>(n);
}

}  // namespace

struct StormWriter::File {
  File(const fs::path& path, std::int64_t storms);
  void flush();

  PartialFile target;
  std::int64_t storms, written = 0;
  hdf5::Handle patches, vorticity_max, vorticity_mean;
  std::vector<float> patch_block, max_block, mean_block;
};

StormWriter::File::File(const fs::path& path, std::int64_t count) : target(path), storms(count) {
  const std::array<hsize_t, 4> shape{unsigned_size(storms), storm_side, storm_side, storm_channels};
  const auto create = [&](const char* name, std::size_t rank) {
    return hdf5::create(target.file(), name, hdf5::type_of<float>(), std::span(shape).first(rank));
  };
  patches = create("patches", 4), vorticity_max = create("vorticity_max", 1);
  vorticity_mean = create("vorticity_mean", 1);
  if (!patches || !vorticity_max || !vorticity_mean) target.fail("no room for its storms");
  patch_block.reserve(static_cast<std::size_t>(block_storms * storm_floats));
}

void StormWriter::File::flush() {
  const hsize_t first = unsigned_size(written), rows = max_block.size();
  if (rows == 0) return;
  if (!hdf5::write_rows(patches, first, rows, patch_block.data()) ||
      !hdf5::write_rows(vorticity_max, first, rows, max_block.data()) ||
      !hdf5::write_rows(vorticity_mean, first, rows, mean_block.data())) {
    target.fail("cannot be written further");
  }
  written += static_cast<std::int64_t>(rows);
  patch_block.clear(), max_block.clear(), mean_block.clear();
}

StormWriter::StormWriter(const fs::path& path, std::int64_t storms) : file_(std::make_unique<File>(path, storms)) {}
StormWriter::StormWriter(StormWriter&&) noexcept = default;
StormWriter::~StormWriter() = default;

void StormWriter::append(std::span<const float> patch, float vorticity_max, float vorticity_mean) {
  file_->patch_block.insert(file_->patch_block.end(), patch.begin(), patch.end());
  file_->max_block.push_back(vorticity_max);
  file_->mean_block.push_back(vorticity_mean);
  if (std::ssize(file_->max_block) == block_storms) file_->flush();
}

void StormWriter::seal(const StormStatistics& statistics, const std::string& provenance) {
  file_->flush();
  if (file_->written != file_->storms) {
    throw std::logic_error(
        fmt::format("{}: {} storms of {}", file_->target.path().string(), file_->written, file_->storms));
  }
  const hdf5::Handle& file = file_->target.file();
  const bool good = hdf5::write_attribute(file, "channel_mean", statistics.mean) &&
                    hdf5::write_attribute(file, "channel_deviation", statistics.deviation) &&
                    hdf5::write_provenance(file, provenance) &&
                    hdf5::write_attribute(file, "format_version", storm_format_version);
  file_->patches = {}, file_->vorticity_max = {}, file_->vorticity_mean = {};
  file_->target.seal(good);
}

void StormWriter::publish() {
  file_->target.publish();
  file_.reset();
}

void StormWriter::finish(const StormStatistics& statistics, const std::string& provenance) {
  seal(statistics, provenance);
  publish();
}

}  // namespace stormsweep

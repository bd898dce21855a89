#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "datasets/error.hpp"
#include "datasets/hdf5.hpp"
#include "datasets/storms.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

// 12 MiB: large enough for the disk, small enough for the cache of a writer
constexpr std::int64_t block_storms = 1024;
constexpr hsize_t page = 4096;

hsize_t unsigned_size(std::int64_t n) {
  return static_cast<hsize_t>(n);
}

}  // namespace

struct StormWriter::File {
  File(const fs::path& path, std::int64_t storms);
  void flush();
  void sync() const;
  [[noreturn]] void fail(const std::string& problem) const {
    throw DataError(path.string() + ": " + problem + "; free some space, or choose another folder");
  }

  fs::path path, temporary;
  std::int64_t storms, written = 0;
  hdf5::Handle file, patches, vorticity_max, vorticity_mean;
  std::vector<float> patch_block, max_block, mean_block;
};

StormWriter::File::File(const fs::path& target, std::int64_t count)
    : path(target), temporary(target.string() + ".partial"), storms(count) {
  hdf5::silence();
  const hdf5::Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_alignment(access, page, page);  // what is mapped starts on a page
  file = {H5Fcreate(temporary.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose};
  if (!file)
    throw DataError(path.string() + ": cannot be written; choose a folder that exists and that you may write to");
  const std::array<hsize_t, 4> shape{unsigned_size(storms), storm_side, storm_side, storm_channels};
  patches = hdf5::create_floats(file, "patches", shape);
  vorticity_max = hdf5::create_floats(file, "vorticity_max", std::span(shape).first(1));
  vorticity_mean = hdf5::create_floats(file, "vorticity_mean", std::span(shape).first(1));
  if (!patches || !vorticity_max || !vorticity_mean) fail("no room for its storms");
  patch_block.reserve(static_cast<std::size_t>(block_storms * storm_floats));
}

void StormWriter::File::flush() {
  const hsize_t first = unsigned_size(written), rows = max_block.size();
  if (rows == 0) return;
  if (!hdf5::write_rows(patches, first, rows, patch_block.data()) ||
      !hdf5::write_rows(vorticity_max, first, rows, max_block.data()) ||
      !hdf5::write_rows(vorticity_mean, first, rows, mean_block.data())) {
    fail("cannot be written further");
  }
  written += static_cast<std::int64_t>(rows);
  patch_block.clear(), max_block.clear(), mean_block.clear();
}

void StormWriter::File::sync() const {
  const int descriptor = ::open(temporary.c_str(), O_RDONLY | O_CLOEXEC);
  const bool durable = descriptor >= 0 && fsync(descriptor) == 0;
  close(descriptor);
  if (!durable) fail("cannot be brought to the disk");
}

StormWriter::StormWriter(const fs::path& path, std::int64_t storms) : file_(std::make_unique<File>(path, storms)) {}

StormWriter::StormWriter(StormWriter&&) noexcept = default;

StormWriter::~StormWriter() {
  if (!file_) return;
  const fs::path temporary = file_->temporary;
  file_.reset();
  std::error_code ignored;
  fs::remove(temporary, ignored);
}

void StormWriter::append(std::span<const float> patch, float vorticity_max, float vorticity_mean) {
  file_->patch_block.insert(file_->patch_block.end(), patch.begin(), patch.end());
  file_->max_block.push_back(vorticity_max);
  file_->mean_block.push_back(vorticity_mean);
  if (std::ssize(file_->max_block) == block_storms) file_->flush();
}

void StormWriter::seal(const ChannelStatistics& statistics, const std::string& provenance) {
  file_->flush();
  if (file_->written != file_->storms) {
    throw std::logic_error(fmt::format("{}: {} storms of {}", file_->path.string(), file_->written, file_->storms));
  }
  bool good = hdf5::write_attribute(file_->file, "channel_mean", statistics.mean) &&
              hdf5::write_attribute(file_->file, "channel_deviation", statistics.deviation) &&
              hdf5::write_attribute(file_->file, "provenance", provenance) &&
              hdf5::write_attribute(file_->file, "format_version", storm_format_version);
  file_->patches = {}, file_->vorticity_max = {}, file_->vorticity_mean = {};
  good = good && H5Fflush(file_->file, H5F_SCOPE_LOCAL) >= 0;
  file_->file = {};
  if (!good) file_->fail("cannot be written to its end");
  file_->sync();
}

void StormWriter::publish() {
  std::error_code error;
  fs::rename(file_->temporary, file_->path, error);
  if (error) throw DataError(file_->path.string() + ": cannot be replaced; choose another folder");
  file_.reset();
}

void StormWriter::finish(const ChannelStatistics& statistics, const std::string& provenance) {
  seal(statistics, provenance);
  publish();
}

}  // namespace stormsweep

#include "datasets/storms.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <system_error>
#include <utility>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "datasets/error.hpp"
#include "datasets/hdf5.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr int format_version = 1;
constexpr std::int64_t block_storms =
    1024;  // 12 MiB: large enough for the disk, small enough for the cache of a writer
constexpr hsize_t page = 4096;
const std::string remedy = "make it again with stormsweep prepare tornado or stormsweep generate tornado";

hsize_t unsigned_size(std::int64_t n) {
  return static_cast<hsize_t>(n);
}

bool finite(std::span<const float> values) {
  std::uint32_t bad = 0;  // exponent of all ones; a loop without branches, so that it vectorises
  for (const float value : values) bad |= (std::bit_cast<std::uint32_t>(value) & 0x7f800000u) == 0x7f800000u;
  return bad == 0;
}

}  // namespace

struct Storms::Mapping {
  explicit Mapping(const fs::path& path);
  ~Mapping() { munmap(base, bytes); }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::span<const float> floats(const hdf5::FloatExtent& extent) const {
    return {reinterpret_cast<const float*>(static_cast<const char*>(base) + extent.offset), extent.count};
  }

  void* base = nullptr;
  std::size_t bytes = 0;
  std::span<const float> patches, vorticity_max, vorticity_mean;
  ChannelStatistics statistics;
};

Storms::Mapping::Mapping(const fs::path& path) {
  const auto refuse = [&](const std::string& problem) {
    throw DataError(path.string() + ": " + problem + "; " + remedy);
  };
  const hdf5::Handle file = hdf5::open(path, remedy);
  const int version = hdf5::read_int_attribute(file, "format_version", 0);
  if (version != format_version) refuse(fmt::format("format_version is {}, not {}", version, format_version));
  const auto patch_extent = hdf5::extent(file, path, "patches", remedy);
  const auto max_extent = hdf5::extent(file, path, "vorticity_max", remedy);
  const auto mean_extent = hdf5::extent(file, path, "vorticity_mean", remedy);
  const std::vector<hsize_t>& shape = patch_extent.shape;
  if (shape.size() != 4 || shape[1] != storm_side || shape[2] != storm_side || shape[3] != storm_channels) {
    refuse(fmt::format("patches have the shape ({}), not (N, 32, 32, 3)", fmt::join(shape, ", ")));
  }
  if (max_extent.shape != std::vector{shape[0]} || mean_extent.shape != max_extent.shape) {
    refuse(fmt::format("vorticity_max and vorticity_mean are not one number for each of {} patches", shape[0]));
  }
  if (shape[0] == 0) refuse("holds no storm");
  if (!hdf5::read_attribute(file, "channel_mean", statistics.mean) ||
      !hdf5::read_attribute(file, "channel_deviation", statistics.deviation)) {
    refuse("has no channel_mean and channel_deviation of 3 numbers");
  }
  if (!finite(statistics.mean) || !finite(statistics.deviation) ||
      *std::ranges::min_element(statistics.deviation) <= 0) {
    refuse("channel_mean or channel_deviation is not finite and positive");
  }

  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  bytes = fs::file_size(path);
  base = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (base == MAP_FAILED) refuse("cannot be mapped into memory");
  patches = floats(patch_extent), vorticity_max = floats(max_extent), vorticity_mean = floats(mean_extent);
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
const ChannelStatistics& Storms::statistics() const {
  return mapping_->statistics;
}

StormScan scan(const Storms& storms) {
  StormScan result;
  result.storms = storms.size();
  XXH3_state_t* const state = XXH3_createState();
  XXH3_128bits_reset(state);
  for (std::int64_t i = 0; i < storms.size(); ++i) {
    const auto patch = storms.patch(i);
    const auto k = static_cast<std::size_t>(i);
    const std::array<float, 2> vorticity{storms.vorticity_max()[k], storms.vorticity_mean()[k]};
    result.not_finite += !finite(patch) || !finite(vorticity);
    XXH3_128bits_update(state, patch.data(), patch.size_bytes());
    XXH3_128bits_update(state, vorticity.data(), sizeof vorticity);
  }
  XXH3_128bits_update(state, &storms.statistics(), sizeof(ChannelStatistics));
  const XXH128_hash_t hash = XXH3_128bits_digest(state);
  XXH3_freeState(state);
  result.fingerprint = fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
  return result;
}

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

void StormWriter::finish(const ChannelStatistics& statistics, const std::string& provenance) {
  file_->flush();
  if (file_->written != file_->storms) {
    throw std::logic_error(fmt::format("{}: {} storms of {}", file_->path.string(), file_->written, file_->storms));
  }
  bool good = hdf5::write_attribute(file_->file, "channel_mean", statistics.mean) &&
              hdf5::write_attribute(file_->file, "channel_deviation", statistics.deviation) &&
              hdf5::write_attribute(file_->file, "provenance", provenance) &&
              hdf5::write_attribute(file_->file, "format_version", format_version);
  file_->patches = {}, file_->vorticity_max = {}, file_->vorticity_mean = {};
  good = good && H5Fflush(file_->file, H5F_SCOPE_LOCAL) >= 0;
  file_->file = {};
  if (!good) file_->fail("cannot be written to its end");
  file_->sync();
  fs::rename(file_->temporary, file_->path);
  file_.reset();
}

}  // namespace stormsweep

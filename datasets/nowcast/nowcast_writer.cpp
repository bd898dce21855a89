#include "datasets/nowcast/nowcast_writer.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/files/partial_file.hpp"

namespace stormsweep {

namespace {

hsize_t unsigned_size(std::int64_t n) {
  return static_cast<hsize_t>(n);
}

bool write_blurs(const hdf5::Handle& file, const NowcastBlurs& blurs) {
  std::array<float, nowcast_targets> sigmas{}, factors{};
  for (std::size_t lead = 0; lead < blurs.size(); ++lead)
    sigmas[lead] = blurs[lead].sigma, factors[lead] = blurs[lead].factor;
  return hdf5::write_attribute(file, "blur_sigma", sigmas) && hdf5::write_attribute(file, "blur_factor", factors);
}

bool write_meta(const hdf5::Handle& file, const NowcastMeta& meta, const std::string& provenance) {
  const auto number = [&](const char* name, double value) { return hdf5::write_attribute(file, name, value); };
  const auto text = [&](const char* name, const std::string& value) {
    return hdf5::write_attribute(file, name, value);
  };
  return text("quantity", name_of(meta.quantity)) && text("unit", unit_of(meta.quantity)) &&
         number("step_minutes", meta.step_minutes) && number("pixel_km", meta.pixel_km) &&
         number("scale", meta.scale) && number("mean", meta.statistics.mean) &&
         number("deviation", meta.statistics.deviation) && write_blurs(file, meta.blurs) &&
         hdf5::write_provenance(file, provenance) &&
         hdf5::write_attribute(file, "format_version", nowcast_format_version);
}

}  // namespace

struct NowcastWriter::File {
  File(const std::filesystem::path& path, std::int64_t samples, std::int64_t side);
  bool write_places();

  PartialFile target;
  std::int64_t samples;
  std::size_t frame;  // pixels of one
  hdf5::Handle x, y, time, row, column;
  std::vector<std::int64_t> times;
  std::vector<std::int32_t> rows, columns;
};

NowcastWriter::File::File(const std::filesystem::path& path, std::int64_t count, std::int64_t side)
    : target(path), samples(count), frame(static_cast<std::size_t>(side * side)) {
  std::array<hsize_t, 4> shape{unsigned_size(samples), nowcast_inputs, unsigned_size(side), unsigned_size(side)};
  const auto create = [&]<class T>(const char* name, std::size_t rank, T) {
    return hdf5::create(target.file(), name, hdf5::type_of<T>(), std::span(shape).first(rank));
  };
  x = create("X", 4, std::uint16_t{});
  shape[1] = nowcast_targets;
  y = create("Y", 4, std::uint16_t{});
  time = create("time", 1, std::int64_t{});
  row = create("row", 1, std::int32_t{}), column = create("column", 1, std::int32_t{});
  if (!x || !y || !time || !row || !column) target.fail("no room for its patches");
}

bool NowcastWriter::File::write_places() {
  const hsize_t n = times.size();
  return hdf5::write_rows(time, 0, n, times.data()) && hdf5::write_rows(row, 0, n, rows.data()) &&
         hdf5::write_rows(column, 0, n, columns.data());
}

NowcastWriter::NowcastWriter(const std::filesystem::path& path, std::int64_t samples, std::int64_t side)
    : file_(std::make_unique<File>(path, samples, side)) {}
NowcastWriter::NowcastWriter(NowcastWriter&&) noexcept = default;
NowcastWriter::~NowcastWriter() = default;

void NowcastWriter::append(std::span<const std::uint16_t> frames, const NowcastPlace& place) {
  if (frames.size() != nowcast_frames * file_->frame) throw std::logic_error("a nowcast patch of another size");
  const hsize_t i = file_->times.size();
  if (!hdf5::write_rows(file_->x, i, 1, frames.data()) ||
      !hdf5::write_rows(file_->y, i, 1, frames.data() + nowcast_inputs * file_->frame)) {
    file_->target.fail("cannot be written further");
  }
  file_->times.push_back(place.time);
  file_->rows.push_back(place.row), file_->columns.push_back(place.column);
}

void NowcastWriter::seal(const NowcastMeta& meta, const std::string& provenance) {
  if (std::ssize(file_->times) != file_->samples) {
    throw std::logic_error(
        fmt::format("{}: {} patches of {}", file_->target.path().string(), file_->times.size(), file_->samples));
  }
  const bool good = file_->write_places() && write_meta(file_->target.file(), meta, provenance);
  for (hdf5::Handle* dataset : {&file_->x, &file_->y, &file_->time, &file_->row, &file_->column}) *dataset = {};
  file_->target.seal(good);
}

void NowcastWriter::publish() {
  file_->target.publish();
  file_.reset();
}

}  // namespace stormsweep

#include "datasets/climate/climate_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <vector>

#include "datasets/climate/climate_set.hpp"
#include "datasets/files/hdf5.hpp"
#include "datasets/files/partial_file.hpp"

namespace stormsweep {

namespace {

/// "a, b": the names of scenarios, members or fields.
template <class Range, class Name>
std::string names_of(const Range& things, Name name) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.push_back(thing.*name);
  return fmt::format("{}", fmt::join(names, ", "));
}

template <class T>
bool write_table(const hdf5::Handle& file, const char* name, const std::vector<T>& numbers, hsize_t columns) {
  if (numbers.empty()) return true;
  const std::array<hsize_t, 2> shape{numbers.size() / columns, columns};
  const auto dataset = hdf5::create(file, name, hdf5::type_of<T>(), std::span(shape).first(columns > 1 ? 2 : 1));
  return dataset && hdf5::write_rows(dataset, 0, shape[0], numbers.data());
}

bool write_layout(const hdf5::Handle& file, const ClimateLayout& layout) {
  std::vector<std::int32_t> scenarios, runs;
  for (const ClimateScenario& one : layout.scenarios)
    scenarios.insert(scenarios.end(), {one.begin, one.end - one.begin});
  for (const ClimateRun& one : layout.runs)
    runs.insert(runs.end(), {static_cast<std::int32_t>(one.scenario), one.begin, one.end - one.begin});
  const auto text = [&](const char* name, const std::string& value) {
    return hdf5::write_attribute(file, name, value);
  };
  return write_table(file, "latitude", layout.grid.latitudes, 1) &&
         write_table(file, "longitude", layout.grid.longitudes, 1) && write_table(file, "scenarios", scenarios, 2) &&
         write_table(file, "runs", runs, 3) && text("forcings", names_of(layout.forcings, &ClimateField::name)) &&
         text("targets", names_of(layout.targets, &ClimateField::name)) &&
         text("scenario_names", names_of(layout.scenarios, &ClimateScenario::name)) &&
         text("run_members", names_of(layout.runs, &ClimateRun::member));
}

bool write_statistics(const hdf5::Handle& dataset, const ClimateField& field, const ChannelStatistics& statistics) {
  return hdf5::write_attribute(dataset, "unit", field.unit) &&
         hdf5::write_attribute(dataset, "mean", static_cast<double>(statistics.mean)) &&
         hdf5::write_attribute(dataset, "deviation", static_cast<double>(statistics.deviation));
}

}  // namespace

struct ClimateWriter::File {
  File(const std::filesystem::path& path, const ClimateLayout& of);
  hdf5::Handle create(const ClimateField& field, std::int64_t frames);
  void write(const hdf5::Handle& dataset, const ClimateField& field, std::int64_t first, std::span<const float> values);

  PartialFile target;
  ClimateLayout layout;
  std::vector<hdf5::Handle> forcings, targets;
};

ClimateWriter::File::File(const std::filesystem::path& path, const ClimateLayout& of) : target(path), layout(of) {
  layout.count_frames();
  for (const ClimateField& field : layout.forcings) forcings.push_back(create(field, layout.forcing_frames()));
  for (const ClimateField& field : layout.targets) targets.push_back(create(field, layout.target_frames()));
}

hdf5::Handle ClimateWriter::File::create(const ClimateField& field, std::int64_t frames) {
  const std::array<hsize_t, 3> shape{static_cast<hsize_t>(frames), static_cast<hsize_t>(layout.grid.height()),
                                     static_cast<hsize_t>(layout.grid.width())};
  auto dataset = hdf5::create(target.file(), field.name, hdf5::type_of<float>(),
                              std::span(shape).first(field.global ? 1 : shape.size()));
  if (!dataset) target.fail("no room for " + field.name);
  return dataset;
}

void ClimateWriter::File::write(const hdf5::Handle& dataset, const ClimateField& field, std::int64_t first,
                                std::span<const float> values) {
  const auto cells = static_cast<std::size_t>(field.global ? 1 : layout.grid.cells());
  if (!hdf5::write_rows(dataset, static_cast<hsize_t>(first), values.size() / cells, values.data()))
    target.fail("cannot be written further");
}

ClimateWriter::ClimateWriter(const std::filesystem::path& path, const ClimateLayout& layout)
    : file_(std::make_unique<File>(path, layout)) {}
ClimateWriter::ClimateWriter(ClimateWriter&&) noexcept = default;
ClimateWriter::~ClimateWriter() = default;

void ClimateWriter::write_forcing(std::size_t channel, std::int64_t first, std::span<const float> values) {
  file_->write(file_->forcings[channel], file_->layout.forcings[channel], first, values);
}

void ClimateWriter::write_target(std::size_t channel, std::int64_t first, std::span<const float> values) {
  file_->write(file_->targets[channel], file_->layout.targets[channel], first, values);
}

void ClimateWriter::seal(std::span<const ChannelStatistics> forcings, std::span<const ChannelStatistics> targets,
                         const std::string& provenance) {
  const ClimateLayout& layout = file_->layout;
  const hdf5::Handle& file = file_->target.file();
  bool good = write_layout(file, layout) && hdf5::write_provenance(file, provenance) &&
              hdf5::write_attribute(file, "format_version", climate_format_version);
  for (std::size_t i = 0; i < layout.forcings.size(); ++i)
    good = good && write_statistics(file_->forcings[i], layout.forcings[i], forcings[i]);
  for (std::size_t i = 0; i < layout.targets.size(); ++i)
    good = good && write_statistics(file_->targets[i], layout.targets[i], targets[i]);
  file_->forcings.clear(), file_->targets.clear();
  file_->target.seal(good);
}

void ClimateWriter::publish() {
  file_->target.publish();
  file_.reset();
}

}  // namespace stormsweep

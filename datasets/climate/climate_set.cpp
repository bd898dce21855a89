#include "datasets/climate/climate_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "datasets/files/mapped_file.hpp"
#include "search/base/checksum.hpp"
#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

const std::string remedy = "make it again with stormsweep prepare emulator or stormsweep generate emulator";

using Shape = std::vector<hsize_t>;

bool ascending(const std::vector<double>& degrees) {
  return !degrees.empty() && std::ranges::adjacent_find(degrees, std::greater_equal()) == degrees.end();
}

/// A file that is being opened: refuses what is wrong, and finds what is where.
class Opening {
 public:
  explicit Opening(const fs::path& path)
      : path_(path), file_(hdf5::open(path, climate_format_version, remedy)), map_(path, remedy) {}

  [[noreturn]] void refuse(const std::string& problem) const {
    throw InputError(path_.string() + ": " + problem + "; " + remedy);
  }

  std::string text(const char* name) const {
    const auto found = hdf5::read_text(file_, name);
    if (!found) refuse(fmt::format("has no attribute {}", name));
    return *found;
  }

  /// All numbers of a dataset whose trailing axes are `rest`.
  template <class T>
  std::span<const T> numbers(const std::string& name, const Shape& rest) const {
    const hdf5::Extent extent = hdf5::extent(file_, path_, name, hdf5::type_of<T>(), remedy);
    if (extent.shape.size() != rest.size() + 1 || !std::equal(rest.begin(), rest.end(), extent.shape.begin() + 1)) {
      refuse(fmt::format("{} has the shape ({}), not (n{}{})", name, fmt::join(extent.shape, ", "),
                         rest.empty() ? "" : ", ", fmt::join(rest, ", ")));
    }
    return map_.numbers<T>(extent);
  }

  ClimateLayout layout() const;
  /// Reads unit and statistics of a field, and returns its numbers.
  std::span<const float> field(ClimateField& field, const ClimateGrid& grid, std::int64_t frames) const;
  MappedFile take_map() { return std::move(map_); }

 private:
  void read_spans(ClimateLayout& layout) const;

  const fs::path& path_;
  hdf5::Handle file_;
  MappedFile map_;
};

void Opening::read_spans(ClimateLayout& layout) const {
  const auto scenarios = numbers<std::int32_t>("scenarios", {2});
  for (const std::string& name : split_list(text("scenario_names"))) {
    const std::size_t at = 2 * layout.scenarios.size();
    if (at >= scenarios.size()) refuse("scenario_names and scenarios do not agree");
    layout.scenarios.push_back({name, scenarios[at], scenarios[at] + scenarios[at + 1]});
  }
  if (!hdf5::has(file_, "runs")) return;
  const auto runs = numbers<std::int32_t>("runs", {3});
  for (const std::string& member : split_list(text("run_members"))) {
    const std::size_t at = 3 * layout.runs.size();
    if (at >= runs.size()) refuse("run_members and runs do not agree");
    layout.runs.push_back({runs[at], member, runs[at + 1], runs[at + 1] + runs[at + 2]});
  }
}

ClimateLayout Opening::layout() const {
  ClimateLayout layout;
  const auto degrees = [&](const char* name) {
    const auto values = numbers<double>(name, {});
    return std::vector(values.begin(), values.end());
  };
  layout.grid = {degrees("latitude"), degrees("longitude")};
  if (!ascending(layout.grid.latitudes) || !ascending(layout.grid.longitudes))
    refuse("latitude and longitude do not ascend");
  for (const std::string& name : split_list(text("forcings"))) layout.forcings.push_back({name, "", false, {}});
  for (const std::string& name : split_list(text("targets"))) layout.targets.push_back({name, "", false, {}});
  read_spans(layout);
  const auto positive = [](const auto& span) { return span.months() > 0; };
  if (layout.scenarios.empty() || layout.forcings.empty() || !std::ranges::all_of(layout.scenarios, positive) ||
      !std::ranges::all_of(layout.runs, positive))
    refuse("holds no forcings, or a scenario or a run without months");
  for (const ClimateRun& run : layout.runs) {
    if (run.scenario < 0 || run.scenario >= std::ssize(layout.scenarios)) refuse("a run belongs to no scenario");
  }
  layout.count_frames();
  return layout;
}

std::span<const float> Opening::field(ClimateField& field, const ClimateGrid& grid, std::int64_t frames) const {
  const hdf5::Extent extent = hdf5::extent(file_, path_, field.name, hdf5::type_of<float>(), remedy);
  field.global = extent.shape.size() == 1;
  const Shape map{static_cast<hsize_t>(grid.height()), static_cast<hsize_t>(grid.width())};
  const auto values = numbers<float>(field.name, field.global ? Shape{} : map);
  if (static_cast<std::int64_t>(extent.shape[0]) != frames)
    refuse(fmt::format("{} has {} months, not {}", field.name, extent.shape[0], frames));
  const hdf5::Handle dataset(H5Dopen2(file_, field.name.c_str(), H5P_DEFAULT), H5Dclose);
  const auto number = [&](const char* name) { return hdf5::read_number(dataset, name).value_or(NAN); };
  field.unit = hdf5::read_text(dataset, "unit").value_or("");
  field.statistics = {static_cast<float>(number("mean")), static_cast<float>(number("deviation"))};
  if (!std::isfinite(field.statistics.mean) || !(field.statistics.deviation > 0) ||
      !std::isfinite(field.statistics.deviation))
    refuse(field.name + "'s mean or deviation is missing or not finite and positive");
  return values;
}

}  // namespace

struct ClimateSet::Mapping {
  explicit Mapping(const fs::path& from);

  fs::path path;
  MappedFile file;
  ClimateLayout layout;
  std::string provenance;
  std::vector<std::span<const float>> forcings, targets;
};

ClimateSet::Mapping::Mapping(const fs::path& from) : path(from) {
  Opening opening(path);
  layout = opening.layout();
  provenance = opening.text("provenance");
  for (ClimateField& field : layout.forcings)
    forcings.push_back(opening.field(field, layout.grid, layout.forcing_frames()));
  for (ClimateField& field : layout.targets) {
    targets.push_back(opening.field(field, layout.grid, layout.target_frames()));
    if (field.global) opening.refuse(field.name + " is not a map");
  }
  file = opening.take_map();
}

ClimateSet::ClimateSet(const fs::path& path) : mapping_(std::make_unique<Mapping>(path)) {}
ClimateSet::~ClimateSet() = default;
ClimateSet::ClimateSet(ClimateSet&&) noexcept = default;
ClimateSet& ClimateSet::operator=(ClimateSet&&) noexcept = default;

const ClimateLayout& ClimateSet::layout() const {
  return mapping_->layout;
}
const fs::path& ClimateSet::path() const {
  return mapping_->path;
}
const std::string& ClimateSet::provenance() const {
  return mapping_->provenance;
}

std::span<const float> ClimateSet::forcing(std::size_t channel, std::int64_t frame) const {
  const std::int64_t count = layout().forcings[channel].global ? 1 : layout().grid.cells();
  return mapping_->forcings[channel].subspan(static_cast<std::size_t>(frame * count), static_cast<std::size_t>(count));
}

std::span<const float> ClimateSet::target(std::size_t channel, std::int64_t frame) const {
  const std::int64_t count = layout().grid.cells();
  return mapping_->targets[channel].subspan(static_cast<std::size_t>(frame * count), static_cast<std::size_t>(count));
}

const MappedFile& ClimateSet::file() const {
  return mapping_->file;
}

std::string fingerprint(const ClimateSet& set, const std::function<void(double)>& progress) {
  Checksum checksum(Checksum::Bits::b128);
  const auto add = [&](const auto& numbers) { checksum.add(std::as_bytes(std::span(numbers))); };
  const ClimateLayout& layout = set.layout();
  add(layout.grid.latitudes), add(layout.grid.longitudes);
  const std::int64_t all =
      std::ssize(layout.forcings) * layout.forcing_frames() + std::ssize(layout.targets) * layout.target_frames();
  std::int64_t done = 0;
  const auto add_fields = [&](const std::vector<ClimateField>& fields, std::int64_t frames, auto values_of) {
    for (std::size_t c = 0; c < fields.size(); ++c) {
      add(fields[c].name + "," + fields[c].unit + ",");
      add(std::array{fields[c].statistics.mean, fields[c].statistics.deviation});
      for (std::int64_t frame = 0; frame < frames; ++frame) {
        add(values_of(c, frame));
        progress(static_cast<double>(++done) / static_cast<double>(all));
      }
    }
  };
  add_fields(layout.forcings, layout.forcing_frames(), [&](auto c, auto frame) { return set.forcing(c, frame); });
  add_fields(layout.targets, layout.target_frames(), [&](auto c, auto frame) { return set.target(c, frame); });
  for (const ClimateScenario& one : layout.scenarios) add(fmt::format("{},{},{},", one.name, one.begin, one.end));
  for (const ClimateRun& one : layout.runs)
    add(fmt::format("{},{},{},{},", one.scenario, one.member, one.begin, one.end));
  return checksum.digits();
}

}  // namespace stormsweep

#include "datasets/weather/sample_scans.hpp"

#include <fcntl.h>

#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

namespace stormsweep {

namespace {

using nlohmann::json;

constexpr int scan_version = 1;

json to_json(const SampleScan& scan) {
  return {{"version", scan_version},
          {"name", scan.file.name},
          {"bytes", scan.file.bytes},
          {"modified", scan.file.modified},
          {"checksum", scan.file.checksum},
          {"height", scan.height},
          {"width", scan.width},
          {"minimum", scan.minimum},
          {"maximum", scan.maximum},
          {"pixels", scan.pixels}};
}

/// Nothing where a line is of another version, or was cut short when a process ended.
std::optional<SampleScan> scan_of(const std::string& line) {
  try {
    const json from = json::parse(line);
    if (from.at("version") != scan_version) return std::nullopt;
    SampleScan scan{{from.at("name"), from.at("bytes"), from.at("modified"), from.at("checksum")}, {}, {}, {}, {}, {}};
    from.at("height").get_to(scan.height), from.at("width").get_to(scan.width);
    from.at("minimum").get_to(scan.minimum), from.at("maximum").get_to(scan.maximum);
    from.at("pixels").get_to(scan.pixels);
    return scan;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

Descriptor open_first(const std::vector<std::filesystem::path>& places) {
  for (const auto& place : places) {
    std::error_code error;
    std::filesystem::create_directories(place.parent_path(), error);
    Descriptor file(::open(place.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666));
    if (file) return file;
  }
  return Descriptor();
}

}  // namespace

SampleScans::State SampleScans::state_of(const WeatherIndex::File& file) {
  return {file.name, file.bytes, file.modified};
}

SampleScans::SampleScans(std::vector<std::filesystem::path> places) : places_(std::move(places)) {
  for (const auto& place : places_) {
    std::ifstream file(place);
    for (std::string line; std::getline(file, line);)
      if (auto scan = scan_of(line)) known_.insert_or_assign(state_of(scan->file), std::move(*scan));
  }
}

const SampleScan* SampleScans::find(const WeatherIndex::File& file) const {
  const auto found = known_.find(state_of(file));
  return found != known_.end() ? &found->second : nullptr;
}

void SampleScans::add(const SampleScan& scan) {
  std::string line = to_json(scan).dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
  if (!file_) {
    file_ = open_first(places_);
    line.insert(0, 1, '\n');  // ends a line that a killed process began
  }
  if (file_) write_all(file_, line);  // what a full disk refuses is read again another time
}

}  // namespace stormsweep

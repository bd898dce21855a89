#include "datasets/weather/weather_index.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <span>
#include <system_error>

#include <nlohmann/json.hpp>

#include "search/base/checksum.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr int index_format_version = 1;

/// Takes the modification time in nanoseconds since 1970 from stat: the standard library's file clock begins elsewhere.
WeatherIndex::File facts_of(const fs::path& path) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0)
    refuse_file(path, "cannot be read", "mend it, or move it out of the folder of samples");
  if (!S_ISREG(facts.st_mode)) throw InputError(path.string() + ": is no file; move it out of the folder of samples");
  return {path.filename(), facts.st_size, facts.st_mtim.tv_sec * 1'000'000'000 + facts.st_mtim.tv_nsec, ""};
}

json to_json(const WeatherIndex& index) {
  json files = json::array();
  for (const WeatherIndex::File& file : index.files) {
    files.push_back(
        {{"name", file.name}, {"bytes", file.bytes}, {"modified", file.modified}, {"checksum", file.checksum}});
  }
  return {{"format_version", index_format_version},
          {"height", index.height},
          {"width", index.width},
          {"labelings", index.labelings},
          {"minimum", index.minimum},
          {"maximum", index.maximum},
          {"pixels", index.pixels},
          {"files", files}};
}

WeatherIndex from_json(const json& from) {
  WeatherIndex index;
  from.at("height").get_to(index.height), from.at("width").get_to(index.width);
  from.at("labelings").get_to(index.labelings);
  from.at("minimum").get_to(index.minimum), from.at("maximum").get_to(index.maximum);
  from.at("pixels").get_to(index.pixels);
  for (const json& file : from.at("files"))
    index.files.push_back({file.at("name"), file.at("bytes"), file.at("modified"), file.at("checksum")});
  return index;
}

}  // namespace

std::vector<WeatherIndex::File> list_samples(const fs::path& folder) {
  std::error_code error;
  std::vector<WeatherIndex::File> files;
  for (auto at = fs::directory_iterator(folder, error); !error && at != fs::end(at); at.increment(error)) {
    if (at->path().extension() == ".h5") files.push_back(facts_of(at->path()));
  }
  if (error)
    throw InputError(folder.string() + ": cannot be listed (" + error.message() + "); give a folder of samples");
  if (files.empty()) {
    throw InputError(folder.string() +
                     ": holds no *.h5 file; give a folder of samples, or make some with "
                     "stormsweep generate segmentation");
  }
  std::ranges::sort(files, {}, &WeatherIndex::File::name);
  return files;
}

std::string sample_checksum(const std::filesystem::path& sample) {
  Checksum sum;
  sum.add_file(sample, "copy or make it again, or look at its rights");
  return sum.digits();
}

bool same_files(const std::vector<WeatherIndex::File>& a, const std::vector<WeatherIndex::File>& b) {
  return std::ranges::equal(a, b, [](const WeatherIndex::File& one, const WeatherIndex::File& other) {
    return one.name == other.name && one.bytes == other.bytes && one.modified == other.modified;
  });
}

std::vector<fs::path> places_beside(const fs::path& folder, const fs::path& cache, const std::string& name) {
  std::vector<fs::path> places{folder / name};
  if (!cache.empty())
    places.push_back(cache / fmt::format("samples-{:016x}-{}",
                                         derive_seed(0, fs::absolute(folder).lexically_normal().string()), name));
  return places;
}

std::optional<WeatherIndex> read_index(const fs::path& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  try {
    const json kept = json::parse(file);
    if (kept.at("format_version") != index_format_version) return std::nullopt;
    WeatherIndex index = from_json(kept);
    return std::ssize(index.pixels) == index.labelings ? std::optional(std::move(index)) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;  // an index that cannot be understood is made anew
  }
}

bool write_index(const std::vector<fs::path>& places, const WeatherIndex& index) {
  const std::string text = to_json(index).dump(1) + '\n';
  for (const fs::path& place : places) {
    std::error_code error;
    fs::create_directories(place.parent_path(), error);
    try {
      AtomicFile file(place);
      file.write(text);
      file.commit();
      return true;
    } catch (const InputError&) {  // the next place may be writable
    }
  }
  return false;
}

std::string fingerprint(const WeatherIndex& index) {
  std::string facts;
  for (const WeatherIndex::File& file : index.files) {
    facts += fmt::format("{} {} {}\n", file.name, file.bytes,
                         file.checksum.empty() ? std::to_string(file.modified) : file.checksum);
  }
  Checksum checksum;
  checksum.add(std::as_bytes(std::span(facts)));
  return checksum.digits();
}

}  // namespace stormsweep

#include "datasets/climate/climate_manifest.hpp"

#include <fmt/format.h>
#include <glob.h>

#include <algorithm>

#include "datasets/files/splits.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/strict_json.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

const std::vector<std::string> forcing_names{"CO2", "SO2", "CH4", "BC", "rsdt"};  // the paper's order
const std::vector<std::string> target_names{"tas", "pr"};
constexpr std::int64_t least_side = 4, most_side = 2000, most_year = 9999;

std::string one_of(const Field& field, const std::vector<std::string>& known) {
  std::string word = field.text();
  if (std::ranges::find(known, word) == known.end()) field.refuse(suggestion(word, known));
  return word;
}

/// A text, or a list of them.
std::vector<std::string> texts(const Field& field) {
  if (field.json().is_string()) return {field.text()};
  if (!field.json().is_array()) field.refuse("give a text in quotes, or a list of them");
  std::vector<std::string> list;
  for (const Field& one : field.elements()) list.push_back(one.text());
  if (list.empty()) field.refuse("give at least one");
  return list;
}

ClimateFiles read_files(const std::string& name, const Field& field) {
  if (!field.json().is_object()) {
    const auto patterns = texts(field);
    if (name == "rsdt" && patterns == std::vector<std::string>{"computed"}) return {.computed = true};
    return {.patterns = patterns, .variable = name};
  }
  field.expect_keys({"files", "variable", "unit", "region", "summed"}, {"files"});
  const auto text = [&](const char* key, const char* otherwise) {
    return field.has(key) ? field[key].text() : otherwise;
  };
  return {.patterns = texts(field["files"]),
          .variable = text("variable", name.c_str()),
          .unit = text("unit", ""),
          .region = text("region", "World"),
          .summed = field.has("summed") && field["summed"].flag()};
}

/// Reads the fields that are given, in the order of `names`.
std::vector<std::pair<std::string, ClimateFiles>> read_fields(const Field& field,
                                                              const std::vector<std::string>& names) {
  field.expect_keys(names);
  std::vector<std::pair<std::string, ClimateFiles>> fields;
  for (const std::string& name : names) {
    if (field.has(name)) fields.emplace_back(name, read_files(name, field[name]));
  }
  return fields;
}

std::int64_t read_integer(const Field& field, std::int64_t least, std::int64_t most) {
  const std::int64_t value = field.integer(least);
  if (value > most) field.refuse(fmt::format("give {} to {}", least, most));
  return value;
}

ClimateGrid read_grid(const Field& field) {
  field.expect_keys({"height", "width"}, {"height", "width"});
  return even_grid(read_integer(field["height"], least_side, most_side),
                   read_integer(field["width"], least_side, most_side));
}

/// Checks a name that files will list separated by commas.
std::string plain_name(const Field& field, const std::string& name) {
  if (name.empty() || name.find_first_of(", \t\n\r") != std::string::npos)
    field.refuse("give names without commas and blanks");
  return name;
}

class Reader {
 public:
  explicit Reader(const fs::path& path)
      : text_(read_file(path, "give a manifest in JSON")), json_(parse_json(text_, path.string())) {
    manifest_.path = path, manifest_.text = json_.dump();
  }
  ClimateManifest manifest();

 private:
  void read_scenarios(const Field& field);
  ClimatePart read_part(const Field& field) const;
  static ClimatePart read_forecast(const Field& field);
  static void read_years(const Field& field, ClimatePart& part);
  void take_paper_splits();
  const std::vector<std::string>& members_of(const Field& scenario) const;

  std::string text_;
  nlohmann::ordered_json json_;
  ClimateManifest manifest_;
};

void Reader::read_scenarios(const Field& field) {
  for (const auto& [name, members] : field.members()) {
    manifest_.scenarios.emplace_back(plain_name(members, name), texts(members));
    for (const std::string& member : manifest_.scenarios.back().second) plain_name(members, member);
  }
  if (manifest_.scenarios.empty()) field.refuse("give scenarios, each with the list of its members");
}

const std::vector<std::string>& Reader::members_of(const Field& scenario) const {
  std::vector<std::string> names;
  for (const auto& [name, members] : manifest_.scenarios) {
    if (name == scenario.text()) return members;
    names.push_back(name);
  }
  scenario.refuse(suggestion(scenario.text(), names));
}

void Reader::read_years(const Field& field, ClimatePart& part) {
  const auto years = field.elements();
  if (years.size() != 2) field.refuse("give the first year and the last");
  part.first_year = static_cast<std::int32_t>(read_integer(years[0], 1, most_year));
  part.last_year = static_cast<std::int32_t>(read_integer(years[1], *part.first_year, most_year));
}

ClimatePart Reader::read_forecast(const Field& field) {
  field.expect_keys({"scenario", "years"}, {"scenario", "years"});
  ClimatePart part{.place = field.place(), .scenario = plain_name(field["scenario"], field["scenario"].text())};
  read_years(field["years"], part);
  return part;
}

ClimatePart Reader::read_part(const Field& field) const {
  field.expect_keys({"scenario", "members", "years", "last_months", "but_last_months"}, {"scenario"});
  ClimatePart part{
      .place = field.place(), .scenario = field["scenario"].text(), .members = members_of(field["scenario"])};
  if (field.has("members")) {
    const auto known = part.members;
    part.members.clear();
    for (const Field& member : field["members"].elements()) part.members.push_back(one_of(member, known));
  }
  if (field.has("years")) read_years(field["years"], part);
  if (field.has("last_months")) part.last_months = field["last_months"].integer(1);
  if (field.has("but_last_months")) part.but_last_months = field["but_last_months"].integer(1);
  return part;
}

/// Jacob et al. 2025: training on ssp126, ssp370 and ssp585, validation on the last 120 months of ssp370, test on
/// ssp245.
void Reader::take_paper_splits() {
  const std::string place = manifest_.path.string() + ": splits";
  const auto part = [&](const std::string& scenario, std::int64_t last, std::int64_t but_last) {
    for (const auto& [name, members] : manifest_.scenarios) {
      if (name == scenario)
        return ClimatePart{
            .place = place, .scenario = name, .members = members, .last_months = last, .but_last_months = but_last};
    }
    throw InputError(
        fmt::format("{} is missing, and there is no {} for those of the paper; add \"splits\"", place, scenario));
  };
  constexpr std::int64_t kept = 120;
  manifest_.splits = {std::vector{part("ssp126", 0, 0), part("ssp370", 0, kept), part("ssp585", 0, 0)},
                      std::vector{part("ssp370", kept, 0)}, std::vector{part("ssp245", 0, 0)}};
}

ClimateManifest Reader::manifest() {
  const Field root(json_, manifest_.path.string());
  root.expect_keys({"grid", "regridding", "scenarios", "targets", "forcings", "splits", "forecast"},
                   {"scenarios", "targets", "forcings"});
  if (root.has("grid")) manifest_.grid = read_grid(root["grid"]);
  if (root.has("regridding") &&
      one_of(root["regridding"], {regrid_method_names.begin(), regrid_method_names.end()}) == regrid_method_names[1])
    manifest_.method = RegridMethod::bilinear;
  read_scenarios(root["scenarios"]);
  manifest_.targets = read_fields(root["targets"], target_names);
  if (manifest_.targets.empty()) root["targets"].refuse("give tas, pr or both");
  manifest_.forcings = read_fields(root["forcings"], forcing_names);
  if (!root["forcings"].has("rsdt")) manifest_.forcings.emplace_back("rsdt", ClimateFiles{.computed = true});
  if (manifest_.forcings.size() < 2) root["forcings"].refuse("give at least one of CO2, SO2, CH4 and BC");
  if (root.has("forecast")) {
    for (const Field& part : root["forecast"].elements()) manifest_.forecast.push_back(read_forecast(part));
  }
  if (!root.has("splits")) {
    take_paper_splits();
    return std::move(manifest_);
  }
  const Field splits = root["splits"];
  splits.expect_keys({split_names.begin(), split_names.end()}, {"train", "test"});
  for (std::size_t s = 0; s < split_names.size(); ++s) {
    if (!splits.has(split_names[s])) continue;
    for (const Field& part : splits[split_names[s]].elements()) manifest_.splits[s].push_back(read_part(part));
    if (manifest_.splits[s].empty()) splits[split_names[s]].refuse("give at least one scenario");
  }
  return std::move(manifest_);
}

std::string filled(std::string pattern, const std::string& key, const std::string& value) {
  for (std::size_t at = 0; (at = pattern.find(key, at)) != std::string::npos; at += value.size())
    pattern.replace(at, key.size(), value);
  return pattern;
}

/// `text` as a pattern that matches only itself.
std::string escaped(std::string text) {
  for (std::size_t at = 0; (at = text.find_first_of("*?[\\", at)) != std::string::npos; at += 2)
    text.insert(at, 1, '\\');
  return text;
}

std::vector<fs::path> matches(const fs::path& pattern) {
  glob_t found{};
  std::vector<fs::path> files;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) files.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return files;
}

}  // namespace

std::vector<fs::path> ClimateManifest::files(const ClimateFiles& field, const std::string& scenario,
                                             const std::string& member) const {
  std::vector<fs::path> files;
  for (const std::string& pattern : field.patterns) {
    const fs::path folder = path.parent_path(),
                   file = filled(filled(pattern, "{scenario}", escaped(scenario)), "{member}", escaped(member));
    const std::vector<fs::path> found = matches(escaped(folder.string()) / file);
    if (found.empty())
      throw InputError(
          fmt::format("{}: no such file; mend {} in {}", (folder / file).string(), pattern, path.string()));
    files.insert(files.end(), found.begin(), found.end());
  }
  std::ranges::sort(files);
  return files;
}

ClimateManifest read_climate_manifest(const fs::path& path) {
  return Reader(path).manifest();
}

}  // namespace stormsweep

#include "search/space/method_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "search/base/text.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t most_eta = 1000;
constexpr std::uint64_t most_trainings = 1'000'000'000;  // multiplied by their milestones it still fits 64 bits
constexpr std::uint64_t largest_power = std::uint64_t{1} << 40;

struct Known {
  std::string_view name;
  std::vector<std::string> settings = {};  ///< that it takes
  bool ranges = true, rungs = false, proposes = false;
};

const std::vector<Known>& known_methods() {
  static const std::vector<Known> known{
      {.name = "grid", .ranges = false},
      {.name = "random", .settings = {"trials"}},
      {.name = "sobol", .settings = {"trials"}},
      {.name = "halving", .settings = {"eta", "size", "brackets", "from"}, .rungs = true},
      {.name = "hyperband", .settings = {"eta", "brackets", "from"}, .rungs = true},
      {.name = "bayes", .settings = {"trials", "width"}, .proposes = true}};
  return known;
}

const Known& known(const MethodSettings& method) {
  const auto& all = known_methods();
  return *std::find_if(all.begin(), all.end(), [&](const Known& k) { return k.name == method.name; });
}

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const Known& known : known_methods()) names.emplace_back(known.name);
  return names;
}

void read_name(const Field& field, MethodSettings& method) {
  method.name = field.text();
  const auto all = method_names();
  if (!contains(all, method.name)) field.refuse(suggestion(method.name, all));
}

std::optional<std::uint64_t> read_count(const Field& field, const char* key) {
  if (!field.has(key)) return std::nullopt;
  return static_cast<std::uint64_t>(field[key].integer(1));
}

}  // namespace

std::uint64_t bounded_power(std::uint64_t base, std::size_t exponent) {
  std::uint64_t power = 1;
  for (; exponent > 0 && power < largest_power; --exponent) power *= base;
  return std::min(power, largest_power);
}

MethodSettings read_method(const Field& field) {
  MethodSettings method;
  if (!field.json().is_object()) {
    read_name(field, method);
    return method;
  }
  read_name(field["name"], method);
  std::vector<std::string> keys = known(method).settings;
  keys.emplace_back("name");
  field.expect_keys(keys);
  method.trials = read_count(field, "trials");
  if (method.trials > most_trainings) field["trials"].refuse(fmt::format("give at most {}", most_trainings));
  method.size = read_count(field, "size");
  method.brackets = read_count(field, "brackets");
  method.width = read_count(field, "width");
  if (field.has("eta")) {
    const std::int64_t eta = field["eta"].integer(2);
    if (eta > most_eta) field["eta"].refuse(fmt::format("give at most {}", most_eta));
    method.eta = static_cast<std::uint32_t>(eta);
  }
  if (field.has("from")) {
    method.from = field["from"].text();
    if (method.from != "random" && method.from != "sobol") field["from"].refuse("give random or sobol");
  }
  return method;
}

bool takes_ranges(const MethodSettings& method) {
  return known(method).ranges;
}

std::vector<std::string> methods_that_take_ranges() {
  std::vector<std::string> names;
  for (const Known& known : known_methods())
    if (known.ranges) names.emplace_back(known.name);
  return names;
}

bool has_rungs(const MethodSettings& method) {
  return known(method).rungs;
}

bool is_adaptive(const MethodSettings& method) {
  return has_rungs(method) || makes_proposals(method);
}

bool makes_proposals(const MethodSettings& method) {
  return known(method).proposes;
}

}  // namespace stormsweep

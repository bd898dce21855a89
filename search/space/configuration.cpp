#include "search/space/configuration.hpp"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <numeric>

#include "search/base/deepest_json.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

__extension__ using Uint128 = unsigned __int128;

/// FNV-1a of 128 bits (Fowler, Noll, Vo; RFC 9923): offset basis and prime 2^88 + 2^8 + 0x3b.
class Hash {
 public:
  /// Adds `text` and an end mark, which no name or value holds.
  void add(std::string_view text) {
    for (const char c : text) add(static_cast<std::uint8_t>(c));
    add(std::uint8_t{0});
  }
  Identity bytes() const {
    Identity result;
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<std::uint8_t>(state_ >> (8 * (15 - i)));
    return result;
  }

 private:
  void add(std::uint8_t byte) { state_ = (state_ ^ byte) * ((Uint128{1} << 88) + 0x13b); }
  Uint128 state_ = Uint128{0x6c62272e07bb0142} << 64 | 0x62b821756295c58d;
};

}  // namespace

nlohmann::ordered_json to_json(const Configuration& configuration, const Experiment& experiment) {
  assert(configuration.values.size() == experiment.hyperparameters.size());
  nlohmann::ordered_json result = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < configuration.values.size(); ++i)
    result[experiment.hyperparameters[i].name] = to_json(configuration.values[i]);
  return result;
}

std::optional<Configuration> parse_configuration(const std::string& text, const Experiment& experiment) {
  const auto json = nlohmann::json::parse(text, not_too_deep, false);
  Configuration configuration;
  for (const Hyperparameter& hyperparameter : experiment.hyperparameters) {
    if (!json.is_object() || !json.contains(hyperparameter.name)) return std::nullopt;
    try {
      configuration.values.push_back(hyperparameter.read(json[hyperparameter.name], hyperparameter.name));
    } catch (const InputError&) {
      return std::nullopt;
    }
  }
  return configuration;
}

std::optional<Configuration> parse_earlier_configuration(const std::string& text, const Experiment& experiment) {
  auto json = nlohmann::json::parse(text, not_too_deep, false);
  if (!json.is_object()) return std::nullopt;
  const std::size_t before = json.size();
  for (const Hyperparameter& hyperparameter : experiment.hyperparameters)
    if (!json.contains(hyperparameter.name)) json[hyperparameter.name] = to_json(hyperparameter.fallback);
  if (json.size() == before || json.size() != experiment.hyperparameters.size()) return std::nullopt;
  return parse_configuration(json.dump(), experiment);
}

Identity identity(const Configuration& configuration, const Experiment& experiment, std::uint64_t seed) {
  std::vector<std::size_t> order(experiment.hyperparameters.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return experiment.hyperparameters[a].name < experiment.hyperparameters[b].name;
  });
  Hash hash;
  for (const std::size_t i : order) {
    const Value& value = configuration.values[i];
    hash.add(experiment.hyperparameters[i].name);
    hash.add("birw"[value.index()] + to_string(value));  // bool, integer, real, word: 1 is not 1.0
  }
  hash.add(std::to_string(seed));
  return hash.bytes();
}

Reader::Reader(const Configuration& configuration, const Experiment& experiment)
    : configuration_(configuration), experiment_(experiment) {}

template <class T>
const T& Reader::get(std::string_view name, std::string_view type) const {
  const auto refuse = [&](const std::string& problem, const std::string& remedy) {
    throw InputError("experiment " + experiment_.name + ": " + problem + "; " + remedy + " in its experiment.json");
  };
  const auto index = experiment_.find(name);
  if (!index)
    refuse("does not declare the hyperparameter " + std::string(name), "declare it, or \"include\": \"training\",");
  const T* value = std::get_if<T>(&configuration_.values.at(*index));
  if (!value)
    refuse("the hyperparameter " + std::string(name) + " is not of type " + std::string(type), "give it that type");
  return *value;
}

std::int64_t Reader::integer(std::string_view name) const {
  return get<std::int64_t>(name, "integer");
}
double Reader::real(std::string_view name) const {
  return get<double>(name, "real");
}
const std::string& Reader::choice(std::string_view name) const {
  return get<std::string>(name, "choice");
}
bool Reader::flag(std::string_view name) const {
  return get<bool>(name, "flag");
}

std::string to_hex(const Identity& identity) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : identity) {
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

bool any_length_alike(const Configuration& configuration, const Experiment& experiment) {
  const auto h = experiment.length_dependence();
  if (!h) return true;
  const std::vector<std::string>& dependent = experiment.hyperparameters[*h].of_length;
  return std::find(dependent.begin(), dependent.end(), std::get<std::string>(configuration.values[*h])) ==
         dependent.end();
}

}  // namespace stormsweep

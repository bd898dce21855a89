#include "search/space/value.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

namespace stormsweep {

std::string to_string(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  if (const auto* word = std::get_if<std::string>(&value)) return *word;
  char text[32];  // the shortest form of a double has at most 24 characters
  return {text, std::to_chars(text, text + sizeof text, std::get<double>(value)).ptr};
}

double rounded(double value, int digits) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits).ptr;
  std::from_chars(text, end, value);
  return value;
}

double as_real(const Value& number) {
  const auto* integer = std::get_if<std::int64_t>(&number);
  return integer ? static_cast<double>(*integer) : std::get<double>(number);
}

nlohmann::json to_json(const Value& value) {
  return std::visit([](const auto& held) { return nlohmann::json(held); }, value);
}

Value to_value(const nlohmann::json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  return json.get<std::string>();
}

}  // namespace stormsweep

#include "master/store/json_text.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <iterator>

namespace stormsweep {

namespace {

template <class Number>
std::string_view digits(std::array<char, 32>& buffer, Number number) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      break;
    case '\\':
      out += "\\\\";
      break;
    case '\n':
      out += "\\n";
      break;
    case '\t':
      out += "\\t";
      break;
    default:
      if (static_cast<unsigned char>(c) < 0x20)
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
      else
        out += c;
  }
}

void append_member(std::string& out, std::string_view name) {
  if (out.back() != '{') out += ',';
  append_json(out, name);
  out += ':';
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) append_escaped(out, c);
  out += '"';
}

void append_json(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::array<char, 32> buffer;
  const std::string_view text = digits(buffer, number);
  out += text;
  if (text.find_first_of(".e") == text.npos) out += ".0";
}

void append_json(std::string& out, const Value& value) {
  std::array<char, 32> buffer;
  if (const auto* flag = std::get_if<bool>(&value))
    out += *flag ? "true" : "false";
  else if (const auto* integer = std::get_if<std::int64_t>(&value))
    out += digits(buffer, *integer);
  else if (const auto* real = std::get_if<double>(&value))
    append_json(out, *real);
  else
    append_json(out, std::string_view(std::get<std::string>(value)));
}

void append_json(std::string& out, const Configuration& configuration, const Experiment& experiment) {
  out += '{';
  for (std::size_t i = 0; i < configuration.values.size(); ++i) {
    append_member(out, experiment.hyperparameters[i].name);
    append_json(out, configuration.values[i]);
  }
  out += '}';
}

void append_json(std::string& out, const Metrics& metrics) {
  out += '{';
  for (const auto& [name, value] : metrics) {
    append_member(out, name);
    append_json(out, value);
  }
  out += '}';
}

}  // namespace stormsweep

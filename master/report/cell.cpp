#include "master/report/cell.hpp"

#include <fmt/format.h>

#include <cmath>

#include "search/space/value.hpp"

namespace stormsweep {

namespace {

std::string display_real(double number, Style style) {
  switch (style) {
    case Style::seconds:
      return fmt::format("{:.3f}", number);
    case Style::metric: {
      const double size = std::abs(number);
      return size == 0 || (size >= 1e-3 && size < 1e5) ? fmt::format("{:.4f}", number) : fmt::format("{:.3e}", number);
    }
    case Style::rate:
      return fmt::format("{:.4g}", number);
    case Style::plain:
      break;
  }
  return to_string(Value(number));
}

}  // namespace

std::string display(const Cell& cell, Style style) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return display_real(*real, style);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return "-";
}

std::optional<double> number(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*integer);
  const auto* real = std::get_if<double>(&cell);
  return real ? std::optional(*real) : std::nullopt;
}

}  // namespace stormsweep

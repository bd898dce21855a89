#include "master/report/cell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/drawing/axis_scale.hpp"
#include "search/space/value.hpp"

namespace stormsweep {

namespace {

std::string display_metric(double number, int more) {
  const double size = std::abs(number);
  if (size != 0 && (size < 1e-3 || size >= 1e5)) return fmt::format("{:.{}e}", number, 3 + more);
  return size == 0 || size >= 0.1 ? fmt::format("{:.{}f}", number, 4 + more)
                                  : fmt::format("{:#.{}g}", number, 4 + more);
}

std::string display_real(double number, Style style, int more) {
  switch (style) {
    case Style::seconds:
      return fmt::format("{:.{}f}", number, 3 + more);
    case Style::metric:
      return display_metric(number, more);
    case Style::rate:
      return fmt::format("{:.{}g}", number, 4 + more);
    case Style::plain:
      break;
  }
  return to_string(Value(number));
}

}  // namespace

std::string display(const Cell& cell, Style style, int more) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return std::to_string(*integer);
  if (const auto* real = std::get_if<double>(&cell)) return display_real(*real, style, more);
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  return "-";
}

ColumnTexts::ColumnTexts(std::vector<double> reals, Style style) : style_(style) {
  std::erase_if(reals, [](double real) { return !std::isfinite(real); });
  std::sort(reals.begin(), reals.end());
  const auto alike = [&](double a, double b) {
    return display(a, style, more_) == display(b, style, more_) && !differ_by_rounding(a, b);
  };
  constexpr int all_digits = 13;  // with the style's 4, the 17 of a double
  const bool all_alike = !reals.empty() && alike(reals.front(), reals.back());
  const int most = all_alike ? all_digits : style == Style::metric ? 3 : 0;
  while (more_ < most && std::adjacent_find(reals.begin(), reals.end(), alike) != reals.end()) ++more_;
}

std::optional<double> number(const Cell& cell) {
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) return static_cast<double>(*integer);
  const auto* real = std::get_if<double>(&cell);
  return real ? std::optional(*real) : std::nullopt;
}

}  // namespace stormsweep

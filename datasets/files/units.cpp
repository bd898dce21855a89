#include "datasets/files/units.hpp"

#include <udunits2.h>

#include <array>
#include <memory>
#include <mutex>
#include <regex>
#include <utility>

#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

using Unit = std::unique_ptr<ut_unit, decltype(&ut_free)>;
using Converter = std::unique_ptr<cv_converter, decltype(&cv_free)>;

/// The system of all units; made once, used by one thread at a time.
ut_system* known_units() {
  ut_set_error_message_handler(ut_ignore);
  static ut_system* const units = ut_read_xml(nullptr);
  if (!units)
    throw InputError("udunits2.xml: UDUNITS-2 cannot read its table of units; set UDUNITS2_XML_PATH to where it is");
  return units;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\n"), last = text.find_last_not_of(" \t\n");
  return first == std::string::npos ? "" : text.substr(first, last - first + 1);
}

/// Units as people write them, in UDUNITS-2's spelling.
std::string as_udunits(std::string text) {
  constexpr std::array<std::pair<const char*, const char*>, 9> writings{{{"\u2212", "-"},
                                                                         {"\u207b", "-"},
                                                                         {"\u00b9", "1"},
                                                                         {"\u00b2", "2"},
                                                                         {"\u00b3", "3"},
                                                                         {"\u00b7", " "},
                                                                         {"\u22c5", " "},
                                                                         {"hundredths of ", "0.01 "},
                                                                         {"tenths of ", "0.1 "}}};
  for (const auto& [from, to] : writings) replace_all(text, from, to);
  if (text.find(':') != std::string::npos || text.find(" since ") != std::string::npos) return trimmed(text);
  static const std::regex interval(R"(/\s*(\d+)\s*(s|sec|min|minutes?|h|hr|hours?|d|days?)\b)"),
      exponent(R"(([a-z])\s+(-\d))"), power(R"((^|\s)(\d+)\s*(s|sec|min|minutes?|h|hr|hours?|d|days?)\s*(\^|\*\*)?-1)"),
      water(R"(\sof water.*)");
  text = std::regex_replace(text, interval, "/($1 $2)");  // UDUNITS-2 takes "mm/5min" for mm/5 times a minute
  text = std::regex_replace(text, exponent, "$1$2");
  text = std::regex_replace(text, power, "$1($2 $3)-1");  // and "mm 3h-1" for 3 mm/h
  return trimmed(std::regex_replace(text, water, ""));
}

/// Replaces what UDUNITS-2 does not know or takes for something else, such as "mb" for millibarns: tried last.
std::string with_nicknames(std::string text) {
  static const std::regex millibars(R"(\bmbs?\b)"), knots(R"(\bkts\b)"), kelvins(R"(\bdeg(rees?)?\s+(k|kelvin)\b)");
  text = std::regex_replace(text, millibars, "mbar");
  text = std::regex_replace(text, knots, "knots");
  return std::regex_replace(text, kelvins, "kelvin");
}

Unit parse(const std::string& text) {
  return {text.empty() ? nullptr : ut_parse(known_units(), text.c_str(), UT_UTF8), ut_free};
}

Converter converter(const std::string& from, const Unit& to) {
  const Unit unit = parse(from);
  return {unit && to ? ut_get_converter(unit.get(), to.get()) : nullptr, cv_free};
}

}  // namespace

std::optional<UnitConversion> unit_conversion(const std::string& from, const std::string& to) {
  if (from.size() > longest_units) return std::nullopt;
  static std::mutex one_at_a_time;
  const std::scoped_lock lock(one_at_a_time);
  const Unit target = parse(to);
  Converter found = converter(as_udunits(from), target);
  const std::string small = as_udunits(lower(from));
  if (!found) found = converter(small, target);
  if (!found) found = converter(with_nicknames(small), target);
  if (!found) return std::nullopt;
  const double offset = cv_convert_double(found.get(), 0);
  return UnitConversion{cv_convert_double(found.get(), 1) - offset, offset};
}

}  // namespace stormsweep

#include "datasets/files/units.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace stormsweep;

TEST_CASE("units: of rain, in every writing that weather services use") {
  const std::map<std::string, double> rates{
      {"mm/h", 1},         {"mm/hr", 1},        {"mm h-1", 1},           {"mm hr-1", 1},         {"mm hour-1", 1},
      {"mm/hour", 1},      {"mm h**-1", 1},     {"mm h^-1", 1},          {"mm per hour", 1},     {" mm/h ", 1},
      {"MM/H", 1},         {"mm h -1", 1},      {"mm/day", 1 / 24.},     {"mm d-1", 1 / 24.},    {"mm s-1", 3600},
      {"m s-1", 3.6e6},    {"m s**-1", 3.6e6},  {"mm/5min", 12},         {"mm/3h", 1 / 3.},      {"mm 3h-1", 1 / 3.},
      {"mm 5 min^-1", 12}, {"MM 3H-1", 1 / 3.}, {"MM/5MIN", 12},         {"MM H -1", 1},         {"mm/(5 min)", 12},
      {"inch/hour", 25.4}, {"0.1 mm/h", 0.1},   {"mm h\u207b\u00b9", 1}, {"mm\u00b7h\u22121", 1}};
  for (const auto& [unit, factor] : rates) {
    CAPTURE(unit);
    const auto conversion = unit_conversion(unit, "mm h-1");
    REQUIRE(conversion);
    CHECK(conversion->scale == doctest::Approx(factor));
    CHECK(conversion->offset == 0);
  }
  for (const char* const unit : {"kg m-2 day-1", "kg/m2/day", "kg m**-2 d**-1", "Kg m-2 d-1", "kg/(m^2 day)"}) {
    CAPTURE(unit);
    const auto conversion = unit_conversion(unit, "kg m-2 h-1");
    REQUIRE(conversion);
    CHECK(conversion->scale == doctest::Approx(1 / 24.));
  }
  for (const char* const unit : {"kg.m-2", "kg m**-2", "kg m^-2", "kg/m^2", "kg/m2", "kg m-2"}) {
    CAPTURE(unit);
    CHECK(unit_conversion(unit, "kg m-2"));
  }
  CHECK(unit_conversion("m of water equivalent", "mm")->scale == 1000);
  CHECK(unit_conversion("1/10 mm", "mm")->scale == doctest::Approx(0.1));
  CHECK(unit_conversion("hundredths of mm", "mm")->scale == doctest::Approx(0.01));
  CHECK(unit_conversion("Tenths of MM", "mm")->scale == doctest::Approx(0.1));
}

TEST_CASE("units: with an offset, and texts that are no unit") {
  const auto celsius = unit_conversion("degC", "K");
  REQUIRE(celsius);
  CHECK(celsius->scale == doctest::Approx(1));
  CHECK(celsius->offset == doctest::Approx(273.15));
  for (const char* const unit : {"hPa", "mb", "MB", "mbar", "millibars"})
    CHECK(unit_conversion(unit, "Pa")->scale == 100);
  for (const char* const unit : {"kt", "kts", "knots"})
    CHECK(unit_conversion(unit, "m s-1")->scale == doctest::Approx(0.514444));
  CHECK(unit_conversion("deg K", "K")->scale == 1);
  CHECK(!unit_conversion("K", "mm"));
  CHECK(!unit_conversion("zorkmids", "mm"));
  CHECK(!unit_conversion("", "mm"));
}

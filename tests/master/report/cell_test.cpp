#include "master/report/cell.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("numbers are shown by what they are") {
  CHECK(display(Cell{}, Style::plain) == "-");
  CHECK(display(Cell{std::int64_t{65536}}, Style::seconds) == "65536");
  CHECK(display(Cell{0.001}, Style::plain) == "0.001");
  CHECK(display(Cell{12.34567}, Style::seconds) == "12.346");
  CHECK(display(Cell{0.95678}, Style::metric) == "0.9568");
  CHECK(display(Cell{0.0}, Style::metric) == "0.0000");
  CHECK(display(Cell{0.00012345}, Style::metric) == "1.234e-04");
  CHECK(display(Cell{-1234567.0}, Style::metric) == "-1.235e+06");
  CHECK(display(Cell{12345.678}, Style::rate) == "1.235e+04");
}

TEST_CASE("a cell is a number, or none") {
  CHECK(number(Cell(std::int64_t{3})) == 3);
  CHECK(number(Cell(0.5)) == 0.5);
  CHECK_FALSE(number(Cell(std::string("3"))));
  CHECK_FALSE(number(Cell()));
}

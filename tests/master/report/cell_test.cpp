#include "master/report/cell.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace stormsweep;

TEST_CASE("numbers are shown by what they are") {
  CHECK(display(Cell{}, Style::plain) == "-");
  CHECK(display(Cell{std::int64_t{65536}}, Style::seconds) == "65536");
  CHECK(display(Cell{0.001}, Style::plain) == "0.001");
  CHECK(display(Cell{12.34567}, Style::seconds) == "12.346");
  CHECK(display(Cell{0.95678}, Style::metric) == "0.9568");
  CHECK(display(Cell{0.0}, Style::metric) == "0.0000");
  CHECK(display(Cell{0.00114}, Style::metric) == "0.001140");
  CHECK(display(Cell{0.00012345}, Style::metric) == "1.234e-04");
  CHECK(display(Cell{-1234567.0}, Style::metric) == "-1.235e+06");
  CHECK(display(Cell{12345.678}, Style::rate) == "1.235e+04");
}

TEST_CASE("different values of a column look different") {
  const double nan = std::nan("");
  const auto shown = [](const std::vector<double>& reals, Style style) {
    std::string all;
    for (const double real : reals) all += ColumnTexts(reals, style)(real) + ' ';
    return all;
  };
  CHECK(shown({0.00114, 0.00106}, Style::metric) == "0.001140 0.001060 ");
  CHECK(shown({0.99996, 1.0, 0.5}, Style::metric) == "0.99996 1.00000 0.50000 ");
  CHECK(shown({0.5, 0.25, 0.5, nan}, Style::metric) == "0.5000 0.2500 0.5000 nan ");
  CHECK(shown({0.1, 0.1 + 1e-17, 0.2}, Style::metric) == "0.1000 0.1000 0.2000 ");
  CHECK(shown({0.5, 0.500000001, 0.7}, Style::metric) == "0.5000000 0.5000000 0.7000000 ");  // no more
  CHECK(shown({0.912301, 0.912303}, Style::metric) == "0.912301 0.912303 ");
  CHECK(shown({1.0001, 1.0002, 2.0}, Style::seconds) == "1.000 1.000 2.000 ");
  CHECK(shown({1.0001, 1.0002}, Style::seconds) == "1.0001 1.0002 ");
  CHECK(shown({}, Style::metric).empty());
}

TEST_CASE("a cell is a number, or none") {
  CHECK(number(Cell(std::int64_t{3})) == 3);
  CHECK(number(Cell(0.5)) == 0.5);
  CHECK_FALSE(number(Cell(std::string("3"))));
  CHECK_FALSE(number(Cell()));
}

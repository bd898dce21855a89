#include "datasets/files/field_layout.hpp"

#include <doctest/doctest.h>

#include "tests/datasets/netcdf_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;
using namespace stormsweep::netcdf;

namespace {

/// The layout of a field of 2 x 3 x 4 values over dimensions a, b, c whose coordinates have these attributes.
std::optional<FieldLayout> layout(const std::vector<NetcdfMaker::Texts>& attributes,
                                  const std::vector<std::string>& names = {"a", "b", "c"}) {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    for (std::size_t i = 0; i < names.size(); ++i) {
      maker.dimension(names[i].c_str(), i + 2);
      if (!attributes.empty() && !attributes[i].empty())
        maker.variable(names[i], NC_INT, {names[i]}, {}, attributes[i]);
    }
    maker.variable("field", NC_FLOAT, names, {});
  }
  const File file = open_netcdf(folder / "a.nc");
  return layout_of(file, *file.variable("field"));
}

void check(const std::optional<FieldLayout>& layout, std::size_t time, std::size_t row, std::size_t column) {
  REQUIRE(layout);
  CHECK(layout->time == time);
  CHECK(layout->row == row);
  CHECK(layout->column == column);
}

}  // namespace

TEST_CASE("field layout: recognised by standard names, axis, units and names") {
  check(layout({{{"standard_name", "longitude"}}, {{"standard_name", "latitude"}}, {{"standard_name", "time"}}}), 2, 1,
        0);
  check(layout({{{"axis", "X"}}, {{"axis", "T"}}, {{"axis", "Y"}}}), 1, 2, 0);
  check(layout({{{"units", "hours since 2000-01-01"}}, {{"units", "degrees_east"}}, {{"units", "degreeN"}}}), 0, 2, 1);
  check(layout({{}, {}, {}}, {"valid_time", "lon", "lat"}), 0, 2, 1);
  check(layout({}, {"nx", "ny", "time"}), 2, 1, 0);
  check(layout({}, {"time", "south_north", "west_east"}), 0, 1, 2);
  check(layout({}), 0, 1, 2);  // nothing identifies them
  check(layout({}, {"time", "height", "width"}), 0, 1, 2);
  check(layout({}, {"Width", "Height", "frame"}), 2, 1, 0);
  CHECK(!layout({})->told);
  CHECK(layout({}, {"time", "y", "x"})->told);
}

TEST_CASE("field layout: coordinates of other names than their dimensions") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("a", 3), maker.dimension("b", 2);
    maker.variable("longitude", NC_FLOAT, {"a"}, {}, {{"units", "degrees_east"}});
    maker.variable("latitude", NC_FLOAT, {"b"}, {}, {{"units", "degrees_north"}});
    maker.variable("field", NC_FLOAT, {"a", "b"}, {});
  }
  const File file = open_netcdf(folder / "a.nc");
  const auto field = file.variable("field");
  CHECK(coordinate_of(file, *field, 1)->name == "latitude");
  CHECK(layout_of(file, *field)->row == 1);
}

TEST_CASE("field layout: a variable of a dimension's name and another length is not its coordinate") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("lat", 2), maker.dimension("lon", 3), maker.dimension("more", 4);
    maker.variable("lat", NC_FLOAT, {"more"}, {1, 2, 3, 4}, {{"units", "degrees_north"}});
    maker.variable("lon", NC_FLOAT, {"lon"}, {1, 2, 3}, {{"units", "degrees_east"}});
    maker.variable("field", NC_FLOAT, {"lat", "lon"}, {});
  }
  const File file = open_netcdf(folder / "a.nc");
  CHECK(!coordinate_of(file, *file.variable("field"), 0));
  CHECK(coordinate_of(file, *file.variable("field"), 1));
}

TEST_CASE("field layout: levels, and fields that are no stack of images") {
  const auto levels = layout({{{"units", "hPa"}}, {}, {}}, {"pressure_level", "latitude", "longitude"});
  REQUIRE(levels);
  CHECK(levels->level == 0);
  CHECK(!levels->time);
  CHECK(layout({}, {"height", "lat", "lon"})->level == 0);
  CHECK(!layout({}, {"time", "number", "lat", "lon"}));  // members of an ensemble
  CHECK(!layout({}, {"time"}));
}

TEST_CASE("field layout: an image is read as rows and columns, whichever comes first") {
  const TemporaryFolder folder;
  {
    NetcdfMaker maker(folder / "a.nc");
    maker.dimension("x", 3), maker.dimension("time", 2), maker.dimension("y", 2);
    // x * 100 + time * 10 + y
    maker.variable("field", NC_SHORT, {"x", "time", "y"}, {0, 1, 10, 11, 100, 101, 110, 111, 200, 201, 210, 211});
  }
  const File file = open_netcdf(folder / "a.nc");
  const auto field = file.variable("field");
  CHECK(read_image(file, *field, *layout_of(file, *field), 1) == std::vector<double>{10, 110, 210, 11, 111, 211});
}

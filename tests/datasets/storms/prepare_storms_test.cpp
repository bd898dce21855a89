#include "datasets/storms/prepare_storms.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <set>

#include "datasets/storms/storm_patch_file.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/storms/patch_file.hpp"
#include "tests/folder.hpp"
#include "tests/places.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t points = 1024;

PreparedStorms prepare(const std::vector<fs::path>& raw, const fs::path& folder) {
  return prepare_storms({.paths = raw}, folder, [](std::int64_t, std::int64_t) {});
}

/// Patch p of file `number`: echo 10 number + p + point / 1024, u = -echo, v = 2 echo; vorticity 0.001 but 0.0004 p at
/// one point; each at centroid (40 p, 0).
struct RawFile {
  int number = 0;
  std::size_t patches = 4;
  std::vector<float> echo, u, v, vorticity, rows, columns;

  RawFile(int which, std::size_t n) : number(which), patches(n), columns(n, 0) {
    for (std::size_t p = 0; p < n; ++p) {
      for (std::size_t i = 0; i < points; ++i) {
        echo.push_back(static_cast<float>(10 * number) + static_cast<float>(p) + static_cast<float>(i) / points);
        vorticity.push_back(i == 77 ? 0.0004f * static_cast<float>(p) : 0.001f);
      }
      rows.push_back(40.0f * static_cast<float>(p));
    }
    for (const float value : echo) u.push_back(-value), v.push_back(2 * value);
  }
  void write(const fs::path& path) const {
    PatchFileMaker file(path, patches);
    file.put("REFL_COM_curr", echo), file.put("U10_curr", u), file.put("V10_curr", v);
    file.put("RVORT1_MAX_future", vorticity);
    file.put("centroid_i", rows, 1), file.put("centroid_j", columns, 1);
  }
};

std::string refusal(const std::vector<fs::path>& raw, const fs::path& folder) {
  return stormsweep::refusal([&] { prepare(raw, folder); });
}

const char* const split_files[] = {"train.h5", "validation.h5", "test.h5"};

}  // namespace

TEST_CASE("prepare: files become splits by date, in order, channels last, with vorticity over the whole patch") {
  const TemporaryFolder raw, out;
  RawFile(2, 6).write(raw / "NCARSTORM_20120601-0000_d01_model_patches.nc");
  RawFile(0, 6).write(raw / "NCARSTORM_20100601-0000_d01_model_patches.nc");
  RawFile(1, 6).write(raw / "NCARSTORM_20110601-0000_d01_model_patches.nc");
  const PreparedStorms prepared =
      prepare({raw.path(), raw / "NCARSTORM_20110601-0000_d01_model_patches.nc"}, out.path());
  CHECK(prepared.files == 3);
  CHECK(prepared.patches == 18);
  CHECK(prepared.on_the_cut == 0);
  CHECK(prepared.split == "by date: training from 20100601, validation from 20110601, test from 20120601 to 20120601");
  for (std::size_t s = 0; s < 3; ++s) {
    const Storms storms(out / split_files[s]);
    REQUIRE(storms.size() == 6);
    CHECK(prepared.counts[s] == SplitCount{6, 0, 0});
    const RawFile expected(static_cast<int>(s), 6);
    for (std::size_t p = 0; p < 6; ++p) {
      const auto patch = storms.patch(static_cast<std::int64_t>(p));
      for (const std::size_t i : {std::size_t{0}, std::size_t{33}, points - 1}) {
        CHECK(patch[3 * i] == expected.echo[points * p + i]);
        CHECK(patch[3 * i + 1] == expected.u[points * p + i]);
        CHECK(patch[3 * i + 2] == expected.v[points * p + i]);
      }
      CHECK(storms.vorticity_max()[p] == std::max(0.001f, 0.0004f * static_cast<float>(p)));
      CHECK(storms.vorticity_mean()[p] == doctest::Approx((1023 + 0.4 * static_cast<double>(p)) / 1024 / 1000));
    }
    double sum = 0;  // of the training file's echoes, not this one's
    const RawFile training(0, 6);
    for (const float value : training.echo) sum += value;
    CHECK(storms.statistics().mean[0] == doctest::Approx(sum / 6 / points));
    CHECK(storms.statistics().mean[2] == doctest::Approx(2 * sum / 6 / points));
  }
}

TEST_CASE("prepare: storms with missing or infinite values are dropped and counted") {
  const TemporaryFolder raw, out;
  for (int day = 1; day <= 3; ++day) {
    RawFile file(day, 700);  // more than a block
    if (day == 1) file.echo[points * 600] = std::numeric_limits<float>::quiet_NaN();
    if (day == 2) file.u[points * 2 + 5] = NC_FILL_FLOAT, file.v[points * 2 + 6] = NC_FILL_FLOAT;
    if (day == 3) file.vorticity[9] = std::numeric_limits<float>::infinity();
    file.write(raw / fmt::format("NCARSTORM_2010010{}-0000_d01_model_patches.nc", day));
  }
  const PreparedStorms prepared = prepare({raw.path()}, out.path());
  CHECK(prepared.not_finite == 3);
  for (const char* split : split_files) {
    CHECK(Storms(out / split).size() == 699);
    CHECK(scan(Storms(out / split)).not_finite == 0);
  }
  CHECK(Storms(out / "train.h5").patch(600)[0] == 611);  // storms after a dropped one move up
  CHECK(Storms(out / "validation.h5").patch(2)[0] == 23);
}

TEST_CASE("prepare: files whose patches all lack a channel are refused, naming the channel") {
  const TemporaryFolder raw, out;
  for (int day = 1; day <= 3; ++day) {
    RawFile file(day, 4);
    std::ranges::fill(file.u, NC_FILL_FLOAT);
    if (day == 2) file.vorticity[9] = std::numeric_limits<float>::quiet_NaN();
    file.write(raw / fmt::format("NCARSTORM_2010010{}-0000_d01_model_patches.nc", day));
  }
  CHECK(refusal({raw.path()}, out.path()) ==
        (fs::canonical(raw.path()) / "NCARSTORM_20100101-0000_d01_model_patches.nc").string() +
            " and 2 more: each of 12 patches misses values: U10_curr in 12, RVORT1_MAX_future in 1; give files that "
            "have them");
}

TEST_CASE("prepare: fewer than three dates are split by place; what cannot be split is refused") {
  const TemporaryFolder raw, out;
  RawFile(1, 10).write(raw / "NCARSTORM_20100101-0000_d01_model_patches.nc");
  const PreparedStorms prepared = prepare({raw.path()}, out.path());
  CHECK(prepared.counts[0].storms == 7);
  CHECK(prepared.counts[1].storms == 1);
  CHECK(prepared.counts[2].storms == 2);

  RawFile near(1, 10);
  for (float& row : near.rows) row /= 20;
  near.write(raw / "NCARSTORM_20100101-0000_d01_model_patches.nc");
  CHECK(refusal({raw.path()}, out.path()).find("too close together") != std::string::npos);
}

TEST_CASE("prepare: bad input is refused in one line that names the file, and the old splits stay") {
  const TemporaryFolder raw, out;
  const fs::path path = raw / "NCARSTORM_20100101-0000_d01_model_patches.nc";
  const RawFile good(1, 10);
  good.write(path);
  prepare({path}, out.path());
  const std::string before = scan(Storms(out / "train.h5")).fingerprint;
  const auto refused_for = [&](const std::string& problem) {
    const std::string message = refusal({path}, out.path());
    INFO(message);
    CHECK(message.starts_with(path.string() + ": "));
    CHECK(message.find(problem) != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
    CHECK(scan(Storms(out / "train.h5")).fingerprint == before);
    CHECK(std::distance(fs::directory_iterator(out.path()), {}) == 3);
  };
  SUBCASE("not NetCDF") {
    std::ofstream(path) << "storms\n";
    refused_for("cannot be read as NetCDF");
  }
  SUBCASE("cut short") {
    fs::resize_file(path, fs::file_size(path) / 2);
    refused_for("cannot be read");
  }
  SUBCASE("a variable is missing") {
    PatchFileMaker file(path, 10);
    file.put("REFL_COM_curr", good.echo), file.put("U10_curr", good.u);
    refused_for("has no variable V10_curr");
  }
  SUBCASE("another shape") {
    PatchFileMaker(path, 10, 16).put("REFL_COM_curr", good.echo);
    refused_for("REFL_COM_curr has the shape (10, 16, 16), not (10, 32, 32)");
  }
  SUBCASE("without places") {
    PatchFileMaker file(path, 10);
    file.put("REFL_COM_curr", good.echo), file.put("U10_curr", good.u), file.put("V10_curr", good.v);
    file.put("RVORT1_MAX_future", good.vorticity);
    refused_for("cannot be split by place");
  }
}

TEST_CASE("prepare: what does not exist, has no date, or cannot be written to is refused") {
  const TemporaryFolder raw, out;
  CHECK(refusal({raw / "none.nc"}, out.path()).find("no such file or folder") != std::string::npos);
  CHECK(refusal({raw.path()}, out.path()).find("holds no *.nc file") != std::string::npos);
  CHECK(refusal({raw / "none.nc"}, "/proc/no").starts_with("/proc/no: cannot be written to"));  // before reading
  std::ofstream(raw / "storms.nc") << "";
  CHECK(refusal({raw.path()}, out.path()).find("has no date in its name") != std::string::npos);
  CHECK(refusal({raw.path()}, out / "new/folders").find("has no date in its name") != std::string::npos);
  CHECK(fs::is_empty(out.path()));
}

TEST_SUITE("real data") {
  TEST_CASE("prepare: real radar patches overlap, yet no grid point is in two splits") {
    const auto data = real_data("tornado/NCARSTORM_20181220-0606_radar_model_patches.nc");
    if (!data) return;
    const fs::path& path = *data;
    const TemporaryFolder out;
    const PreparedStorms prepared = prepare({path}, out.path());
    CHECK(prepared.patches == 131);
    CHECK(prepared.not_finite == 0);

    const StormPatchFile file(path);
    std::vector<float> patches(131 * storm_floats), vorticity_max(131), vorticity_mean(131);
    file.read(0, 131, patches, vorticity_max, vorticity_mean);
    const PatchPlaces places = file.places(false);
    CHECK(places.width == storm_side);

    // Patches are found again by their contents, so this test does not rely on the writer.
    std::map<std::pair<int, int>, std::set<int>> splits_of_point;
    std::int64_t found = 0;
    for (int s = 0; s < 3; ++s) {
      const Storms storms(out / split_files[s]);
      for (std::size_t p = 0; p < 131; ++p) {
        const auto raw = std::span(patches).subspan(p * storm_floats, storm_floats);
        for (std::int64_t i = 0; i < storms.size(); ++i) {
          if (!std::ranges::equal(storms.patch(i), raw)) continue;
          ++found;
          for (int r = 0; r < storm_side; ++r) {
            for (int c = 0; c < storm_side; ++c) {
              splits_of_point[{places.corners[p].row + r, places.corners[p].column + c}].insert(s);
            }
          }
        }
      }
    }
    CHECK(found == 131 - prepared.on_the_cut);
    CHECK(std::ranges::all_of(splits_of_point, [](const auto& point) { return point.second.size() == 1; }));
  }
}

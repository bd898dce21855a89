#include "datasets/nowcast/prepare_nowcast.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include "datasets/nowcast/blurred_extrapolation.hpp"
#include "datasets/nowcast/patch_extrapolation.hpp"
#include "datasets/radar/radar_archive.hpp"
#include "datasets/radar/radar_files.hpp"
#include "search/base/error.hpp"
#include "tests/datasets/radar/radar_maker.hpp"
#include "tests/folder.hpp"
#include "tests/places.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

constexpr std::int64_t midnight = 1282780800;  // 2010-08-26 00:00 UTC
constexpr std::int64_t height = 72, width = 64, side = 48;

/// Pixels of image `i`: no two images, rows or columns are alike. A column at the left edge is missing.
float pixel(std::int64_t i, std::int64_t y, std::int64_t x) {
  return x == 0 ? 65535 : static_cast<float>((i * 7919 + y * 104729 + x * 1299709) % 500);
}

std::string clock_of(std::int64_t minutes) {
  return fmt::format("26-AUG-2010;{:02}:{:02}:00.000", minutes / 60, minutes % 60);
}

fs::path name_of_image(const fs::path& folder, std::int64_t i) {
  return folder / fmt::format("image{:03}.h5", i);
}

void write_image(const fs::path& folder, std::int64_t i, float pixel_km = 1, const KnmiFile& like = {},
                 std::int64_t columns = width) {
  KnmiFile file = like;
  file.begin = clock_of(5 * i), file.end = clock_of(5 * i + 5), file.pixel_km = pixel_km;
  file.height = height, file.width = columns;
  file.pixels.clear();
  for (std::int64_t y = 0; y < height; ++y)
    for (std::int64_t x = 0; x < columns; ++x) file.pixels.push_back(pixel(i, y, x));
  file.write(name_of_image(folder, i));
}

void write_images(const fs::path& folder, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) write_image(folder, i);
}

RawRadar raw(const fs::path& folder, std::int64_t patches = 40) {
  RawRadar result;
  result.paths = {folder}, result.side = side, result.patches = patches;
  return result;
}

PreparedNowcast prepare(const RawRadar& what, const fs::path& out) {
  return prepare_nowcast(what, out, [](double share) { REQUIRE(share <= 1); });
}

std::string refusal(const RawRadar& what, const fs::path& out) {
  return stormsweep::refusal([&] { prepare(what, out); });
}

/// The numbers of the images in each split; checks that every patch is the piece of the images at its time and place.
std::map<std::string, std::set<std::int64_t>> images_used(const fs::path& out) {
  std::map<std::string, std::set<std::int64_t>> used;
  for (const char* name : {"train", "validation", "test"}) {
    if (!fs::exists(out / (std::string(name) + ".h5"))) continue;
    const NowcastPatches patches(out / (std::string(name) + ".h5"));
    std::int64_t wrong = 0;
    for (std::int64_t p = 0; p < patches.size(); ++p) {
      const auto k = static_cast<std::size_t>(p);
      const std::int64_t last_input = (patches.times()[k] - midnight) / 300 - 1;
      for (std::int64_t frame = 0; frame < nowcast_frames; ++frame) {
        const std::int64_t image = last_input + 2 * (frame - 6);
        used[name].insert(image);
        const auto got = frame < 7 ? patches.input(p).subspan(static_cast<std::size_t>(frame * side * side))
                                   : patches.target(p).subspan(static_cast<std::size_t>((frame - 7) * side * side));
        for (std::int64_t i = 0; i < side * side; ++i) {
          const float raw_pixel = pixel(image, patches.rows()[k] + i / side, patches.columns()[k] + i % side);
          wrong += got[static_cast<std::size_t>(i)] != (raw_pixel == 65535 ? 0 : 12 * raw_pixel);
        }
      }
    }
    CHECK(wrong == 0);
  }
  return used;
}

}  // namespace

TEST_CASE("prepare nowcast: patches are pieces of the images, no image is in two splits") {
  const TemporaryFolder images, out;
  write_images(images.path(), 60);
  const PreparedNowcast prepared = prepare(raw(images.path()), out.path());
  CHECK(prepared.files == 60);
  CHECK(prepared.images == 60);
  CHECK(prepared.interval_minutes == 5);
  CHECK(prepared.meta.step_minutes == 10);
  CHECK(prepared.windows == std::array<std::int64_t, 3>{10, 0, 2});
  CHECK(prepared.dropped_windows == 24);
  CHECK(prepared.counts[0].patches == 32);
  CHECK(prepared.counts[2].patches == 8);
  CHECK(!fs::exists(out / "validation.h5"));
  const auto used = images_used(out.path());
  for (const std::int64_t image : used.at("train")) CHECK(!used.at("test").contains(image));
  CHECK(*used.at("train").rbegin() < *used.at("test").begin());
}

TEST_CASE("prepare nowcast: statistics are those of all pixels of the training patches, in every file") {
  const TemporaryFolder images, out;
  write_images(images.path(), 60);
  prepare(raw(images.path()), out.path());
  const NowcastPatches train(out / "train.h5"), test(out / "test.h5");
  double sum = 0, squares = 0, count = 0;
  for (std::int64_t p = 0; p < train.size(); ++p) {
    for (const auto& part : {train.input(p), train.target(p)}) {
      for (const std::uint16_t stored : part) sum += stored * 0.01, squares += stored * 0.01 * stored * 0.01, ++count;
    }
  }
  const double mean = sum / count;
  for (const NowcastPatches* patches : {&train, &test}) {
    CHECK(patches->meta().statistics.mean == doctest::Approx(mean));
    CHECK(patches->meta().statistics.deviation == doctest::Approx(std::sqrt(squares / count - mean * mean)));
  }
}

TEST_CASE("prepare nowcast: images that cannot be unpacked are told, also where too few are left") {
  const TemporaryFolder images, out;
  write_images(images.path(), 140);
  for (std::int64_t i = 0; i < 140; ++i) {  // bytes that gzip did not write; the rest of the file is in order
    const hdf5::Handle file(H5Fopen(name_of_image(images.path(), i).c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    constexpr std::array<hsize_t, 2> begin{};
    H5Dwrite_chunk(hdf5::open_object(file, "image1/image_data"), H5P_DEFAULT, 0, begin.data(), 4, "none");
  }
  RawRadar all = raw(images.path());
  std::size_t told = 0;
  all.found = [&](const PreparedNowcast& so_far) { told = so_far.skipped.size(); };
  CHECK(refusal([&] { prepare(all, out.path()); }).find("no place for a patch") != std::string::npos);
  CHECK(told == 140);
}

TEST_CASE("prepare nowcast: gaps are not bridged; corrupt files are gaps and reported, or refused") {
  const TemporaryFolder images, out;
  write_images(images.path(), 140);
  fs::remove(name_of_image(images.path(), 30));
  std::ofstream(name_of_image(images.path(), 70)) << "cut";
  const PreparedNowcast prepared = prepare(raw(images.path(), 400), out.path());
  REQUIRE(prepared.skipped.size() == 1);
  CHECK(prepared.skipped[0].find("image070.h5: cannot be read") != std::string::npos);
  const auto used = images_used(out.path());
  for (const auto& [split, numbers] : used) {
    CHECK(!numbers.contains(30));
    CHECK(!numbers.contains(70));
  }
  RawRadar strict = raw(images.path());
  strict.strict = true;
  CHECK(refusal(strict, out.path()).find("image070.h5: cannot be read") != std::string::npos);
  CHECK(NowcastPatches(out / "train.h5").size() == prepared.counts[0].patches);  // what was there stays
}

TEST_CASE("prepare nowcast: a short sequence is validated in the training hours, where training does not look") {
  const TemporaryFolder images, out;
  for (std::int64_t i = 0; i < 60; ++i) write_image(images.path(), i, 1, {}, 200);
  const PreparedNowcast prepared = prepare(raw(images.path(), 100), out.path());
  CHECK(prepared.windows == std::array<std::int64_t, 3>{10, 0, 2});
  CHECK(prepared.validation_by_place);
  CHECK(prepared.counts[1].patches == 10);
  const auto used = images_used(out.path());
  CHECK(*used.at("validation").rbegin() < *used.at("test").begin());
  const NowcastPatches train(out / "train.h5"), validation(out / "validation.h5"), test(out / "test.h5");
  // Patches of 48 are all middle; rain is the same everywhere, and places in the leftmost column are never complete.
  const std::int32_t line = std::ranges::min(validation.columns());
  CHECK(line > 100);
  CHECK(std::ranges::all_of(train.columns(), [&](std::int32_t column) { return column + 48 <= line; }));
  CHECK(std::ranges::max(train.columns()) > line - 80);
  // The test split is drawn from all places.
  CHECK(std::ranges::any_of(test.columns(), [&](std::int32_t column) { return column >= line; }));
  CHECK(std::ranges::any_of(test.columns(), [&](std::int32_t column) { return column + 48 > line && column < line; }));
}

TEST_CASE("prepare nowcast: the blur of every file is fitted to training patches") {
  const TemporaryFolder images, out;
  write_images(images.path(), 60);
  prepare(raw(images.path()), out.path());
  const NowcastPatches train(out / "train.h5"), test(out / "test.h5");
  BlurFit fit;  // from all 32, fewer than the most that are fitted
  for (std::int64_t p = 0; p < train.size(); ++p)
    fit.add(extrapolate_patch(train.input(p), train.meta()), physical(train.target(p), train.meta().scale), side);
  CHECK(train.meta().blurs == fit.best());
  CHECK(test.meta().blurs == fit.best());
  CHECK(fit.best()[0].factor != 1);
}

TEST_CASE("prepare nowcast: an older validation file is removed when there is no new one") {
  const TemporaryFolder images, out;
  write_images(images.path(), 60);
  std::ofstream(out / "validation.h5") << "old";
  prepare(raw(images.path()), out.path());
  CHECK(!fs::exists(out / "validation.h5"));
}

TEST_CASE("prepare nowcast: a long sequence has three splits; the seed decides the draw") {
  const TemporaryFolder images, a, b, c;
  write_images(images.path(), 200);
  const PreparedNowcast prepared = prepare(raw(images.path(), 100), a.path());
  CHECK(prepared.counts[0].patches == 70);
  CHECK(prepared.counts[1].patches == 10);
  CHECK(prepared.counts[2].patches == 20);
  const auto used = images_used(a.path());
  CHECK(*used.at("train").rbegin() < *used.at("validation").begin());
  CHECK(*used.at("validation").rbegin() < *used.at("test").begin());
  prepare(raw(images.path(), 100), b.path());
  CHECK(fingerprint(NowcastPatches(a / "train.h5")) == fingerprint(NowcastPatches(b / "train.h5")));
  RawRadar other = raw(images.path(), 100);
  other.seed = 1;
  prepare(other, c.path());
  CHECK(fingerprint(NowcastPatches(a / "train.h5")) != fingerprint(NowcastPatches(c / "train.h5")));
}

TEST_CASE("prepare nowcast: overlapping amounts are reported, and splits lie further apart") {
  const TemporaryFolder images, out;
  const auto write_hours = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      KnmiFile file;
      file.begin = clock_of(5 * i), file.end = clock_of(5 * i + 60);
      file.height = height, file.width = width, file.pixels.clear();
      for (std::int64_t k = 0; k < height * width; ++k) file.pixels.push_back(pixel(i, k / width, k % width));
      file.write(name_of_image(images.path(), i));
    }
  };
  write_hours(0, 60);
  CHECK(
      refusal(raw(images.path()), out.path())
          .find("a training and a test split take 61, 25 for each (13 frames 10 min apart) and 11 between them, whose "
                "amounts overlap; give") != std::string::npos);
  write_hours(60, 61);
  const PreparedNowcast result = prepare(raw(images.path()), out.path());
  CHECK(result.windows == std::array<std::int64_t, 3>{1, 0, 1});
  CHECK(result.notes.back() == name_of_image(images.path(), 0).string() +
                                   ": amounts of 1 h every 10 min: targets hold rain of the inputs; give amounts since "
                                   "the image before, or rates");
}

TEST_CASE("prepare nowcast: impossible rain is reported, or refused") {
  const TemporaryFolder images, out;
  for (std::int64_t i = 0; i < 50; ++i) write_image(images.path(), i, 1, {.formula = "GEO=0.01*PV-2.0"});
  RawRadar what = raw(images.path());
  const PreparedNowcast prepared = prepare(what, out.path());
  REQUIRE(prepared.notes.size() == 2);  // corners in these files contradict their projection
  CHECK(prepared.notes[0].find("image000.h5 and 49 more: its corners") != std::string::npos);
  CHECK(prepared.notes[1].find("image000.h5 and 49 more images: ") != std::string::npos);
  CHECK(prepared.notes[1].find("values cannot be rain: from -24 to ") != std::string::npos);  // -2 mm in 5 min
  CHECK(prepared.notes[1].find("by calibration_formulas GEO=0.01*PV-2") != std::string::npos);
  what.strict = true;
  CHECK(refusal(what, out.path()).find("values cannot be rain") != std::string::npos);
}

TEST_CASE("prepare nowcast: finer pixels are averaged to 1 km") {
  const TemporaryFolder images, out;
  for (std::int64_t i = 0; i < 50; ++i) write_image(images.path(), i, 0.5f);
  RawRadar what = raw(images.path());
  what.side = 32;
  const PreparedNowcast prepared = prepare(what, out.path());
  CHECK(prepared.block == 2);
  CHECK(prepared.meta.pixel_km == 1);
  const NowcastPatches test(out / "test.h5");
  const std::int64_t image = (test.times()[0] - midnight) / 300 - 1, row = 2 * test.rows()[0] + 2,
                     column = 2 * test.columns()[0] + 2;
  const float mean = (pixel(image, row, column) + pixel(image, row + 1, column) + pixel(image, row, column + 1) +
                      pixel(image, row + 1, column + 1)) /
                     4;
  CHECK(test.input(0)[6 * 32 * 32 + 32 + 1] == std::lround(12 * mean));
}

TEST_CASE("prepare nowcast: what cannot be prepared is refused in one line, and nothing is written") {
  const TemporaryFolder images, out;
  const auto refused_for = [&](const std::string& problem, const RawRadar& what) {
    const std::string message = refusal(what, out.path());
    INFO(message);
    CHECK(message.find(problem) != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
    CHECK(fs::is_empty(out.path()));
  };
  SUBCASE("nothing there") {
    refused_for("no such file or folder", raw(images / "none"));
    refused_for("holds no file", raw(images.path()));
  }
  SUBCASE("too short") {
    write_images(images.path(), 40);
    refused_for(images.path().string() +
                    ": 40 images, at most 40 in a row, 5 min apart: a training and a test split take 50, 25 for each",
                raw(images.path()));
    refused_for("; give --step 5, a longer sequence or several", raw(images.path()));
    for (std::int64_t i = 25; i < 40; ++i) fs::remove(name_of_image(images.path(), i));
    refused_for("; give a longer sequence or several", raw(images.path()));
  }
  SUBCASE("smaller than a patch") {
    write_images(images.path(), 2);
    RawRadar what = raw(images.path());
    what.side = 256;
    refused_for("has 72 x 64 pixels, a patch 256 x 256", what);
  }
  SUBCASE("two images of one time") {
    write_images(images.path(), 3);
    fs::copy(name_of_image(images.path(), 1), images / "twin.h5");
    refused_for("both hold an image of 2010-08-26 00:10:00 UTC", raw(images.path()));
  }
  SUBCASE("two grids") {
    write_images(images.path(), 3);
    KnmiFile().write(images / "small.h5");
    refused_for("its grid (2 x 3) is not that of", raw(images.path()));
  }
  SUBCASE("two quantities") {
    write_images(images.path(), 3);
    Hdf5Maker(images / "vil.h5").dataset("/", "vil", H5T_STD_U8LE, {1, 2, 3, 1}, std::vector<float>(6));
    refused_for("vil.h5 holds vil, but", raw(images.path()));
  }
  SUBCASE("an unknown quantity") {
    write_images(images.path(), 3);
    KnmiFile file;
    file.parameter = "HEIGHT_[KM]";
    file.write(images / "height.h5");
    refused_for("image_geo_parameter is 'HEIGHT_[KM]'", raw(images.path()));
  }
  SUBCASE("missing everywhere") {
    for (std::int64_t i = 0; i < 50; ++i) {
      KnmiFile file;
      file.begin = clock_of(5 * i), file.end = clock_of(5 * i + 5);
      file.height = height, file.width = width, file.pixels.assign(height * width, 65535);
      file.write(name_of_image(images.path(), i));
    }
    refused_for("train: no place for a patch of 48 x 48", raw(images.path()));
  }
}

TEST_CASE("prepare nowcast: SEVIR's events stay apart") {
  const TemporaryFolder images, out;
  constexpr hsize_t events = 10, frames = 49;
  std::vector<float> values;
  for (std::size_t i = 0; i < events * side * side * frames; ++i) values.push_back(static_cast<float>(i % 251));
  Hdf5Maker(images / "SEVIR.h5").dataset("/", "vil", H5T_STD_U8LE, {events, side, side, frames}, values);
  const PreparedNowcast prepared = prepare(raw(images.path(), 50), out.path());
  CHECK(prepared.images == 490);
  CHECK(prepared.meta.quantity == RadarQuantity::vil);
  CHECK(prepared.meta.scale == 1);
  CHECK(prepared.windows[0] + prepared.windows[1] + prepared.windows[2] + prepared.dropped_windows == 250);
  const NowcastPatches train(out / "train.h5");
  for (std::int64_t p = 0; p < train.size(); ++p) {
    const std::int64_t time = train.times()[static_cast<std::size_t>(p)];
    const std::int64_t event = time / 86400, frame = (time % 86400 - 43200) / 300 + 24;
    REQUIRE(frame >= 12);
    REQUIRE(frame < 37);
    const auto at = [&](std::int64_t row, std::int64_t column, std::int64_t f) {  // rows from the north
      return ((event * side * side + (side - 1 - row) * side + column) * 49 + f) % 251;
    };
    CHECK(train.input(p)[6 * side * side + 5] == at(0, 5, frame));
    CHECK(train.target(p)[5 * side * side + side + 29] == at(1, 29, frame + 12));
  }
}

TEST_SUITE("real data") {
  TEST_CASE("prepare nowcast: 92 real images become patches that are pieces of them") {
    const auto data = real_data("radar-knmi");
    if (!data) return;
    const TemporaryFolder out;
    RawRadar what;
    what.paths = {*data}, what.patches = 20;
    const PreparedNowcast prepared = prepare(what, out.path());
    CHECK(prepared.images == 92);
    CHECK(prepared.windows == std::array<std::int64_t, 3>{35, 0, 9});
    CHECK(prepared.clipped == 0);
    CHECK(prepared.missing > 0.05);
    CHECK(prepared.missing < 0.4);

    std::map<std::int64_t, RadarFrame> frames;
    for (const RadarImage& image : list_archive({*data}, "", true, [](std::int64_t, std::int64_t) {}).images)
      frames[image.time] = read_radar_image(image);
    for (const char* name : {"train.h5", "test.h5"}) {
      const NowcastPatches patches(out / name);
      std::int64_t wrong = 0, missing_in_the_middle = 0;
      for (std::int64_t p = 0; p < patches.size(); ++p) {
        const auto k = static_cast<std::size_t>(p);
        for (std::int64_t f = 0; f < nowcast_frames; ++f) {
          const RadarFrame& frame = frames.at(patches.times()[k] + 600 * (f - 6));
          for (std::int64_t i = 0; i < 256 * 256; ++i) {
            const std::int64_t y = i / 256, x = i % 256;
            const float rate =
                frame.values[static_cast<std::size_t>((patches.rows()[k] + y) * 700 + patches.columns()[k] + x)];
            const auto at = static_cast<std::size_t>((f < 7 ? f : f - 7) * 256 * 256 + i);
            const int stored = f < 7 ? patches.input(p)[at] : patches.target(p)[at];
            wrong += stored != (std::isnan(rate) ? 0 : std::lround(100 * rate));
            const bool middle = y >= 104 && y < 152 && x >= 104 && x < 152;
            missing_in_the_middle += middle && std::isnan(rate);
          }
        }
      }
      CHECK(wrong == 0);
      CHECK(missing_in_the_middle == 0);
    }
  }
}

#include "datasets/storms/storms.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/storms/storm_writer.hpp"
#include "search/base/error.hpp"
#include "tests/folder.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

constexpr StormStatistics statistics{{20, 0.5f, -1}, {10, 4, 5}};

/// Storm i: value 1000 i + position, vorticity i / 1000 and i / 2000.
std::vector<float> patch(std::int64_t i) {
  std::vector<float> values(storm_floats);
  for (std::size_t k = 0; k < values.size(); ++k) values[k] = static_cast<float>(1000 * i) + static_cast<float>(k);
  return values;
}

void write(const std::filesystem::path& path, std::int64_t n) {
  StormWriter writer(path, n);
  for (std::int64_t i = 0; i < n; ++i)
    writer.append(patch(i), static_cast<float>(i) / 1000, static_cast<float>(i) / 2000);
  writer.finish(statistics, "test");
}

std::string refusal(const std::filesystem::path& path) {
  return stormsweep::refusal([&] { Storms storms(path); });
}

/// A file like ours, except for what the test breaks.
void write_other(const std::filesystem::path& path, const std::vector<hsize_t>& shape, bool chunked,
                 bool with_statistics) {
  const hdf5::Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  const hdf5::Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose);
  const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  if (chunked) H5Pset_chunk(properties, static_cast<int>(shape.size()), shape.data());
  std::size_t count = 1;
  for (const hsize_t n : shape) count *= n;
  const std::vector<float> values(count, 1);
  const hdf5::Handle patches(H5Dcreate2(file, "patches", H5T_IEEE_F32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                             H5Dclose);
  H5Dwrite(patches, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  for (const char* name : {"vorticity_max", "vorticity_mean"}) {
    const hdf5::Handle vorticity = hdf5::create(file, name, hdf5::type_of<float>(), std::span(shape).first(1));
    hdf5::write_rows(vorticity, 0, shape[0], values.data());
  }
  hdf5::write_attribute(file, "format_version", 1);
  if (with_statistics) {
    hdf5::write_attribute(file, "channel_mean", statistics.mean);
    hdf5::write_attribute(file, "channel_deviation", statistics.deviation);
  }
}

}  // namespace

TEST_CASE("storms that no file can hold are refused, and no file that is missing is told of") {
  const TemporaryFolder folder;
  const std::string path = (folder / "s.h5").string();
  CHECK(stormsweep::refusal([&] { StormWriter(path, std::numeric_limits<std::int64_t>::max()); }) ==
        path + ": no room for its storms; free some space, or choose another folder");
}

TEST_CASE("storms come back as they were written, over several blocks") {
  const TemporaryFolder folder;
  write(folder / "s.h5", 2500);
  const Storms storms(folder / "s.h5");
  REQUIRE(storms.size() == 2500);
  for (const std::int64_t i : {0, 1023, 1024, 2499}) {
    CHECK(std::ranges::equal(storms.patch(i), patch(i)));
    CHECK(storms.vorticity_max()[static_cast<std::size_t>(i)] == static_cast<float>(i) / 1000);
    CHECK(storms.vorticity_mean()[static_cast<std::size_t>(i)] == static_cast<float>(i) / 2000);
  }
  CHECK(storms.statistics().mean == statistics.mean);
  CHECK(storms.statistics().deviation == statistics.deviation);
  CHECK(reinterpret_cast<std::uintptr_t>(storms.patches().data()) % 4096 == 0);  // pages that ranks share
}

TEST_CASE("the fingerprint is that of the contents: equal for equal files, another for one changed number") {
  const TemporaryFolder folder;
  write(folder / "a.h5", 20);
  write(folder / "b.h5", 20);
  const auto fingerprint = [&](const char* name) { return scan(Storms(folder / name)).fingerprint; };
  CHECK(fingerprint("a.h5").size() == 32);
  CHECK(fingerprint("a.h5") == fingerprint("b.h5"));
  const std::string before = fingerprint("a.h5");
  {
    const hdf5::Handle file(H5Fopen((folder / "b.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const hdf5::Handle vorticity(H5Dopen2(file, "vorticity_mean", H5P_DEFAULT), H5Dclose);
    const float changed = 7;
    hdf5::write_rows(vorticity, 3, 1, &changed);
  }
  CHECK(fingerprint("b.h5") != before);
}

TEST_CASE("storms that are not finite are counted, each once") {
  const TemporaryFolder folder;
  {
    StormWriter writer(folder / "s.h5", 4);
    for (std::int64_t i = 0; i < 4; ++i) {
      auto values = patch(i);
      if (i == 1) values[5] = values[7] = std::numeric_limits<float>::quiet_NaN();
      if (i == 2) values[storm_floats - 1] = -std::numeric_limits<float>::infinity();
      writer.append(values, i == 3 ? std::numeric_limits<float>::quiet_NaN() : 0, 0);
    }
    writer.finish(statistics, "test");
  }
  CHECK(scan(Storms(folder / "s.h5")).not_finite == 3);
}

TEST_CASE("a writer that does not finish leaves nothing, and keeps what was there") {
  const TemporaryFolder folder;
  write(folder / "s.h5", 3);
  {
    StormWriter writer(folder / "s.h5", 5);
    writer.append(patch(0), 0, 0);
  }
  CHECK(Storms(folder / "s.h5").size() == 3);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a file that cannot be trained on is refused in one line with the remedy") {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder / "s.h5";
  const auto refused_for = [&](const std::string& problem) {
    const std::string message = refusal(path);
    INFO(message);
    CHECK(message.starts_with(path.string() + ": "));
    CHECK(message.find(problem) != std::string::npos);
    CHECK(message.find("make it again") != std::string::npos);
    CHECK(message.find('\n') == std::string::npos);
  };
  SUBCASE("missing") {
    refused_for("no such file");
  }
  SUBCASE("not HDF5") {
    std::ofstream(path) << "storms\n";
    refused_for("not an HDF5 file");
  }
  SUBCASE("cut short") {
    write(path, 10);
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    refused_for("cut short");
  }
  SUBCASE("wrong shape") {
    write_other(path, {4, 3, 32, 32}, false, true);
    refused_for("patches have the shape (4, 3, 32, 32), not (N, 32, 32, 3)");
  }
  SUBCASE("not to be mapped") {
    write_other(path, {4, 32, 32, 3}, true, true);
    refused_for("patches is not contiguous");
  }
  SUBCASE("without statistics") {
    write_other(path, {4, 32, 32, 3}, false, false);
    refused_for("has no channel_mean");
  }
}

TEST_CASE("a folder that is not there is refused before anything is written") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(StormWriter(folder.path() / "no" / "s.h5", 1),
                       doctest::Contains("cannot be written (No such file or directory); choose a folder"), InputError);
}

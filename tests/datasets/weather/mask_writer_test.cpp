#include "datasets/weather/mask_writer.hpp"

#include <doctest/doctest.h>

#include <array>

#include "search/base/error.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

const std::vector<std::uint8_t> mask{0, 1, 2, 0, 1, 2};

hdf5::Handle dataset(const hdf5::Handle& file, const char* name) {
  return {H5Dopen2(file, name, H5P_DEFAULT), H5Dclose};
}

}  // namespace

TEST_CASE("mask writer: masks, probabilities and names come back in their order") {
  const TemporaryFolder folder;
  std::vector<float> shares(18);
  for (std::size_t i = 0; i < 18; ++i) shares[i] = static_cast<float>(i) / 18;
  {
    MaskWriter writer(folder / "a.h5", global_grid(2, 3), {"first", "second-1"},
                      MaskWriter::Content::masks_and_probabilities);
    writer.write(1, mask, shares);
    writer.write(0, std::vector<std::uint8_t>(6), std::vector<float>(18));
    CHECK(!std::filesystem::exists(folder / "a.h5"));
    writer.publish();
  }
  const hdf5::Handle file = hdf5::open(folder / "a.h5", "");
  std::array<std::uint8_t, 12> masks{};
  std::array<float, 36> probabilities{};
  H5Dread(dataset(file, "masks"), H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, masks.data());
  H5Dread(dataset(file, "probabilities"), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, probabilities.data());
  CHECK(std::equal(mask.begin(), mask.end(), masks.begin() + 6));
  CHECK(masks[2] == 0);
  CHECK(std::equal(shares.begin(), shares.end(), probabilities.begin() + 18));

  const hdf5::Handle names = dataset(file, "names"), type(H5Dget_type(names), H5Tclose);
  REQUIRE(H5Tget_size(type) == 8);
  std::string text(16, '?');
  H5Dread(names, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, text.data());
  CHECK(text == std::string("first\0\0\0second-1", 16));
}

TEST_CASE("mask writer: without publish nothing is left, and no folder is no file") {
  const TemporaryFolder folder;
  {
    MaskWriter writer(folder / "a.h5", global_grid(2, 3), {"only"}, MaskWriter::Content::masks);
    writer.write(0, mask, {});
  }
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK_THROWS_AS(MaskWriter(folder / "none/a.h5", global_grid(2, 3), {"only"}, MaskWriter::Content::masks),
                  InputError);
}

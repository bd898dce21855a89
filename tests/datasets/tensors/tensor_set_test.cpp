#include "datasets/tensors/tensor_set.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "search/base/error.hpp"
#include "tests/datasets/tensors/tensor_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

TEST_CASE("a set of tensors is what its file holds, sample by sample") {
  const TemporaryFolder folder;
  const auto input = torch::arange(24, torch::kFloat32).reshape({4, 2, 3}),
             target = torch::tensor({3, 0, 2, 1}, torch::kInt64);
  write_tensors(folder / "t.h5", {{"input", input}, {"target", target}});
  const TensorSet set(folder / "t.h5");
  CHECK(set.size() == 4);
  CHECK(set.input().equal(input));
  CHECK(set.target().equal(target));
  const Batch batch = set.gather({2, 0});
  CHECK(batch.input.equal(torch::stack({input[2], input[0]})));
  CHECK(batch.target.equal(torch::tensor({2, 3}, torch::kInt64)));
  const std::string fingerprint = scan(set).fingerprint;
  CHECK(scan(TensorSet(folder / "t.h5")).fingerprint == fingerprint);

  write_tensors(folder / "u.h5", {{"input", input + (input == 5)}, {"target", target}});
  CHECK(scan(TensorSet(folder / "u.h5")).fingerprint != fingerprint);
  write_tensors(folder / "v.h5", {{"input", input.reshape({4, 3, 2})}, {"target", target}});
  CHECK(scan(TensorSet(folder / "v.h5")).fingerprint != fingerprint);
}

/// HDF5 puts a dataset right behind the one before: here a float behind 9 bytes.
TEST_CASE("numbers may begin anywhere in a file") {
  const TemporaryFolder folder;
  const auto bytes = torch::arange(9, torch::kUInt8).reshape({3, 3}), reals = torch::rand({3, 2}) + 1;
  for (const bool behind : {true, false}) {
    CAPTURE(behind);
    const std::pair<std::string, torch::Tensor> input{"input", behind ? bytes : reals},
        target{"target", behind ? reals : bytes};
    write_tensors(folder / "t.h5", {behind ? input : target, behind ? target : input});
    const TensorSet set(folder / "t.h5");
    const void* const of_reals = (behind ? set.target() : set.input()).data_ptr();
    REQUIRE(reinterpret_cast<std::uintptr_t>(of_reals) % sizeof(float) != 0);
    const Batch batch = set.gather({2, 0, 2});
    const auto chosen = [](const torch::Tensor& all) { return torch::stack({all[2], all[0], all[2]}); };
    CHECK(batch.input.equal(chosen(input.second)));
    CHECK(batch.target.equal(chosen(target.second)));
    const TensorScan found = scan(set);
    if (!behind) CHECK(found.statistics.mean[1] == doctest::Approx(reals.select(1, 1).mean().item<float>()));
    write_tensors(folder / "other_order.h5", {behind ? target : input, behind ? input : target});
    CHECK(scan(TensorSet(folder / "other_order.h5")).fingerprint == found.fingerprint);
  }
}

TEST_CASE("statistics are of each channel, over samples and all other axes") {
  const TemporaryFolder folder;
  // Channel 0 holds 0, 2, 4, 6; channel 1 holds 5 alone.
  const auto input = torch::tensor({0.F, 2.F, 5.F, 5.F, 4.F, 6.F, 5.F, 5.F}).reshape({2, 2, 2});
  write_tensors(folder / "t.h5", {{"input", input}, {"target", torch::zeros({2})}});
  const auto statistics = [](const std::filesystem::path& path) { return scan(TensorSet(path)).statistics; };
  const TensorStatistics found = statistics(folder / "t.h5");
  CHECK(found.axes == 3);
  CHECK(found.mean == std::vector<double>{3, 5});
  CHECK(found.deviation[0] == doctest::Approx(std::sqrt(5.0)));
  CHECK(found.deviation[1] == 1);

  write_tensors(folder / "many.h5",
                {{"input", torch::randn({1000, 3, 4}) * 20 + 280}, {"target", torch::zeros({1000})}});
  const TensorSet many(folder / "many.h5");
  const auto values = many.input().to(torch::kFloat64).transpose(0, 1).reshape({3, -1});
  CHECK(statistics(folder / "many.h5").mean[2] == doctest::Approx(values[2].mean().item<double>()));
  CHECK(statistics(folder / "many.h5").deviation[2] == doctest::Approx(values[2].std(false).item<double>()));

  // A million, a million and one, and a million and two, equally often: the sum of their squares, near 1e17, is exact
  // only to 8 in a double.
  const auto turns = torch::arange(99999).remainder(3).to(torch::kFloat32) + 1e6;
  write_tensors(folder / "far.h5", {{"input", turns.unsqueeze(1)}, {"target", torch::zeros({99999})}});
  CHECK(statistics(folder / "far.h5").mean[0] == 1'000'001);
  CHECK(statistics(folder / "far.h5").deviation[0] == doctest::Approx(std::sqrt(2 / 3.)).epsilon(1e-9));

  write_tensors(folder / "words.h5", {{"input", torch::ones({2, 3}, torch::kInt64)}, {"target", torch::zeros({2})}});
  CHECK(statistics(folder / "words.h5").mean.empty());
  write_tensors(folder / "flat.h5", {{"input", torch::tensor({1.F, 3.F})}, {"target", torch::zeros({2})}});
  CHECK(statistics(folder / "flat.h5").mean == std::vector<double>{2});
}

TEST_CASE("files that are no such set are refused by name") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::vector<std::pair<std::string, torch::Tensor>>& tensors, const std::string& why) {
    write_tensors(folder / "t.h5", tensors);
    CAPTURE(why);
    CHECK_THROWS_WITH_AS(scan(TensorSet(folder / "t.h5")), doctest::Contains(why.c_str()), InputError);
  };
  const auto two = torch::zeros({2, 3});
  refused({{"input", two}}, "t.h5: has no dataset target");
  refused({{"input", two.to(torch::kFloat64)}, {"target", two}}, "input is of another type");
  refused({{"input", torch::zeros({2, 0})}, {"target", two}}, "input holds no numbers");
  refused({{"input", two}, {"target", torch::zeros({3})}}, "has 2 samples of input and 3 of target");
  auto broken = torch::zeros({400, 3});
  broken[300][1] = NAN;
  refused({{"input", broken}, {"target", torch::zeros({400})}}, "input[300] has a number that is not finite");
  refused({{"input", torch::zeros({400})}, {"target", broken}}, "target[300]");
  CHECK_THROWS_WITH_AS(TensorSet(folder / "none.h5"), doctest::Contains("no such file"), InputError);

  const hdf5::Handle file(H5Fcreate((folder / "c.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  const hdf5::Handle chunked(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  const std::array<hsize_t, 2> shape{2, 3};
  H5Pset_chunk(chunked, 2, shape.data());
  const hdf5::Handle space(H5Screate_simple(2, shape.data(), nullptr), H5Sclose);
  {
    const hdf5::Handle input(H5Dcreate2(file, "input", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, chunked, H5P_DEFAULT),
                             H5Dclose);
  }
  H5Fflush(file, H5F_SCOPE_GLOBAL);
  CHECK_THROWS_WITH_AS(TensorSet(folder / "c.h5"), doctest::Contains("input is not contiguous"), InputError);
}

TEST_CASE("a number that the file says is missing is refused, as NaN is") {
  const TemporaryFolder folder;
  const auto written = [&](const char* dataset, const char* attribute, double value, const torch::Tensor& input,
                           const torch::Tensor& target) {
    write_tensors(folder / "t.h5", {{"input", input}, {"target", target}});
    const hdf5::Handle file(H5Fopen((folder / "t.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const hdf5::Handle of(H5Dopen2(file, dataset, H5P_DEFAULT), H5Dclose);
    CHECK(hdf5::write_attribute(of, attribute, value));
    return folder / "t.h5";
  };
  const auto refused = [&](const std::filesystem::path& path, const std::string& why) {
    CAPTURE(why);
    CHECK_THROWS_WITH_AS(scan(TensorSet(path)), doctest::Contains(why.c_str()), InputError);
  };
  auto holed = torch::randn({400, 2, 3});
  const auto zeros = torch::zeros({400}), whole = torch::randn({400, 2, 3});
  holed[300][1][2] = -9999;
  refused(written("input", "_FillValue", -9999, holed, zeros),
          "t.h5: input[300] has -9999, which its _FillValue or missing_value says is missing; leave such samples out");
  CHECK_NOTHROW(scan(TensorSet(written("input", "_FillValue", -9999, whole, zeros))));
  CHECK_NOTHROW(scan(TensorSet(written("target", "_FillValue", -9999, holed, zeros))));
  holed[300][1][2] = 1e20;  // not a float: the file holds the nearest one
  refused(written("input", "missing_value", 1e20, holed, zeros), "input[300] has 1e+20");
  auto labels = torch::zeros({400, 5}, torch::kInt64);
  labels[7][3] = 255;
  refused(written("target", "_FillValue", 255, whole, labels), "target[7] has 255");
  refused(written("target", "_FillValue", 255, whole, labels.to(torch::kUInt8)), "target[7] has 255");
  CHECK_NOTHROW(scan(TensorSet(written("target", "_FillValue", -1, whole, labels.to(torch::kUInt8)))));
}

TEST_CASE("numbers that NetCDF has packed are refused, and those that only say that they are not") {
  const TemporaryFolder folder;
  const auto written = [&](const char* dataset, const char* attribute, double value) {
    write_tensors(folder / "t.h5", {{"input", torch::ones({2, 3}, torch::kUInt8)}, {"target", torch::zeros({2})}});
    const hdf5::Handle file(H5Fopen((folder / "t.h5").c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose);
    const hdf5::Handle of(H5Dopen2(file, dataset, H5P_DEFAULT), H5Dclose);
    CHECK(hdf5::write_attribute(of, attribute, value));
    return folder / "t.h5";
  };
  CHECK_THROWS_WITH_AS(TensorSet(written("input", "scale_factor", 0.5)),
                       doctest::Contains("t.h5: input is packed, as its scale_factor of 0.5 says"), InputError);
  CHECK_THROWS_WITH_AS(TensorSet(written("target", "add_offset", 273.15)),
                       doctest::Contains("t.h5: target is packed, as its add_offset of 273.15 says"), InputError);
  CHECK_NOTHROW(TensorSet(written("input", "scale_factor", 1)));
  CHECK_NOTHROW(TensorSet(written("target", "add_offset", 0)));
}

TEST_CASE("the least and the greatest label are known, with the first sample that has each") {
  const TemporaryFolder folder;
  // More than one group of samples: 1200 of 4000 bytes.
  auto target = torch::ones({1200, 500}, torch::kInt64);
  target[1100][3] = 7, target[1150][0] = 7, target[40][499] = -100;
  write_tensors(folder / "t.h5", {{"input", torch::zeros({1200})}, {"target", target}});
  const auto labels = scan(TensorSet(folder / "t.h5")).labels;
  REQUIRE(labels);
  CHECK(labels->least.value == -100);
  CHECK(labels->least.sample == 40);
  CHECK(labels->greatest.value == 7);
  CHECK(labels->greatest.sample == 1100);
  write_tensors(folder / "r.h5", {{"input", target}, {"target", torch::zeros({1200})}});
  CHECK(!scan(TensorSet(folder / "r.h5")).labels);
}

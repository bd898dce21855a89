#include "datasets/tensors/tensor_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "search/base/checksum.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

const std::string remedy = "write it by h5py's create_dataset(name, data=array), array float32, int64, int32 or uint8";

constexpr std::int64_t rows_at_once = 256;

[[noreturn]] void refuse(const fs::path& path, const std::string& problem) {
  throw InputError(path.string() + ": " + problem + "; " + remedy);
}

/// A dataset of T that is in memory already, or an undefined tensor where it is of another type.
template <class T>
torch::Tensor mapped(const hdf5::Handle& file, const MappedFile& map, const fs::path& path, const std::string& name,
                     hid_t type) {
  if (H5Tequal(type, hdf5::type_of<T>()) <= 0) return {};
  const hdf5::Extent extent = hdf5::extent(file, path, name, hdf5::type_of<T>(), remedy);
  const std::vector<std::int64_t> shape(extent.shape.begin(), extent.shape.end());
  if (shape.empty()) refuse(path, name + " is one number, without samples");
  const std::span<const T> numbers = map.numbers<T>(extent);
  return torch::from_blob(const_cast<T*>(numbers.data()), shape, torch::CppTypeToScalarType<T>::value);
}

torch::Tensor mapped(const hdf5::Handle& file, const MappedFile& map, const fs::path& path, const std::string& name) {
  const hdf5::Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset) refuse(path, "has no dataset " + name);
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  for (const torch::Tensor& tensor :
       {mapped<float>(file, map, path, name, type), mapped<std::int64_t>(file, map, path, name, type),
        mapped<std::int32_t>(file, map, path, name, type), mapped<std::uint8_t>(file, map, path, name, type)})
    if (tensor.defined()) return tensor;
  refuse(path, name + " is of another type of numbers");
}

/// Calls `visit` with rows of `values` [N, ...] as [rows, ...], one group after the other, and the first's number.
template <class Visit>
void by_rows(const torch::Tensor& values, const Visit& visit) {
  for (std::int64_t first = 0; first < values.size(0); first += rows_at_once)
    visit(first, values.slice(0, first, std::min(values.size(0), first + rows_at_once)));
}

void check_finite(const torch::Tensor& values, const fs::path& path, const char* name) {
  if (!values.is_floating_point()) return;
  by_rows(values, [&](std::int64_t first, const torch::Tensor& rows) {
    const torch::Tensor finite = rows.reshape({rows.size(0), -1}).isfinite().all(1);
    if (finite.all().item<bool>()) return;
    throw InputError(fmt::format("{}: {}[{}] has a number that is not finite; leave such samples out, or mend them",
                                 path.string(), name, first + finite.logical_not().nonzero()[0].item<std::int64_t>()));
  });
}

void add(Checksum& checksum, const torch::Tensor& values) {
  const std::string shape = fmt::format("{}{};", torch::toString(values.scalar_type()), c10::str(values.sizes()));
  checksum.add(std::as_bytes(std::span(shape)));
  checksum.add({static_cast<const std::byte*>(values.data_ptr()), values.nbytes()});
}

}  // namespace

TensorSet::TensorSet(const fs::path& path) : path_(path) {
  const hdf5::Handle file = hdf5::open(path, remedy);
  file_ = MappedFile(path, remedy);
  input_ = mapped(file, file_, path, "input");
  target_ = mapped(file, file_, path, "target");
  if (input_.size(0) == 0) refuse(path, "holds no samples");
  if (input_.size(0) != target_.size(0))
    refuse(path, fmt::format("has {} samples of input and {} of target", input_.size(0), target_.size(0)));
}

Batch TensorSet::gather(const std::vector<std::int64_t>& samples) const {
  const torch::Tensor rows = torch::tensor(samples, torch::kInt64);
  return {input_.index_select(0, rows), target_.index_select(0, rows)};
}

TensorStatistics statistics(const TensorSet& set) {
  if (!set.input().is_floating_point()) return {};
  const std::int64_t channels = set.input().dim() > 1 ? set.input().size(1) : 1;
  torch::Tensor sum = torch::zeros({channels}, torch::kFloat64), squares = torch::zeros_like(sum), origin;
  by_rows(set.input(), [&](std::int64_t first, const torch::Tensor& rows) {
    torch::Tensor values =
        rows.to(torch::kFloat64).reshape({rows.size(0), channels, -1}).transpose(0, 1).reshape({channels, -1});
    if (first == 0) origin = values.mean(1, true);  // squares of what lies far from 0 would take all digits
    values = values - origin;
    sum += values.sum(1);
    squares += values.square().sum(1);
  });
  const std::int64_t numbers = set.input().numel() / channels;
  const auto count = static_cast<double>(numbers);
  const torch::Tensor from_origin = sum / count, mean = from_origin + origin.squeeze(1),
                      variance = (squares / count - from_origin.square()).clamp_min(0);
  TensorStatistics result;
  result.axes = set.input().dim();
  for (std::int64_t c = 0; c < channels; ++c) {
    const double deviation = std::sqrt(variance[c].item<double>());
    result.mean.push_back(mean[c].item<double>());
    result.deviation.push_back(deviation > 1e-7 * std::abs(result.mean.back()) ? deviation : 1);  // of float32's steps
  }
  return result;
}

void check_finite(const TensorSet& set) {
  check_finite(set.input(), set.path(), "input");
  check_finite(set.target(), set.path(), "target");
}

std::string fingerprint(const TensorSet& set) {
  Checksum checksum(Checksum::Bits::b128);
  add(checksum, set.input());
  add(checksum, set.target());
  return checksum.digits();
}

}  // namespace stormsweep

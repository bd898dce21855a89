#include "datasets/tensors/tensor_set.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

#include "datasets/field_sums.hpp"
#include "search/base/checksum.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

const std::string remedy = "write it by h5py's create_dataset(name, data=array), array float32, int64, int32 or uint8";

constexpr std::int64_t bytes_at_once = 4 << 20;  // fit a core's cache, so that all passes over them find them there

[[noreturn]] void refuse(const fs::path& path, const std::string& problem) {
  throw InputError(path.string() + ": " + problem + "; " + remedy);
}

/// A mapped dataset of T, or an undefined tensor where it is of another type.
template <class T>
torch::Tensor mapped_as(const hdf5::Handle& file, const MappedFile& map, const fs::path& path, const std::string& name,
                        hid_t type) {
  if (H5Tequal(type, hdf5::type_of<T>()) <= 0) return {};
  const hdf5::Extent extent = hdf5::extent(file, path, name, hdf5::type_of<T>(), remedy, hdf5::Start::anywhere);
  const std::vector<std::int64_t> shape(extent.shape.begin(), extent.shape.end());
  if (shape.empty()) refuse(path, name + " is one number, without samples");
  if (extent.count == 0) refuse(path, name + " holds no numbers");
  const std::byte* const bytes = map.numbers<std::byte>(extent).data();
  return torch::from_blob(const_cast<std::byte*>(bytes), shape, torch::CppTypeToScalarType<T>::value);
}

/// Calls `visit` for one group of whole samples of `values` [N, ...] after the other: with the first one's number, and
/// the values in the tensor's own type.
template <class T, class Visit>
void by_samples(const torch::Tensor& values, const Visit& visit) {
  const std::int64_t each = values.numel() / values.size(0);
  const std::int64_t at_once = std::max<std::int64_t>(1, bytes_at_once / (each * std::int64_t{sizeof(T)}));
  const auto* const bytes = static_cast<const std::byte*>(values.data_ptr());
  std::vector<T> numbers;  // copied, as the file's own may not be aligned
  for (std::int64_t first = 0; first < values.size(0); first += at_once) {
    numbers.resize(static_cast<std::size_t>(std::min(at_once, values.size(0) - first) * each));
    std::memcpy(numbers.data(), bytes + static_cast<std::size_t>(first * each) * sizeof(T), numbers.size() * sizeof(T));
    visit(first, std::span<const T>(numbers));
  }
}

template <class Visit>
void by_samples(const torch::Tensor& values, const Visit& visit) {
  switch (values.scalar_type()) {
    case torch::kFloat32:
      return by_samples<float>(values, visit);
    case torch::kInt64:
      return by_samples<std::int64_t>(values, visit);
    case torch::kInt32:
      return by_samples<std::int32_t>(values, visit);
    default:
      return by_samples<std::uint8_t>(values, visit);
  }
}

/// Refuses values from which nothing can be learnt.
class Soundness {
 public:
  Soundness(const fs::path& path, const char* name, const torch::Tensor& values, const std::vector<double>& missing)
      : path_(path), name_(name), each_(values.numel() / values.size(0)), missing_(missing) {
    if (values.is_floating_point())
      for (double& one : missing_) one = static_cast<float>(one);  // as in the data
  }

  template <class T>
  void check(std::int64_t first, std::span<const T> numbers) const {
    if (std::is_integral_v<T> && missing_.empty()) return;
    const auto at =
        std::ranges::find_if(numbers, [&](T number) { return !finite(number) || stands_for_missing(number); });
    if (at == numbers.end()) return;
    const std::string what = finite(*at) ? fmt::format("{}, which its _FillValue or missing_value says is missing", *at)
                                         : std::string("a number that is not finite");
    throw InputError(fmt::format("{}: {}[{}] has {}; leave such samples out, or mend them", path_.string(), name_,
                                 first + (at - numbers.begin()) / each_, what));
  }

 private:
  template <class T>
  static bool finite(T number) {
    if constexpr (std::is_floating_point_v<T>) return std::isfinite(number);
    return true;
  }
  template <class T>
  bool stands_for_missing(T number) const {
    return std::ranges::any_of(missing_, [&](double one) { return static_cast<double>(number) == one; });
  }

  const fs::path& path_;
  const char* name_;
  std::int64_t each_;
  std::vector<double> missing_;
};

/// Sums over the channels of real inputs, [samples, channels, ...].
class InputSums {
 public:
  explicit InputSums(const torch::Tensor& input)
      : axes_(input.dim()),
        sums_(static_cast<std::size_t>(input.dim() > 1 ? input.size(1) : 1)),
        each_(static_cast<std::size_t>(input.numel() / input.size(0)) / sums_.size()) {}

  void add(std::span<const float> numbers) {
    for (std::size_t begin = 0, channel = 0; begin < numbers.size(); begin += each_, ++channel)
      sums_[channel % sums_.size()].add(numbers.subspan(begin, each_));
  }

  TensorStatistics statistics() const {
    TensorStatistics result;
    result.axes = axes_;
    for (const FieldSums& sums : sums_) {
      const double mean = sums.mean(), deviation = sums.deviation();
      result.mean.push_back(mean);
      result.deviation.push_back(deviation > 1e-7 * std::abs(mean) ? deviation : 1);  // of float32's steps
    }
    return result;
  }

 private:
  std::int64_t axes_;
  std::vector<FieldSums> sums_;
  std::size_t each_;  ///< numbers of a channel in a sample
};

/// Widens `range` to labels of samples from `first` on, of `each` numbers.
template <class T>
void widen(std::optional<LabelRange>& range, std::int64_t first, std::int64_t each, std::span<const T> labels) {
  const auto [least, greatest] = std::ranges::minmax(labels);
  const auto label = [&](T value) {
    return ClassLabel{value, first + (std::ranges::find(labels, value) - labels.begin()) / each};
  };
  if (!range || least < range->least.value) {
    const ClassLabel found = label(least);
    range = LabelRange{found, range ? range->greatest : found};
  }
  if (greatest > range->greatest.value) range->greatest = label(greatest);
}

void add_shape(Checksum& checksum, const torch::Tensor& values) {
  const std::string shape = fmt::format("{}{};", torch::toString(values.scalar_type()), c10::str(values.sizes()));
  checksum.add(std::as_bytes(std::span(shape)));
}

}  // namespace

TensorSet::Dataset TensorSet::mapped(const hdf5::Handle& file, const char* name) const {
  const hdf5::Handle dataset = hdf5::open_object(file, name);
  if (!dataset) refuse(path_, fmt::format("has no dataset {}", name));
  const hdf5::Handle type(H5Dget_type(dataset), H5Tclose);
  Dataset found;
  for (const char* attribute : {"_FillValue", "missing_value"})
    if (const auto number = hdf5::read_number(dataset, attribute)) found.missing.push_back(*number);
  for (const torch::Tensor& numbers :
       {mapped_as<float>(file, file_, path_, name, type), mapped_as<std::int64_t>(file, file_, path_, name, type),
        mapped_as<std::int32_t>(file, file_, path_, name, type),
        mapped_as<std::uint8_t>(file, file_, path_, name, type)})
    if (numbers.defined()) found.numbers = numbers;
  if (!found.numbers.defined()) refuse(path_, fmt::format("{} is of another type of numbers", name));
  for (const auto& [attribute, plain] : {std::pair("scale_factor", 1.), std::pair("add_offset", 0.)})
    if (const auto number = hdf5::read_number(dataset, attribute); number && *number != plain)
      refuse(path_, fmt::format("{} is packed, as its {} of {} says, and would be learnt as it is packed", name,
                                attribute, *number));
  return found;
}

TensorSet::TensorSet(const fs::path& path) : path_(path) {
  const hdf5::Handle file = hdf5::open(path, remedy);
  file_ = MappedFile(path, remedy);
  input_ = mapped(file, "input");
  target_ = mapped(file, "target");
  if (input().size(0) != target().size(0))
    refuse(path, fmt::format("has {} samples of input and {} of target", input().size(0), target().size(0)));
}

Batch TensorSet::gather(const std::vector<std::int64_t>& samples) const {
  std::vector<std::span<const std::byte>> pieces;
  for (const torch::Tensor& all : {input(), target()}) {
    const std::size_t each = all.nbytes() / static_cast<std::size_t>(size());
    for (const std::int64_t sample : samples)
      pieces.emplace_back(static_cast<const std::byte*>(all.data_ptr()) + static_cast<std::size_t>(sample) * each,
                          each);
  }
  file_.will_need(pieces);
  auto next = pieces.begin();
  const auto copy = [&](const torch::Tensor& all) {
    std::vector<std::int64_t> shape = all.sizes().vec();
    shape[0] = std::ssize(samples);
    torch::Tensor copies = torch::empty(shape, all.options());
    auto* to = static_cast<std::byte*>(copies.data_ptr());
    for (const auto end = next + shape[0]; next != end; ++next) to = std::ranges::copy(*next, to).out;
    return copies;
  };
  torch::Tensor inputs = copy(input());
  return {std::move(inputs), copy(target())};
}

TensorScan scan(const TensorSet& set, const std::function<void(double)>& progress) {
  TensorScan found;
  Checksum checksum(Checksum::Bits::b128);
  InputSums sums(set.input());
  const Soundness input(set.path(), "input", set.input(), set.missing_input()),
      target(set.path(), "target", set.target(), set.missing_target());
  std::size_t done = 0;
  const auto add = [&](std::span<const std::byte> bytes) {
    checksum.add(bytes);
    done += bytes.size();
    progress(static_cast<double>(done) / static_cast<double>(set.input().nbytes() + set.target().nbytes()));
  };
  add_shape(checksum, set.input());
  by_samples(set.input(), [&]<class T>(std::int64_t first, std::span<const T> numbers) {
    add(std::as_bytes(numbers));
    input.check(first, numbers);
    if constexpr (std::is_floating_point_v<T>) sums.add(numbers);
  });
  add_shape(checksum, set.target());
  const std::int64_t each = set.target().numel() / set.size();
  by_samples(set.target(), [&]<class T>(std::int64_t first, std::span<const T> numbers) {
    add(std::as_bytes(numbers));
    target.check(first, numbers);
    if constexpr (std::is_integral_v<T>) widen(found.labels, first, each, numbers);
  });
  if (set.input().is_floating_point()) found.statistics = sums.statistics();
  found.fingerprint = checksum.digits();
  return found;
}

}  // namespace stormsweep

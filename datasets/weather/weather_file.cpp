#include "datasets/weather/weather_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "datasets/weather/weather_layout.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t strip = 4096;  // pixels read at a time: 256 KiB of fields stay in the second cache
constexpr std::size_t tile = 64;     // pixels transposed at a time: 8 KiB stay in the first

/// Turns the first `count` pixels of `in` [16, strip] into `out` [count, 16].
void interleave(const float* in, std::size_t count, const ChannelScaling& scaling, float* out) {
  for (std::size_t first = 0; first < count; first += tile) {
    const std::size_t end = std::min(first + tile, count);
    for (std::size_t c = 0; c < weather_channels; ++c) {
      const float* const from = in + c * strip;
      const float offset = scaling.offset[c], factor = scaling.factor[c];
      for (std::size_t i = first; i < end; ++i) out[i * weather_channels + c] = (from[i] - offset) * factor;
    }
  }
}

/// Scales `values` [count, 16] in place.
void scale(float* values, std::size_t count, const ChannelScaling& scaling) {
  for (std::size_t i = 0; i < count; ++i, values += weather_channels) {
    for (std::size_t c = 0; c < weather_channels; ++c) values[c] = (values[c] - scaling.offset[c]) * scaling.factor[c];
  }
}

template <class T>
bool is_class(T value) {
  return value == T(0) || value == T(1) || value == T(2);
}

}  // namespace

struct WeatherFile::State {
  explicit State(const fs::path& file_path)
      : path(file_path), layout(weather_layout(file_path)), file(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (!file) refuse_file(path, "cannot be opened", "look at its rights");
  }

  std::size_t pixels() const { return layout.height * layout.width; }

  template <class T>
  void read_bytes(std::size_t offset, std::size_t count, T* to) const {
    auto* at = reinterpret_cast<char*>(to);
    for (std::size_t left = count * sizeof(T); left > 0;) {
      const ssize_t got = pread(*file, at, left, static_cast<off_t>(offset));
      if (got < 0) refuse_file(path, "cannot be read to its end", "copy or make it again");
      if (got == 0) throw InputError(path.string() + ": cannot be read to its end; copy or make it again");
      at += got, left -= static_cast<std::size_t>(got), offset += static_cast<std::size_t>(got);
    }
  }

  /// Numbers [first, first + count) of the fields, as floats.
  void read_fields(std::size_t first, std::size_t count, float* to, const std::vector<float>& stored) const {
    const NumberArray& fields = layout.fields;
    if (fields.type == NumberType::float32) return read_bytes(fields.offset + first * sizeof(float), count, to);
    std::copy_n(stored.begin() + static_cast<std::ptrdiff_t>(first), count, to);
  }

  template <class T>
  void to_labels(const T* values, const std::string& name, std::span<std::uint8_t> labels) const {
    bool good = true;
    for (std::size_t i = 0; i < labels.size(); ++i)
      good &= is_class(values[i]), labels[i] = values[i] == T(1) ? 1 : values[i] == T(2) ? 2 : 0;
    if (good) return;
    const auto bad = static_cast<std::size_t>(
        std::find_if_not(values, values + labels.size(), [](T value) { return is_class(value); }) - values);
    throw InputError(fmt::format(
        "{}: {} is {} in row {}, column {}; labels are 0 background, 1 tropical cyclone or 2 atmospheric river",
        path.string(), name, values[bad], bad / layout.width, bad % layout.width));
  }

  template <class T>
  void read_labels(const NumberArray& array, std::span<std::uint8_t> labels) const {
    std::vector<T> values(labels.size());
    read_bytes(array.offset, values.size(), values.data());
    to_labels(values.data(), array.name, labels);
  }

  fs::path path;
  WeatherLayout layout;
  Descriptor file;
};

WeatherFile::WeatherFile(const fs::path& path) : state_(std::make_unique<State>(path)) {}
WeatherFile::WeatherFile(WeatherFile&&) noexcept = default;
WeatherFile::~WeatherFile() = default;

std::int64_t WeatherFile::height() const {
  return static_cast<std::int64_t>(state_->layout.height);
}
std::int64_t WeatherFile::width() const {
  return static_cast<std::int64_t>(state_->layout.width);
}
int WeatherFile::labelings() const {
  return static_cast<int>(state_->layout.labels.size());
}

void WeatherFile::read(std::span<float> fields, const ChannelScaling& scaling) const {
  const std::size_t pixels = state_->pixels();
  std::vector<float> stored;
  if (state_->layout.fields.type != NumberType::float32)
    stored = read_stored<float>(state_->path, state_->layout.fields.name);
  std::vector<float> rows(state_->layout.channels_last ? 0 : weather_channels * strip);
  for (std::size_t first = 0; first < pixels; first += strip) {
    const std::size_t count = std::min(strip, pixels - first);
    float* const out = fields.data() + first * weather_channels;
    if (state_->layout.channels_last) {
      state_->read_fields(first * weather_channels, count * weather_channels, out, stored);
      scale(out, count, scaling);
      continue;
    }
    for (std::size_t c = 0; c < weather_channels; ++c)
      state_->read_fields(c * pixels + first, count, &rows[c * strip], stored);
    interleave(rows.data(), count, scaling, out);
  }
}

void WeatherFile::read_labels(int labeling, std::span<std::uint8_t> labels) const {
  if (labeling < 0 || labeling >= labelings()) {
    throw InputError(fmt::format("{}: there is no labeling {} in it, as it has {}; choose another, counting from 0",
                                 state_->path.string(), labeling, labelings()));
  }
  const NumberArray& array = state_->layout.labels[static_cast<std::size_t>(labeling)];
  switch (array.type) {
    case NumberType::float32:
      return state_->read_labels<float>(array, labels);
    case NumberType::float64:
      return state_->read_labels<double>(array, labels);
    case NumberType::int32:
      return state_->read_labels<std::int32_t>(array, labels);
    case NumberType::int64:
      return state_->read_labels<std::int64_t>(array, labels);
    case NumberType::uint8:
      return state_->read_labels<std::uint8_t>(array, labels);
    case NumberType::stored:
      return state_->to_labels(read_stored<double>(state_->path, array.name).data() + array.first, array.name, labels);
  }
}

}  // namespace stormsweep

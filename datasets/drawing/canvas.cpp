#include "datasets/drawing/canvas.hpp"

#include <png.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <system_error>

#include "search/base/error.hpp"

namespace stormsweep {

Canvas::Canvas(std::int64_t rows, std::int64_t columns, Colour background)
    : height(rows), width(columns), pixels(static_cast<std::size_t>(rows * columns), background) {}

void fill(Canvas& canvas, const Box& box, Colour colour) {
  const std::int64_t bottom = std::min(box.bottom, canvas.height), right = std::min(box.right, canvas.width);
  for (std::int64_t row = std::max<std::int64_t>(box.top, 0); row < bottom; ++row) {
    for (std::int64_t column = std::max<std::int64_t>(box.left, 0); column < right; ++column) {
      canvas.at(row, column) = colour;
    }
  }
}

void outline(Canvas& canvas, const Box& box, Colour colour) {
  fill(canvas, {box.top, box.left, box.top + 1, box.right}, colour);
  fill(canvas, {box.bottom - 1, box.left, box.bottom, box.right}, colour);
  fill(canvas, {box.top, box.left, box.bottom, box.left + 1}, colour);
  fill(canvas, {box.top, box.right - 1, box.bottom, box.right}, colour);
}

void place(Canvas& canvas, const Canvas& picture, std::int64_t top, std::int64_t left) {
  for (std::int64_t row = std::max<std::int64_t>(0, -top); row < std::min(picture.height, canvas.height - top); ++row) {
    for (std::int64_t column = std::max<std::int64_t>(0, -left); column < std::min(picture.width, canvas.width - left);
         ++column) {
      canvas.at(top + row, left + column) = picture.at(row, column);
    }
  }
}

namespace {

/// The old pixels under a new one along one axis, and how much of each.
struct Cover {
  std::int64_t first = 0;
  std::vector<double> shares;  ///< sum 1
};

std::vector<Cover> covers(std::int64_t from, std::int64_t to) {
  const double step = static_cast<double>(from) / static_cast<double>(to);
  std::vector<Cover> result(static_cast<std::size_t>(to));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const double begin = static_cast<double>(i) * step, end = static_cast<double>(i + 1) * step;
    result[i].first = static_cast<std::int64_t>(begin);
    for (std::int64_t j = result[i].first; j < from; ++j) {
      const double low = static_cast<double>(j);
      const double share = std::min(end, low + 1) - std::max(begin, low);
      if (share <= 1e-9) break;  // rounding of `end`
      result[i].shares.push_back(share / step);
    }
  }
  return result;
}

Colour mean_under(const Canvas& canvas, const Cover& rows, const Cover& columns) {
  std::array<double, 3> sum{};
  for (std::size_t i = 0; i < rows.shares.size(); ++i) {
    for (std::size_t j = 0; j < columns.shares.size(); ++j) {
      const Colour colour =
          canvas.at(rows.first + static_cast<std::int64_t>(i), columns.first + static_cast<std::int64_t>(j));
      const double share = rows.shares[i] * columns.shares[j];
      sum[0] += share * colour.red, sum[1] += share * colour.green, sum[2] += share * colour.blue;
    }
  }
  const auto byte = [](double value) { return static_cast<std::uint8_t>(std::lround(std::min(value, 255.0))); };
  return {byte(sum[0]), byte(sum[1]), byte(sum[2])};
}

}  // namespace

Canvas resized(const Canvas& canvas, std::int64_t height, std::int64_t width) {
  const std::vector<Cover> rows = covers(canvas.height, height), columns = covers(canvas.width, width);
  Canvas result(height, width, {});
  for (std::size_t i = 0; i < result.pixels.size(); ++i) {
    const auto columns_now = static_cast<std::size_t>(width);
    result.pixels[i] = mean_under(canvas, rows[i / columns_now], columns[i % columns_now]);
  }
  return result;
}

void draw_border(Canvas& canvas, std::span<const std::uint8_t> mask, std::int64_t height, std::int64_t width,
                 Colour colour) {
  const auto at = [&](std::int64_t row, std::int64_t column) {
    const std::int64_t i = row * height / canvas.height, j = column * width / canvas.width;
    return mask[static_cast<std::size_t>(i * width + j)] != 0;
  };
  for (std::int64_t row = 0; row < canvas.height; ++row) {
    for (std::int64_t column = 0; column < canvas.width; ++column) {
      if (!at(row, column)) continue;
      const bool inside = row > 0 && column > 0 && row + 1 < canvas.height && column + 1 < canvas.width &&
                          at(row - 1, column) && at(row + 1, column) && at(row, column - 1) && at(row, column + 1);
      if (!inside) canvas.at(row, column) = colour;
    }
  }
}

void write_png(const std::filesystem::path& path, const Canvas& canvas) {
  static_assert(sizeof(Colour) == 3);
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(canvas.width);
  image.height = static_cast<png_uint_32>(canvas.height);
  image.format = PNG_FORMAT_RGB;
  const std::filesystem::path temporary = path.string() + ".partial";
  std::error_code error;
  if (png_image_write_to_file(&image, temporary.c_str(), 0, canvas.pixels.data(), 0, nullptr) != 0) {
    std::filesystem::rename(temporary, path, error);
    if (!error) return;
  }
  std::filesystem::remove(temporary, error);
  throw InputError(path.string() + ": cannot be written; choose a folder that exists, has space and is yours");
}

}  // namespace stormsweep

#include "datasets/drawing/drawing.hpp"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <regex>

#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

namespace {

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Context = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

Surface owned(cairo_surface_t* surface) {
  return {surface, cairo_surface_destroy};
}

Context context_of(const Surface& surface) {
  return {cairo_create(surface.get()), cairo_destroy};
}

Surface image_surface(std::int64_t height, std::int64_t width) {
  Surface image =
      owned(cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width), static_cast<int>(height)));
  const cairo_status_t status = cairo_surface_status(image.get());
  if (status == CAIRO_STATUS_SUCCESS) return image;
  throw InputError(fmt::format("a picture of {} x {} pixels cannot be drawn ({}); draw less, of at most 32767 a side",
                               height, width, cairo_status_to_string(status)));
}

/// Row `row` of an image surface: 0xRRGGBB per pixel, the highest byte unused.
std::uint32_t* row_of(const Surface& image, std::int64_t row) {
  unsigned char* const data = cairo_image_surface_get_data(image.get());
  return reinterpret_cast<std::uint32_t*>(data + row * cairo_image_surface_get_stride(image.get()));
}

Surface surface_of(const Picture& picture) {
  Surface image = image_surface(picture.height, picture.width);
  for (std::int64_t row = 0; row < picture.height; ++row) {
    std::uint32_t* const out = row_of(image, row);
    for (std::int64_t column = 0; column < picture.width; ++column) {
      const Colour colour = picture.at(row, column);
      out[column] = static_cast<std::uint32_t>(colour.red << 16 | colour.green << 8 | colour.blue);
    }
  }
  cairo_surface_mark_dirty(image.get());
  return image;
}

void choose(const Context& context, Colour colour) {
  cairo_set_source_rgb(context.get(), colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0);
}

/// Adds a box to the path that is filled next.
void add(const Context& context, const Box& box) {
  cairo_rectangle(context.get(), static_cast<double>(box.left), static_cast<double>(box.top),
                  static_cast<double>(box.width()), static_cast<double>(box.height()));
}

/// Draws dots from pixel (x, y) on, either to the right or down.
void dot(const Context& context, std::int64_t x, std::int64_t y, std::int64_t right, std::int64_t down, Colour colour) {
  constexpr double dashes[] = {1, 3};
  choose(context, colour);
  cairo_save(context.get());
  cairo_set_line_width(context.get(), 1);
  cairo_set_dash(context.get(), dashes, 2, 0);
  cairo_move_to(context.get(), static_cast<double>(x) + (down > 0 ? 0.5 : 0),
                static_cast<double>(y) + (right > 0 ? 0.5 : 0));
  cairo_rel_line_to(context.get(), static_cast<double>(right), static_cast<double>(down));
  cairo_stroke(context.get());
  cairo_restore(context.get());
}

/// Without hinting, so that letters are equally far apart in every kind of file.
void choose_font(const Context& context, double size) {
  cairo_select_font_face(context.get(), "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context.get(), size);
  const std::unique_ptr<cairo_font_options_t, decltype(&cairo_font_options_destroy)> options(
      cairo_font_options_create(), cairo_font_options_destroy);
  cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  cairo_set_font_options(context.get(), options.get());
}

cairo_text_extents_t extents_of(const Context& context, std::string_view text) {
  cairo_text_extents_t extents;
  cairo_text_extents(context.get(), std::string(text).c_str(), &extents);
  return extents;
}

/// Makes the points the path that is stroked or filled next.
void trace(const Context& context, std::span<const Position> points) {
  cairo_new_path(context.get());
  for (const Position& point : points) cairo_line_to(context.get(), point.x, point.y);
}

cairo_status_t append(void* text, const unsigned char* bytes, unsigned count) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(bytes), count);
  return CAIRO_STATUS_SUCCESS;
}

constexpr std::int64_t most_dots_a_side = 8192;  // of finer PNG files: 200 MB while they are made
constexpr std::size_t png_header_size = 8 + 25;  // the signature and the chunk IHDR
constexpr std::uint32_t dots_a_metre = 3937;     // 100 an inch

/// Big-endian, as in PNG.
std::string png_number(std::uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift & 0xFF));
  return bytes;
}

/// PNG (Third Edition), annex D.
std::uint32_t png_checksum(std::string_view bytes) {
  std::uint32_t sum = 0xFFFFFFFF;
  for (const char byte : bytes) {
    sum ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) sum = sum & 1 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
  }
  return ~sum;
}

/// The chunk with the size on paper, which Cairo leaves out.
std::string png_density(std::int64_t per_metre) {
  const std::string number = png_number(static_cast<std::uint32_t>(per_metre));
  const std::string chunk = "pHYs" + number + number + '\1';  // 1: the unit is the metre
  return png_number(9) + chunk + png_number(png_checksum(chunk));
}

/// An SVG file of Cairo's, whose surfaces have the numbers in which they appear: Cairo's own depend on what else the
/// process has drawn.
std::string renumbered(const std::string& svg) {
  static const std::regex surface(R"(["#](?:image|surface|source-)(\d+))");  // Cairo 1.18 knows sources alone
  std::map<std::string, std::size_t> numbers;
  std::string result;
  auto rest = svg.begin();
  for (std::sregex_iterator found(svg.begin(), svg.end(), surface), none; found != none; ++found) {
    const std::ssub_match number = (*found)[1];
    result.append(rest, number.first);
    result += std::to_string(numbers.try_emplace(number, numbers.size()).first->second);
    rest = number.second;
  }
  return result.append(rest, svg.end());
}

/// The beginning of the UTF-8 character at `place`.
std::size_t character_at(std::string_view text, std::size_t place) {
  while (place > 0 && place < text.size() && (static_cast<std::uint8_t>(text[place]) & 0xC0) == 0x80) --place;
  return place;
}

/// Where the edge between pixels n - 1 and n lies when `from` pixels are stretched over `to`.
std::int64_t edge(std::int64_t n, std::int64_t from, std::int64_t to) {
  return std::llround(static_cast<double>(n) * static_cast<double>(to) / static_cast<double>(from));
}

}  // namespace

struct Drawing::State {
  State(std::int64_t rows, std::int64_t columns, int fineness)
      : height(rows), width(columns), dots(fineness), paper(recording(rows, columns)), context(context_of(paper)) {}

  static Surface recording(std::int64_t height, std::int64_t width) {
    const cairo_rectangle_t extents{0, 0, static_cast<double>(width), static_cast<double>(height)};
    return owned(cairo_recording_surface_create(CAIRO_CONTENT_COLOR, &extents));
  }
  void replay(const Surface& surface, double scale = 1) const {
    const Context copy = context_of(surface);
    cairo_scale(copy.get(), scale, scale);
    cairo_set_source_surface(copy.get(), paper.get(), 0, 0);
    cairo_paint(copy.get());
  }
  Surface image(std::int64_t fineness = 1) const {
    Surface result = image_surface(height * fineness, width * fineness);
    replay(result, static_cast<double>(fineness));
    cairo_surface_flush(result.get());
    return result;
  }
  std::string png() const;
  std::string svg() const;
  std::string pdf() const;
  /// The file's bytes, by its ending; nothing for an unknown ending, empty where Cairo failed.
  std::optional<std::string> bytes(std::string_view ending) const;

  std::int64_t height, width, dots;
  Surface paper;
  Context context;
};

std::string Drawing::State::png() const {
  const std::int64_t fineness = std::clamp<std::int64_t>(most_dots_a_side / std::max(height, width), 1, dots);
  std::string bytes;
  if (cairo_surface_write_to_png_stream(image(fineness).get(), append, &bytes) != CAIRO_STATUS_SUCCESS) return "";
  return bytes.insert(png_header_size, png_density(fineness * dots_a_metre));
}

std::string Drawing::State::svg() const {
  std::string bytes;
  const Surface surface = owned(
      cairo_svg_surface_create_for_stream(append, &bytes, static_cast<double>(width), static_cast<double>(height)));
  replay(surface);
  cairo_surface_finish(surface.get());
  if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) return "";
  // Cairo 1.16 does not write that pictures must not be smoothed.
  const std::string root = "<svg ";
  if (const auto at = bytes.find(root); at != std::string::npos)
    bytes.insert(at + root.size(), "style=\"image-rendering:pixelated\" ");
  return renumbered(bytes);
}

std::string Drawing::State::pdf() const {
  std::string bytes;
  const Surface surface = owned(
      cairo_pdf_surface_create_for_stream(append, &bytes, static_cast<double>(width), static_cast<double>(height)));
  cairo_pdf_surface_restrict_to_version(surface.get(), CAIRO_PDF_VERSION_1_4);  // pdfLaTeX warns of newer ones
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, nullptr);  // it would be now
  replay(surface);
  cairo_surface_finish(surface.get());
  return cairo_surface_status(surface.get()) == CAIRO_STATUS_SUCCESS ? bytes : "";
}

std::optional<std::string> Drawing::State::bytes(std::string_view ending) const {
  if (ending == ".png") return png();
  if (ending == ".svg") return svg();
  if (ending == ".pdf") return pdf();
  return std::nullopt;
}

double text_width(std::string_view text, double size) {
  const Context context = context_of(image_surface(1, 1));
  choose_font(context, size);
  return extents_of(context, text).x_advance;
}

std::string elided(std::string_view text, double width, double size) {
  std::string shown(text);
  for (std::size_t kept = text.size(); kept > 0 && text_width(shown, size) > width; --kept) {
    const std::string_view head = text.substr(0, character_at(text, 2 * kept / 5));
    shown = fmt::format("{}…{}", head, text.substr(character_at(text, text.size() - (kept - head.size()))));
  }
  return shown;
}

Drawing::Drawing(std::int64_t height, std::int64_t width, int dots)
    : state_(std::make_shared<State>(height, width, dots)) {
  fill({0, 0, height, width}, {255, 255, 255});
}

void Drawing::fill(const Box& box, Colour colour) {
  choose(state_->context, colour);
  add(state_->context, box);
  cairo_fill(state_->context.get());
}

void Drawing::outline(const Box& box, Colour colour) {
  const std::uint8_t whole = 1;
  encircle({&whole, 1}, 1, 1, box, colour);
}

void Drawing::dot_right(std::int64_t row, std::int64_t column, std::int64_t length, Colour colour) {
  dot(state_->context, column, row, length, 0, colour);
}

void Drawing::dot_down(std::int64_t row, std::int64_t column, std::int64_t length, Colour colour) {
  dot(state_->context, column, row, 0, length, colour);
}

void Drawing::show(const Picture& picture, const Box& box) {
  cairo_t* const context = state_->context.get();
  cairo_save(context);
  cairo_translate(context, static_cast<double>(box.left), static_cast<double>(box.top));
  cairo_scale(context, static_cast<double>(box.width()) / static_cast<double>(picture.width),
              static_cast<double>(box.height()) / static_cast<double>(picture.height));
  cairo_set_source_surface(context, surface_of(picture).get(), 0, 0);
  cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_NEAREST);
  cairo_rectangle(context, 0, 0, static_cast<double>(picture.width), static_cast<double>(picture.height));
  cairo_fill(context);
  cairo_restore(context);
}

void Drawing::encircle(std::span<const std::uint8_t> mask, std::int64_t height, std::int64_t width, const Box& box,
                       Colour colour) {
  const auto inside = [&](std::int64_t row, std::int64_t column) {
    return row >= 0 && column >= 0 && row < height && column < width &&
           mask[static_cast<std::size_t>(row * width + column)] != 0;
  };
  const Context& context = state_->context;
  choose(context, colour);
  for (std::int64_t row = 0; row < height; ++row) {
    const std::int64_t top = box.top + edge(row, height, box.height());
    const std::int64_t bottom = box.top + edge(row + 1, height, box.height());
    for (std::int64_t column = 0; column < width; ++column) {
      if (!inside(row, column)) continue;
      const std::int64_t left = box.left + edge(column, width, box.width());
      const std::int64_t right = box.left + edge(column + 1, width, box.width());
      if (!inside(row - 1, column)) add(context, {top, left, top + 1, right});
      if (!inside(row + 1, column)) add(context, {bottom - 1, left, bottom, right});
      if (!inside(row, column - 1)) add(context, {top, left, bottom, left + 1});
      if (!inside(row, column + 1)) add(context, {top, right - 1, bottom, right});
    }
  }
  cairo_fill(context.get());
}

void Drawing::line(std::span<const Position> points, Colour colour, double width, double dash) {
  const std::array dashes{dash, 4.0};
  choose(state_->context, colour);
  cairo_set_line_width(state_->context.get(), width);
  cairo_set_line_join(state_->context.get(), CAIRO_LINE_JOIN_ROUND);
  cairo_set_dash(state_->context.get(), dashes.data(), dash > 0 ? 2 : 0, 0);
  trace(state_->context, points);
  cairo_stroke(state_->context.get());
}

void Drawing::polygon(std::span<const Position> corners, Colour colour) {
  choose(state_->context, colour);
  trace(state_->context, corners);
  cairo_fill(state_->context.get());
}

void Drawing::write(const Label& label) {
  const Context& context = state_->context;
  choose(context, label.colour);
  choose_font(context, label.size);
  const double width = extents_of(context, label.text).x_advance, capital = -extents_of(context, "H").y_bearing;
  const double before = label.align == Align::left ? 0 : label.align == Align::centre ? width / 2 : width;
  cairo_save(context.get());
  cairo_translate(context.get(), label.x, label.y);
  cairo_rotate(context.get(), label.turn * std::numbers::pi / 180);
  cairo_move_to(context.get(), -before, capital / 2);
  cairo_show_text(context.get(), std::string(label.text).c_str());
  cairo_restore(context.get());
}

Picture Drawing::pixels() const {
  const Surface image = state_->image();
  Picture result(state_->height, state_->width, {});
  for (std::int64_t row = 0; row < result.height; ++row) {
    const std::uint32_t* const in = row_of(image, row);
    for (std::int64_t column = 0; column < result.width; ++column) {
      const auto byte = [&](int shift) { return static_cast<std::uint8_t>(in[column] >> shift); };
      result.at(row, column) = {byte(16), byte(8), byte(0)};
    }
  }
  return result;
}

void Drawing::save(const std::filesystem::path& path) const {
  const auto bytes = state_->bytes(path.extension().string());
  if (!bytes) throw InputError(path.string() + ": figures are PNG, SVG or PDF; let the name end in .png, .svg or .pdf");
  AtomicFile file(path);
  if (bytes->empty()) file.refuse("Cairo could not draw its figure");
  file.write(*bytes);
  file.commit();
}

}  // namespace stormsweep

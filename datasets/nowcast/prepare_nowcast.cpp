#include "datasets/nowcast/prepare_nowcast.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "datasets/nowcast/nowcast_patch_cutter.hpp"
#include "datasets/nowcast/nowcast_patch_draw.hpp"
#include "datasets/nowcast/nowcast_windows.hpp"
#include "datasets/radar/impossible_rain.hpp"
#include "datasets/radar/radar_archive.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t patches_a_window = 8, most_patches = 10'000;  // 8 overlap little; 10,000 of 256 x 256 are 17 GB
constexpr double floor_rate = 0.1;                                   // mm/h: light rain
constexpr double floor_vil = 1;
constexpr double listing = 0.1;  // share of the time; the rest is for two readings

using SeenCentres = std::map<std::int64_t, PatchCentres>;  ///< by the image's number

/// The places, below `places`, at which no pixel of the middle is missing in any image of the window; none where an
/// image could not be read.
std::vector<std::int64_t> complete_places(const NowcastWindow& window, const SeenCentres& seen, std::int64_t places) {
  std::vector<const PatchCentres*> centres;
  for (const std::int64_t image : window.images) {
    const auto found = seen.find(image);
    if (found == seen.end()) return {};
    centres.push_back(&found->second);
  }
  std::vector<std::int64_t> result;
  for (std::int64_t place = 0; place < places; ++place) {
    const auto i = static_cast<std::size_t>(place);
    if (std::ranges::all_of(centres, [&](const PatchCentres* one) { return one->complete[i] != 0; }))
      result.push_back(place);
  }
  return result;
}

class Preparation {
 public:
  Preparation(const RawRadar& raw, const std::filesystem::path& folder, const std::function<void(double)>& progress)
      : raw_(raw), folder_(folder), progress_(progress) {}
  PreparedNowcast run();

 private:
  void list();
  void find_windows();
  void tell_of_overlap();
  [[noreturn]] void refuse_short() const;
  std::string shorter_step() const;
  std::array<std::int64_t, 3> quotas(bool validated) const;
  bool divides_places() const { return result_.windows[1] == 0 && raw_.validation_fraction > 0; }
  std::vector<PatchReservoir> reservoirs(bool validated) const;
  std::vector<PatchReservoir> divided(const ColumnReservoirs& columns, const PatchReservoir& test);
  std::array<std::vector<PatchDraw>, 3> draw();
  std::array<std::vector<PatchDraw>, 3> draw_all(const PatchLattice& lattice);
  void look_at(std::int64_t image, const PatchLattice& lattice, SeenCentres& seen);
  void offer(std::size_t window, const SeenCentres& seen, std::int64_t places, std::vector<PatchReservoir>& splits,
             ColumnReservoirs& columns) const;
  bool too_old(std::int64_t image, std::int64_t now) const;
  void write(const std::array<std::vector<PatchDraw>, 3>& draws);
  std::string provenance() const;
  RadarFrame read(std::int64_t image) const {
    return read_radar_image(archive_.images[static_cast<std::size_t>(image)]);
  }
  /// A remedy where patches are larger than necessary.
  const char* smaller_patches() const { return raw_.side > RawRadar{}.side ? " or a smaller --size" : ""; }
  std::int64_t height() const { return archive_.images[0].grid.height / result_.block; }
  std::int64_t width() const { return archive_.images[0].grid.width / result_.block; }

  const RawRadar& raw_;
  const std::filesystem::path& folder_;
  const std::function<void(double)>& progress_;
  RadarArchive archive_;
  ImpossibleRain impossible_;
  Cadence cadence_;
  std::int64_t overlap_ = 0;  ///< of amounts, seconds
  std::vector<NowcastWindow> windows_;
  std::vector<DataSplit> splits_;
  PreparedNowcast result_;
};

/// Pixels of 1 km stay as they are, finer ones are averaged; an unknown size is taken to be 1 km.
std::int64_t block_of(const RadarGrid& grid) {
  const double metres = grid.pixel_side();
  return metres > 0 ? std::max<std::int64_t>(1, std::llround(1000 / metres)) : 1;
}

void Preparation::list() {
  archive_ = list_archive(raw_.paths, raw_.variable, raw_.strict, [&](std::int64_t done, std::int64_t all) {
    progress_(listing * static_cast<double>(done) / static_cast<double>(all));
  });
  const RadarImage& first = archive_.images.front();
  result_.files = archive_.files, result_.images = std::ssize(archive_.images), result_.skipped = archive_.skipped;
  result_.notes = archive_.notes;
  if (raw_.found) raw_.found(result_);
  result_.block = block_of(first.grid);
  if (height() < raw_.side || width() < raw_.side) {
    throw InputError(fmt::format("{}: its image has {} x {} pixels{}, a patch {} x {}; give larger images{}",
                                 first.path.string(), height(), width(),
                                 result_.block > 1 ? fmt::format(" after averaging over {0} x {0}", result_.block) : "",
                                 raw_.side, raw_.side, smaller_patches()));
  }
  const double metres = first.grid.pixel_side();
  result_.meta.quantity = first.quantity;
  result_.meta.scale = first.quantity == RadarQuantity::vil ? 1.0f : 0.01f;
  result_.meta.pixel_km = metres > 0 ? metres * static_cast<double>(result_.block) / 1000 : 1;
}

void Preparation::refuse_short() const {
  const std::int64_t window = (nowcast_frames - 1) * cadence_.stride + 1;
  const std::int64_t between = overlap_ / cadence_.interval;
  throw InputError(fmt::format(
      "{}: {} images, at most {} in a row, {:g} min apart: a training and a test split take {}, {} for each "
      "(13 frames {:g} min apart){}; give {}a longer sequence or several",
      raw_.paths[0].string() + (raw_.paths.size() > 1 ? fmt::format(" and {} more", raw_.paths.size() - 1) : ""),
      archive_.images.size(), longest_run(archive_.images, cadence_), static_cast<double>(cadence_.interval) / 60,
      2 * window + between, window, static_cast<double>(cadence_.step()) / 60,
      between > 0 ? fmt::format(" and {} between them, whose amounts overlap", between) : "", shorter_step()));
}

/// "--step 5, ", where that would help.
std::string Preparation::shorter_step() const {
  const std::int64_t stride =
      (longest_run(archive_.images, cadence_) - overlap_ / cadence_.interval - 2) / (2 * (nowcast_frames - 1));
  if (stride < 1 || stride >= cadence_.stride) return "";
  return fmt::format("--step {:g}, ", static_cast<double>(stride * cadence_.interval) / 60);
}

void Preparation::tell_of_overlap() {
  const std::int64_t length = overlap_ + cadence_.interval;
  if (length - cadence_.step() <= cadence_.tolerance()) return;
  const RadarImage& first = archive_.images.front();
  result_.notes.push_back(fmt::format(
      "{}: amounts of {:g} h every {:g} min: targets hold rain of the inputs; give amounts since the image before, or "
      "rates",
      first.path.string(), static_cast<double>(length) / 3600, static_cast<double>(cadence_.step()) / 60));
}

void Preparation::find_windows() {
  cadence_ = find_cadence(archive_.images, raw_.step_minutes);
  result_.interval_minutes = static_cast<double>(cadence_.interval) / 60;
  result_.meta.step_minutes = static_cast<double>(cadence_.step()) / 60;
  windows_ = stormsweep::find_windows(archive_.images, cadence_);
  overlap_ = amount_overlap(archive_.images, cadence_);
  tell_of_overlap();
  splits_ = split_by_time(windows_, raw_.validation_fraction, raw_.test_fraction, overlap_);
  struct Span {
    std::int64_t begin = 0, end = 0;
  };
  std::array<Span, 3> spans;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    if (splits_[i] == DataSplit::dropped) {
      ++result_.dropped_windows;
      continue;
    }
    const auto split = static_cast<std::size_t>(splits_[i]);
    if (result_.windows[split]++ == 0) spans[split] = {windows_[i].begin, windows_[i].end};
    spans[split].end = std::max(spans[split].end, windows_[i].end);
  }
  for (std::size_t split = 0; split < spans.size(); ++split) {
    if (result_.windows[split] > 0)
      result_.spans[split] = words_of(spans[split].begin) + " to " + words_of(spans[split].end);
  }
  if (result_.windows[0] == 0 || result_.windows[2] == 0) refuse_short();
}

std::array<std::int64_t, 3> Preparation::quotas(bool validated) const {
  const std::int64_t kept = std::ssize(windows_) - result_.dropped_windows;
  const std::int64_t patches = raw_.patches > 0 ? raw_.patches : std::min(most_patches, patches_a_window * kept);
  const auto part = [&](double fraction) {
    return std::max<std::int64_t>(1, std::llround(fraction * static_cast<double>(patches)));
  };
  const std::int64_t validation = validated ? part(raw_.validation_fraction) : 0;
  const std::int64_t test = part(raw_.test_fraction);
  if (patches <= validation + test)
    throw InputError(
        fmt::format("{} patches, {} of them for validation and {} for test, leave none for training; give "
                    "more by --patches, or smaller fractions",
                    patches, validation, test));
  return {patches - validation - test, validation, test};
}

std::vector<PatchReservoir> Preparation::reservoirs(bool validated) const {
  std::vector<PatchReservoir> result;
  for (const std::int64_t size : quotas(validated)) result.emplace_back(size, raw_.seed);
  return result;
}

/// Divides the columns of training's windows between training and validation; the test keeps its draw.
std::vector<PatchReservoir> Preparation::divided(const ColumnReservoirs& columns, const PatchReservoir& test) {
  std::vector<DataSplit> division = columns.divide(raw_.validation_fraction / (1 - raw_.test_fraction));
  result_.validation_by_place = !division.empty();
  if (division.empty()) division.assign(PatchLattice(height(), width(), raw_.side).columns.size(), DataSplit::train);
  std::vector<PatchReservoir> splits = reservoirs(result_.validation_by_place);
  columns.give(division, DataSplit::train, splits[0]);
  columns.give(division, DataSplit::validation, splits[1]);
  splits[2] = test;
  return splits;
}

std::array<std::vector<PatchDraw>, 3> Preparation::draw() {
  const PatchLattice lattice(height(), width(), raw_.side);
  const auto draws = draw_all(lattice);
  if (raw_.found) raw_.found(result_);
  for (const std::size_t split : {0, 2}) {
    if (!draws[split].empty()) continue;
    throw InputError(fmt::format(
        "{}: no place for a patch of {} x {}: everywhere a pixel of the middle {} x {} is missing; give images of a "
        "larger range{}",
        split_names[split], raw_.side, raw_.side, nowcast_centre, nowcast_centre, smaller_patches()));
  }
  return draws;
}

/// Whether no window that ends at image `now` or later has `image`.
bool Preparation::too_old(std::int64_t image, std::int64_t now) const {
  const RadarImage &a = archive_.images[static_cast<std::size_t>(image)],
                   &b = archive_.images[static_cast<std::size_t>(now)];
  return a.sequence != b.sequence || a.time + nowcast_frames * cadence_.step() < b.time;
}

/// Adds the image's centres to `seen`, unless it cannot be read.
void Preparation::look_at(std::int64_t image, const PatchLattice& lattice, SeenCentres& seen) try {
  RadarFrame frame = read(image);
  impossible_.look_at(archive_.images[static_cast<std::size_t>(image)], frame, raw_.strict);
  clamp_rain(frame);
  seen[image] = look_at_centres(block_means(frame.values, frame.grid.width, result_.block), width(), lattice);
} catch (const UnreadableFile& error) {
  if (raw_.strict) throw;
  result_.skipped.emplace_back(error.what());
}

/// Offers the window's complete places to its split, or to their columns where these are to be divided.
void Preparation::offer(std::size_t window, const SeenCentres& seen, std::int64_t places,
                        std::vector<PatchReservoir>& splits, ColumnReservoirs& columns) const {
  const DataSplit split = splits_[window];
  if (split == DataSplit::dropped) return;
  const double floor = result_.meta.quantity == RadarQuantity::vil ? floor_vil : floor_rate;
  const bool divide = split == DataSplit::train && divides_places();
  for (const std::int64_t place : complete_places(windows_[window], seen, places)) {
    const PatchDraw candidate{static_cast<std::int64_t>(window), place};
    const PatchCentres& last_input = seen.at(windows_[window].images[nowcast_inputs - 1]);
    const double weight = floor + last_input.rain[static_cast<std::size_t>(place)];
    if (divide)
      columns.offer(candidate, weight);
    else
      splits[static_cast<std::size_t>(split)].offer(candidate, weight);
  }
}

std::array<std::vector<PatchDraw>, 3> Preparation::draw_all(const PatchLattice& lattice) {
  std::vector<PatchReservoir> splits = reservoirs(result_.windows[1] > 0);
  ColumnReservoirs columns(lattice, quotas(false)[0], raw_.seed);
  std::map<std::int64_t, std::vector<std::size_t>> ending;  // windows by their last image
  for (std::size_t w = 0; w < windows_.size(); ++w) ending[windows_[w].images.back()].push_back(w);
  SeenCentres seen;
  for (std::int64_t image = 0; image < result_.images; ++image) {
    progress_(listing + (1 - listing) / 2 * static_cast<double>(image) / static_cast<double>(result_.images));
    look_at(image, lattice, seen);
    std::erase_if(seen, [&](const auto& held) { return too_old(held.first, image); });
    for (const std::size_t window : ending[image]) offer(window, seen, lattice.size(), splits, columns);
  }
  std::ranges::copy(impossible_.lines(), std::back_inserter(result_.notes));
  if (divides_places()) splits = divided(columns, splits[2]);
  std::array<std::vector<PatchDraw>, 3> draws{splits[0].drawn(), splits[1].drawn(), splits[2].drawn()};
  const auto first_image = [&](const PatchDraw& draw) {
    return windows_[static_cast<std::size_t>(draw.window)].images.front();
  };
  for (auto& split : draws) std::ranges::stable_sort(split, {}, first_image);  // each image is read once more, no more
  return draws;
}

void Preparation::write(const std::array<std::vector<PatchDraw>, 3>& draws) {
  const PatchLattice lattice(height(), width(), raw_.side);
  NowcastSplitsWriter writer(folder_, {std::ssize(draws[0]), std::ssize(draws[1]), std::ssize(draws[2])}, raw_.side,
                             result_.meta);
  PatchCutter cutter(archive_.images, raw_.side, result_.block, result_.meta.scale);
  std::int64_t done = 0, all = 0;
  for (const auto& split : draws) all += std::ssize(split);
  for (std::size_t split = 0; split < draws.size(); ++split) {
    for (const PatchDraw& draw : draws[split]) {
      progress_((1 + listing) / 2 + (1 - listing) / 2 * static_cast<double>(done++) / static_cast<double>(all));
      const NowcastWindow& window = windows_[static_cast<std::size_t>(draw.window)];
      const RadarImage& last_input = archive_.images[static_cast<std::size_t>(window.images[nowcast_inputs - 1])];
      const NowcastPlace place{last_input.time, lattice.row(draw.place), lattice.column(draw.place)};
      writer.append(split, cutter.cut(window, place.row, place.column), place);
    }
  }
  result_.missing =
      static_cast<double>(cutter.missing()) / static_cast<double>(all * nowcast_frames * raw_.side * raw_.side);
  result_.clipped = cutter.clipped();
  result_.counts = writer.finish(provenance());
}

std::string Preparation::provenance() const {
  std::string paths;
  for (const auto& path : raw_.paths) paths.append(" ").append(path.string());
  return fmt::format(
      "stormsweep prepare nowcast{} --size {} --step {:g} --patches {} --seed {} --validation-fraction {} "
      "--test-fraction {}: {} images of {} files, {} left out; windows of training, validation, test: {}",
      paths, raw_.side, raw_.step_minutes, raw_.patches, raw_.seed, raw_.validation_fraction, raw_.test_fraction,
      result_.images, result_.files, result_.skipped.size(), fmt::join(result_.windows, ", "));
}

PreparedNowcast Preparation::run() {
  check_writable(folder_);
  list();
  find_windows();
  write(draw());
  result_.meta = NowcastPatches(folder_ / "train.h5").meta();
  return result_;
}

}  // namespace

PreparedNowcast prepare_nowcast(const RawRadar& raw, const std::filesystem::path& folder,
                                const std::function<void(double)>& progress) {
  return Preparation(raw, folder, progress).run();
}

}  // namespace stormsweep

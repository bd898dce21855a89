#include "datasets/radar/radar_archive.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "datasets/files/raw_files.hpp"
#include "datasets/radar/amount_hours.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

bool same_kind(const RadarGrid& a, const RadarGrid& b) {
  return a.height == b.height && a.width == b.width && a.pixel_height == b.pixel_height &&
         a.pixel_width == b.pixel_width;
}

/// Times made up for events do not mix with known ones: a split by time would separate known from unknown times.
void check_known(const RadarImage& first, const RadarImage& image) {
  if (image.time_known == first.time_known) return;
  const RadarImage &unknown = image.time_known ? first : image, &known = image.time_known ? image : first;
  const bool same = known.path == unknown.path;
  throw InputError(fmt::format(
      "{}: the times of {} are unknown, those of {} are not ({}); give files whose times are all known, or all unknown",
      unknown.path.string(), same ? "some of its events" : "its events", same ? "others" : known.path.string(),
      unknown.note));
}

/// Checks that `image` belongs with `first`, the first of all, and with `first_of_sequence`.
void check_alike(const RadarImage& first, const RadarImage& first_of_sequence, const RadarImage& image) {
  if (image.quantity != first.quantity) {
    throw InputError(fmt::format("{} holds {}, but {} {}; give one quantity at a time", image.path.string(),
                                 name_of(image.quantity), first.path.string(), name_of(first.quantity)));
  }
  check_known(first, image);
  if (!same_kind(image.grid, first.grid) || !same_grid(image.grid, first_of_sequence.grid)) {
    const RadarImage& other = same_kind(image.grid, first.grid) ? first_of_sequence : first;
    throw InputError(
        fmt::format("{}: its grid ({} x {}) is not that of {} ({} x {}), or lies elsewhere; give one grid "
                    "at a time",
                    image.path.string(), image.grid.height, image.grid.width, other.path.string(), other.grid.height,
                    other.grid.width));
  }
}

void check_times(const std::vector<RadarImage>& images) {
  for (std::size_t i = 1; i < images.size(); ++i) {
    const RadarImage &a = images[i - 1], &b = images[i];
    if (a.sequence == b.sequence && a.time == b.time && a.path == b.path) {
      throw InputError(fmt::format("{}: two of its images are of {}, to the second; give images a second or more apart",
                                   a.path.string(), words_of(a.time)));
    }
    if (a.sequence == b.sequence && a.time == b.time) {
      throw InputError(fmt::format("{} and {} both hold an image of {}; leave one out", a.path.string(),
                                   b.path.string(), words_of(a.time)));
    }
  }
}

/// Each note once, with the first file that has it.
std::vector<std::string> notes_of(const std::vector<RadarImage>& images) {
  std::map<std::string, std::set<fs::path>> files;
  for (const RadarImage& image : images) {
    if (!image.note.empty()) files[image.note].insert(image.path);
  }
  std::vector<std::string> lines;
  for (const auto& [note, paths] : files)
    lines.push_back(fmt::format("{}{}: {}", paths.begin()->string(),
                                paths.size() > 1 ? fmt::format(" and {} more", paths.size() - 1) : "", note));
  return lines;
}

}  // namespace

RadarArchive list_archive(const std::vector<fs::path>& paths, const std::string& variable, bool strict,
                          const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const std::vector<fs::path> files = list_raw_files(
      paths, [](const fs::path& path) { return !path.filename().string().starts_with('.'); },
      "holds no file; give radar files or folders of them");
  RadarArchive archive;
  std::map<std::pair<fs::path, std::int64_t>, RadarImage> first_of;  // of each sequence; files share sequence 0
  std::int64_t done = 0;
  for (const fs::path& file : files) {
    progress(done++, std::ssize(files));
    std::vector<RadarImage> images;
    try {
      images = list_radar_images(file, variable);
    } catch (const UnreadableFile& error) {
      if (strict) throw;
      archive.skipped.emplace_back(error.what());
      continue;
    }
    ++archive.files;
    for (RadarImage& image : images) {
      RadarImage first = image;
      first.sequence = std::ssize(first_of);  // if it is new
      const auto [known, is_new] = first_of.try_emplace({image.sequence ? file : fs::path(), image.sequence}, first);
      image.sequence = known->second.sequence;
      check_alike(archive.images.empty() ? image : archive.images.front(), known->second, image);
      archive.images.push_back(std::move(image));
    }
  }
  if (archive.images.empty()) {
    throw InputError(archive.skipped.empty()
                         ? fmt::format("{}{}: no radar image is there; give radar files that hold some",
                                       files[0].string(),
                                       files.size() > 1 ? fmt::format(" and {} more", files.size() - 1) : "")
                         : archive.skipped[0]);
  }
  const std::string empty = leave_out_empty(archive.images);
  std::ranges::sort(archive.images, {}, [](const RadarImage& image) { return std::tuple(image.sequence, image.time); });
  check_times(archive.images);
  const std::string note = complete_hours(archive.images);
  check_begins(archive.images);
  archive.notes = notes_of(archive.images);
  for (const std::string& more : {empty, note}) {
    if (!more.empty()) archive.notes.push_back(more);
  }
  return archive;
}

std::string words_of(std::int64_t time) {
  return utc_text(time, "%Y-%m-%d %H:%M:%S UTC");
}

}  // namespace stormsweep

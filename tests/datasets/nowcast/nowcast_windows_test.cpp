#include "datasets/nowcast/nowcast_windows.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "search/base/error.hpp"
#include "search/base/random.hpp"

using namespace stormsweep;

namespace {

/// Images of sequence 0 at these multiples of 5 minutes.
std::vector<RadarImage> images_at(const std::vector<std::int64_t>& fives, std::int64_t sequence = 0) {
  std::vector<RadarImage> images;
  for (const std::int64_t five : fives) {
    RadarImage image;
    image.time = 300 * five, image.sequence = sequence;
    images.push_back(image);
  }
  return images;
}

std::vector<RadarImage> row_of(std::int64_t count) {
  std::vector<std::int64_t> fives;
  for (std::int64_t i = 0; i < count; ++i) fives.push_back(i);
  return images_at(fives);
}

std::array<std::int64_t, 4> count(const std::vector<DataSplit>& splits) {
  std::array<std::int64_t, 4> counts{};
  for (const DataSplit split : splits) ++counts[static_cast<std::size_t>(split)];
  return counts;
}

}  // namespace

TEST_CASE("cadence: the multiple of the images' interval that is nearest to the step") {
  CHECK(find_cadence(row_of(5), 10).stride == 2);
  CHECK(find_cadence(row_of(5), 10).step() == 600);
  CHECK(find_cadence(row_of(5), 12).stride == 2);
  CHECK(find_cadence(row_of(5), 1).stride == 1);
  CHECK(find_cadence(images_at({0, 3, 6, 12, 15}), 10).interval == 900);  // a gap is not the interval
  CHECK(find_cadence(images_at({0, 3, 6, 12, 15}), 10).stride == 1);
  CHECK_THROWS_AS(find_cadence(row_of(1), 10), InputError);
}

TEST_CASE("windows: as brute force finds them, with images missing at random, in several sequences") {
  RandomStream stream(7);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<RadarImage> images;
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> number;  // of (sequence, five)
    for (std::int64_t sequence = 0; sequence < 2; ++sequence) {
      for (std::int64_t five = 0; five < 60; ++five) {
        if (stream.uniform() < 0.04) continue;
        number[{sequence, five}] = std::ssize(images);
        images.push_back(images_at({five}, sequence)[0]);
      }
    }
    std::set<std::array<std::int64_t, nowcast_frames>> expected, found;
    for (const auto& [place, first] : number) {
      std::array<std::int64_t, nowcast_frames> window{};
      bool whole = true;
      for (std::int64_t k = 0; k < nowcast_frames; ++k) {
        const auto at = number.find({place.first, place.second + 2 * k});
        whole = whole && at != number.end();
        if (whole) window[static_cast<std::size_t>(k)] = at->second;
      }
      if (whole) expected.insert(window);
    }
    for (const NowcastWindow& window : find_windows(images, {300, 2})) {
      found.insert(window.images);
      CHECK(window.end - window.begin == 12 * 600);
    }
    CHECK(bool{found == expected});
  }
}

TEST_CASE("windows: times may be off by a tenth of the interval, no more") {
  auto images = row_of(13);
  images[5].time += 30;
  CHECK(find_windows(images, {300, 1}).size() == 1);
  images[5].time += 1;
  CHECK(find_windows(images, {300, 1}).empty());
}

TEST_CASE("cadence and windows: images some seconds off the clock, each way, as those on it") {
  for (const std::int64_t interval : {60, 120, 150, 300, 600}) {
    CAPTURE(interval);
    for (int seed = 0; seed < 20; ++seed) {
      RandomStream stream(static_cast<std::uint64_t>(seed));
      std::vector<RadarImage> images(100), clock(100);
      for (std::size_t i = 0; i < images.size(); ++i) {
        clock[i].time = interval * static_cast<std::int64_t>(i);
        images[i].time = clock[i].time + static_cast<std::int64_t>(stream.uniform() * 5) - 2;
      }
      const Cadence cadence = find_cadence(images, 10);
      CHECK(cadence.interval == interval);
      const auto windows = find_windows(images, cadence), expected = find_windows(clock, cadence);
      REQUIRE(windows.size() == expected.size());
      for (std::size_t i = 0; i < windows.size(); ++i) CHECK(windows[i].images == expected[i].images);
    }
  }
  CHECK(find_cadence(images_at({0, 1, 3, 5, 6, 8, 10}), 10).interval == 600);  // most of them missing
}

TEST_CASE("the nearest image, within the tolerance") {
  const auto images = row_of(3);
  CHECK(nearest_image(images, 310, 30) == 1);
  CHECK(nearest_image(images, 290, 30) == 1);
  CHECK(nearest_image(images, -30, 30) == 0);
  CHECK(nearest_image(images, 630, 30) == 2);
  CHECK(!nearest_image(images, 631, 30));
  CHECK(!nearest_image(images, 150, 30));
  CHECK(nearest_image(images, 460, 300) == 2);
  CHECK(!nearest_image({}, 0, 30));
}

TEST_CASE("the longest run ends at gaps and at the next sequence") {
  CHECK(longest_run(images_at({0, 1, 2, 4, 5, 6, 7, 9}), {300, 2}) == 4);
  auto images = row_of(3);
  for (const RadarImage& image : images_at({3, 4}, 1)) images.push_back(image);
  CHECK(longest_run(images, {300, 2}) == 3);
}

TEST_CASE("split: no image is in two splits, and splits follow each other") {
  RandomStream stream(3);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<std::int64_t> fives;
    for (std::int64_t five = 0; five < 400; ++five) {
      if (stream.uniform() > 0.01) fives.push_back(five);
    }
    const auto windows = find_windows(images_at(fives), {300, 2});
    const auto splits = split_by_time(windows, 0.1, 0.2);
    std::map<std::int64_t, std::set<DataSplit>> splits_of;
    std::array<std::int64_t, 3> begin{1 << 30, 1 << 30, 1 << 30}, end{};
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (splits[i] == DataSplit::dropped) continue;
      for (const std::int64_t image : windows[i].images) splits_of[image].insert(splits[i]);
      const auto s = static_cast<std::size_t>(splits[i]);
      begin[s] = std::min(begin[s], windows[i].begin), end[s] = std::max(end[s], windows[i].end);
    }
    CHECK(std::ranges::all_of(splits_of, [](const auto& image) { return image.second.size() == 1; }));
    CHECK(end[0] < begin[1]);
    CHECK(end[1] < begin[2]);
    const auto counts = count(splits);
    const auto kept = static_cast<double>(counts[0] + counts[1] + counts[2]);
    CHECK(static_cast<double>(counts[2]) / kept == doctest::Approx(0.2).epsilon(0.2));
    CHECK(static_cast<double>(counts[1]) / kept == doctest::Approx(0.1).epsilon(0.2));
  }
}

TEST_CASE("split: the shortest sequence for two splits, and one image less") {
  const auto splits = split_by_time(find_windows(row_of(50), {300, 2}), 0.1, 0.2);
  CHECK(count(splits) == std::array<std::int64_t, 4>{1, 0, 1, 24});
  const auto none = split_by_time(find_windows(row_of(49), {300, 2}), 0.1, 0.2);
  CHECK(count(none) == std::array<std::int64_t, 4>{0, 0, 0, 25});
}

TEST_CASE("split: amounts that overlap leave a gap between splits, so that none holds rain of another") {
  for (const std::int64_t fives : {1, 6, 12}) {
    std::vector<RadarImage> images = row_of(400);
    for (RadarImage& image : images) image.amount = true, image.hours = static_cast<double>(fives) / 12;
    const Cadence cadence{300, 2};
    const std::int64_t overlap = amount_overlap(images, cadence);
    CHECK(overlap == 300 * (fives - 1));
    const auto windows = find_windows(images, cadence);
    const auto splits = split_by_time(windows, 0.1, 0.2, overlap);
    if (overlap == 0) CHECK(splits == split_by_time(windows, 0.1, 0.2));
    std::map<std::int64_t, std::set<DataSplit>> raining;  // splits with rain of these 5 minutes
    std::array<std::int64_t, 3> begin{1 << 30, 1 << 30, 1 << 30}, end{};
    for (std::size_t i = 0; i < windows.size(); ++i) {
      if (splits[i] == DataSplit::dropped) continue;
      for (const std::int64_t image : windows[i].images)
        for (std::int64_t five = 0; five < fives; ++five) raining[image - five].insert(splits[i]);
      const auto s = static_cast<std::size_t>(splits[i]);
      begin[s] = std::min(begin[s], windows[i].begin), end[s] = std::max(end[s], windows[i].end);
    }
    CHECK(std::ranges::all_of(raining, [](const auto& five) { return five.second.size() == 1; }));
    CHECK(begin[1] - end[0] == 300 * fives);  // no more than is needed
    CHECK(begin[2] - end[1] == 300 * fives);
  }
  CHECK(amount_overlap(row_of(5), {300, 1}) == 0);  // rates
}

TEST_CASE("split: validation is left out where it costs training half or more") {
  CHECK(count(split_by_time(find_windows(row_of(92), {300, 2}), 0.1, 0.2)) ==
        std::array<std::int64_t, 4>{35, 0, 9, 24});  // a second cut would drop 24 of 35
  const auto counts = count(split_by_time(find_windows(row_of(300), {300, 2}), 0.1, 0.2));
  CHECK(counts[1] > 0);
  CHECK(counts[3] == 48);
}

TEST_CASE("split: events of their own need no gap between them") {
  std::vector<RadarImage> images;
  for (std::int64_t event = 0; event < 10; ++event) {
    for (std::int64_t five = 0; five < 25; ++five) images.push_back(images_at({1000 * event + five}, event)[0]);
  }
  CHECK(count(split_by_time(find_windows(images, {300, 2}), 0.1, 0.2)) == std::array<std::int64_t, 4>{7, 1, 2, 0});
}

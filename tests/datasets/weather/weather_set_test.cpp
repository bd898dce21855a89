#include "datasets/weather/weather_set.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <thread>

#include "datasets/weather/weather_index.hpp"
#include "tests/datasets/weather/weather_maker.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t pixels = 6 * 7;

std::vector<RandomSample> write_samples(const fs::path& folder, int count, std::uint64_t seed = 100) {
  fs::create_directories(folder);
  std::vector<RandomSample> samples;
  for (int i = 0; i < count; ++i) {
    samples.emplace_back(6, 7, seed + static_cast<std::uint64_t>(i));
    samples.back().write(folder / ("data-" + std::to_string(i) + ".h5"));
  }
  return samples;
}

/// Replaces a file's bytes by as many others, with the same modification time.
void replace_by_garbage(const fs::path& path) {
  const auto time = fs::last_write_time(path);
  const std::string garbage(fs::file_size(path), 'x');
  std::ofstream(path, std::ios::binary) << garbage;
  fs::last_write_time(path, time);
}

}  // namespace

TEST_CASE("weather set: ranges, counts and files by brute force, whatever the number of threads") {
  const TemporaryFolder folder;
  const auto samples = write_samples(folder.path(), 9);
  std::ofstream(folder / "notes.txt") << "no sample\n";
  std::string first_index;
  for (const int threads : {1, 3}) {
    fs::remove(folder / "index.json"), fs::remove(folder / "scans.jsonl");
    std::vector<std::int64_t> told;
    const WeatherSet set(folder.path(), threads, [&](std::int64_t done, std::int64_t all) {
      told.push_back(done);
      CHECK(all == 9);
    });
    CHECK(told == std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 9});
    CHECK(set.kept());
    REQUIRE(set.size() == 9);
    const WeatherIndex& index = set.index();
    CHECK(index.height == 6);
    CHECK(index.width == 7);
    REQUIRE(index.labelings == 2);
    for (std::size_t c = 0; c < 16; ++c) {
      float least = std::numeric_limits<float>::max(), most = -least;
      for (const RandomSample& sample : samples) {
        const auto channel = std::span(sample.fields).subspan(c * pixels, pixels);
        least = std::min(least, std::ranges::min(channel)), most = std::max(most, std::ranges::max(channel));
      }
      CHECK(index.minimum[c] == least);
      CHECK(index.maximum[c] == most);
    }
    for (std::size_t k = 0; k < 2; ++k) {
      for (std::size_t label = 0; label < 3; ++label) {
        std::int64_t count = 0;
        for (const RandomSample& sample : samples)
          count += std::ranges::count(std::span(sample.labels).subspan(k * pixels, pixels), label);
        CHECK(index.pixels[k][label] == count);
      }
    }
    for (std::int64_t i = 0; i < 9; ++i) {
      CHECK(set.path(i) == folder / ("data-" + std::to_string(i) + ".h5"));
      CHECK(index.files[static_cast<std::size_t>(i)].bytes == static_cast<std::int64_t>(fs::file_size(set.path(i))));
    }
    if (threads == 1) first_index = text_of(folder / "index.json");
    CHECK(text_of(folder / "index.json") == first_index);
  }
}

TEST_CASE("weather set: with an index no sample is opened") {
  const TemporaryFolder folder;
  const auto samples = write_samples(folder.path(), 3);
  const std::string before = fingerprint(WeatherSet(folder.path()).index());
  for (int i = 0; i < 3; ++i) replace_by_garbage(folder / ("data-" + std::to_string(i) + ".h5"));
  bool told = false;
  const WeatherSet set(folder.path(), 2, [&](std::int64_t, std::int64_t) { told = true; });
  CHECK_FALSE(told);
  CHECK(set.kept());
  CHECK(fingerprint(set.index()) == before);
  CHECK(set.index().pixels[0][1] > 0);
  CHECK(refusal([&] { set.open(1); }).find("data-1.h5: not an HDF5 file") != std::string::npos);
}

TEST_CASE("weather set: the index is made anew where it no longer fits") {
  const TemporaryFolder folder;
  write_samples(folder.path(), 3);
  const WeatherIndex before = WeatherSet(folder.path()).index();
  SUBCASE("a file is written again") {
    const RandomSample other(6, 7, 999);
    other.write(folder / "data-1.h5");
    const WeatherIndex now = WeatherSet(folder.path()).index();
    CHECK(now.pixels[0] != before.pixels[0]);
    CHECK(now.files[1].checksum != before.files[1].checksum);
    CHECK(now.files[0].checksum == before.files[0].checksum);
  }
  SUBCASE("a file is gone") {
    fs::remove(folder / "data-2.h5");
    CHECK(WeatherSet(folder.path()).size() == 2);
  }
  SUBCASE("a file has come") {
    RandomSample(6, 7, 5).write(folder / "data-3.h5");
    CHECK(WeatherSet(folder.path()).size() == 4);
  }
  SUBCASE("the index is cut short") {
    fs::resize_file(folder / "index.json", 50);
    CHECK((WeatherSet(folder.path()).index().pixels ==
           before.pixels));  // glog, which LibTorch includes, cannot print them
  }
  SUBCASE("the index is of a later version") {
    std::string text = text_of(folder / "index.json");
    text.replace(text.find("\"format_version\": 1"), 19, "\"format_version\": 2");
    std::ofstream(folder / "index.json") << text;
    CHECK((WeatherSet(folder.path()).index().pixels ==
           before.pixels));  // glog, which LibTorch includes, cannot print them
  }
  const auto kept = read_index(folder / "index.json");
  REQUIRE(kept);
  CHECK(same_files(kept->files, list_samples(folder.path())));
}

TEST_CASE("weather set: an index that cannot be kept is no error") {
  const TemporaryFolder folder;
  write_samples(folder.path(), 2);
  fs::create_directories(folder / "index.json" / "in the way");
  const WeatherSet set(folder.path());
  CHECK_FALSE(set.kept());
  CHECK(set.size() == 2);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 4);  // nothing half-written is left
}

TEST_CASE("weather set: several make the index at once") {
  const TemporaryFolder folder;
  write_samples(folder.path(), 5);
  std::array<std::string, 4> fingerprints;
  {
    std::vector<std::jthread> makers;
    for (auto& one : fingerprints)
      makers.emplace_back([&] { one = fingerprint(WeatherSet(folder.path(), 2).index()); });
  }
  for (const std::string& one : fingerprints) CHECK(one == fingerprints[0]);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 7);
}

TEST_CASE("weather set: the fingerprint is that of names and contents, not of the folder or the time") {
  const TemporaryFolder folder;
  write_samples(folder / "a", 3), write_samples(folder / "b", 3), write_samples(folder / "c", 3, 101);
  const std::string a = fingerprint(WeatherSet(folder / "a").index());
  CHECK(a.size() == 16);
  CHECK(a == fingerprint(WeatherSet(folder / "b").index()));
  CHECK(a != fingerprint(WeatherSet(folder / "c").index()));
  fs::rename(folder / "b" / "data-2.h5", folder / "b" / "data-9.h5");
  CHECK(a != fingerprint(WeatherSet(folder / "b").index()));
}

TEST_CASE("weather set: copies are read where there are any; a file of another size is refused") {
  const TemporaryFolder folder;
  write_samples(folder / "shared", 2);
  const auto others = write_samples(folder / "local", 1, 555);  // other numbers, to see which one was read
  WeatherSet set(folder / "shared");
  set.use_copies(folder / "local");
  std::vector<float> fields(16 * pixels);
  set.open(0).read(fields);
  CHECK(fields == others[0].channels_last());
  set.open(1).read(fields);
  CHECK(fields != others[0].channels_last());
  fs::resize_file(folder / "shared" / "data-1.h5", 100);
  CHECK(refusal([&] { set.open(1); }).find("data-1.h5: has changed while it was in use") != std::string::npos);
  fs::remove(folder / "shared" / "data-1.h5");
  CHECK(refusal([&] { set.open(1); }).find("now: No such file or directory") != std::string::npos);
}

TEST_CASE("weather set: a file that is written anew may have its bytes, and no others") {
  const TemporaryFolder folder;
  const auto samples = write_samples(folder / "set", 2);
  write_samples(folder / "other", 2, 555);
  const WeatherSet set(folder / "set");
  const fs::path file = folder / "set" / "data-1.h5";
  const auto before = fs::last_write_time(file);
  fs::last_write_time(file, before + std::chrono::seconds(5));
  std::vector<float> fields(16 * pixels);
  for (int twice = 0; twice < 2; ++twice) {
    set.open(1).read(fields);
    CHECK(fields == samples[1].channels_last());
  }
  const WeatherSet later(folder / "set");  // the index is made anew
  fs::copy_file(folder / "other" / "data-1.h5", file, fs::copy_options::overwrite_existing);
  fs::last_write_time(file, before - std::chrono::seconds(5));
  CHECK(refusal([&] { later.open(1); }).find("bytes before, now: others); start again") != std::string::npos);
  CHECK_NOTHROW(later.open(0));
}

TEST_CASE("weather set: what cannot be one set is refused in one line with the remedy") {
  const TemporaryFolder folder;
  const auto refused_for = [&](const fs::path& where, const std::string& problem) {
    for (const int threads : {1, 3}) CHECK(refusal([&] { WeatherSet(where, threads); }) == where.string() + problem);
    CHECK_FALSE(fs::exists(where / "index.json"));
  };
  SUBCASE("no folder") {
    refused_for(folder / "none", ": cannot be listed (No such file or directory); give a folder of samples");
  }
  SUBCASE("no samples") {
    refused_for(folder.path(),
                ": holds no *.h5 file; give a folder of samples, or make some with stormsweep generate segmentation");
  }
  SUBCASE("files of different sizes") {
    write_samples(folder.path(), 3);
    RandomSample(8, 7, 1).write(folder / "data-2.h5");
    refused_for(folder.path(),
                ": data-0.h5 and data-2.h5 have 6 x 7 and 8 x 7 pixels; put samples of one size into a folder");
  }
  SUBCASE("different numbers of labelings") {
    const auto samples = write_samples(folder.path(), 2);
    write_weather_file(folder / "data-1.h5", 6, 7, samples[1].fields, std::span(samples[1].labels).first(pixels), 1);
    refused_for(folder.path(), ": data-0.h5 and data-1.h5 have 2 and 1 labelings; label all samples alike");
  }
  SUBCASE("labels outside the classes, in the first of two files") {
    auto samples = write_samples(folder.path(), 6);
    for (const std::size_t i : {2, 4}) {
      samples[i].labels[8] = 7;
      samples[i].write(folder / ("data-" + std::to_string(i) + ".h5"));
    }
    refused_for(folder.path(),
                "/data-2.h5: climate/labels is 7 in row 1, column 1; labels are 0 background, 1 tropical cyclone or 2 "
                "atmospheric river");
  }
  SUBCASE("values that are not finite") {
    auto samples = write_samples(folder.path(), 2);
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
      samples[1].fields[3 * pixels + 5] = bad;
      samples[1].write(folder / "data-1.h5");
      refused_for(folder.path(),
                  "/data-1.h5: channel 3 of climate/data holds a value that is not finite; mend or remove this file");
    }
  }
}

TEST_CASE("weather set: a folder, or a link to nothing, by the name of a sample is refused") {
  const TemporaryFolder folder;
  write_samples(folder.path(), 2);
  const fs::path odd = folder / "odd.h5";
  const auto refused = [&](const std::string& problem) {
    CHECK_THROWS_WITH_AS(WeatherSet(folder.path()), (odd.string() + ": " + problem).c_str(), InputError);
  };
  fs::create_directory(odd);
  refused("is no file; move it out of the folder of samples");
  fs::remove(odd);
  fs::create_symlink(folder / "gone.h5", odd);
  refused("cannot be read (No such file or directory); mend it, or move it out of the folder of samples");
}

TEST_CASE("weather set: only what has changed is read again, with the results of reading all") {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) write_samples(folder / name, 3);
  const WeatherSet before(folder / "a");
  for (const char* name : {"a", "b"}) RandomSample(6, 7, 999).write(folder / name / "data-1.h5");
  for (const char* name : {"data-0.h5", "data-2.h5"}) replace_by_garbage(folder / "a" / name);
  const WeatherSet part(folder / "a", 1, [](std::int64_t done, std::int64_t all) { CHECK((done == 1 && all == 1)); });
  const WeatherSet whole(folder / "b");
  CHECK(fingerprint(part.index()) != fingerprint(before.index()));
  CHECK(fingerprint(part.index()) == fingerprint(whole.index()));
  CHECK(bool{part.index().minimum == whole.index().minimum});
  CHECK(bool{part.index().maximum == whole.index().maximum});
  CHECK(bool{part.index().pixels == whole.index().pixels});
}

TEST_CASE("weather set: a reading that is interrupted goes on, also where its last line was cut short") {
  const TemporaryFolder folder;
  write_samples(folder.path(), 4);
  const auto interrupt = [](std::int64_t done, std::int64_t) {
    if (done == 3) throw std::runtime_error("interrupted");
  };
  CHECK_THROWS_AS(WeatherSet(folder.path(), 1, interrupt), std::runtime_error);
  std::int64_t left = 1;
  SUBCASE("between two files") {}
  SUBCASE("in the middle of a line") {
    left = 2;
    fs::resize_file(folder / "scans.jsonl", fs::file_size(folder / "scans.jsonl") - 10);
  }
  std::int64_t told = 0;
  const WeatherSet set(folder.path(), 1, [&](std::int64_t done, std::int64_t) { told = done; });
  CHECK(told == left);
  CHECK(set.size() == 4);
  fs::remove(folder / "index.json");
  for (int i = 0; i < 4; ++i) replace_by_garbage(folder / ("data-" + std::to_string(i) + ".h5"));
  CHECK(fingerprint(WeatherSet(folder.path()).index()) == fingerprint(set.index()));
}

TEST_CASE("weather set: scans of a folder that cannot be written are kept in the cache, separately for each folder") {
  const TemporaryFolder folder;
  for (const char* name : {"a", "b"}) {
    write_samples(folder / name, 2);
    for (const char* file : {"index.json", "scans.jsonl"}) fs::create_directories(folder / name / file / "in the way");
  }
  RandomSample(6, 7, 999).write(folder / "b" / "data-1.h5");
  std::vector<std::string> fingerprints;
  for (const char* name : {"a", "b"}) {
    const WeatherSet set(folder / name, 1, {}, folder / "cache");
    CHECK(set.kept());
    fingerprints.push_back(fingerprint(set.index()));
    replace_by_garbage(folder / name / "data-0.h5");
  }
  CHECK(fingerprints[0] != fingerprints[1]);
  CHECK(fingerprint(WeatherSet(folder / "a", 1, {}, folder / "cache").index()) == fingerprints[0]);
  CHECK(fingerprint(WeatherSet(folder / "b", 1, {}, folder / "cache").index()) == fingerprints[1]);
  RandomSample(6, 7, 5).write(folder / "a" / "data-2.h5");
  CHECK(WeatherSet(
            folder / "a", 1, [](std::int64_t, std::int64_t all) { CHECK(all == 1); }, folder / "cache")
            .size() == 3);
}

TEST_CASE("weather set: a search's ranks read its index and do not list the folder; data that changed are refused") {
  const TemporaryFolder folder;
  write_samples(folder.path(), 3);
  const std::string known = fingerprint(WeatherSet(folder.path()).index());
  for (int i = 0; i < 3; ++i)
    fs::rename(folder / ("data-" + std::to_string(i) + ".h5"), folder / ("gone-" + std::to_string(i)));
  WeatherSet first = known_weather(folder.path(), known, {}, 1);
  CHECK(first.size() == 3);
  first.use_copies("nowhere");
  CHECK(&known_weather(folder.path(), known, {}, 1).index() == &first.index());
  RandomSample(6, 7, 5).write(folder / "data-9.h5");
  CHECK(refusal([&] { known_weather(folder.path(), std::string(16, '0'), {}, 1); }) ==
        folder.path().string() +
            ": has changed since the search looked at it; start again with data that stay as they are");
  CHECK(known_weather(folder.path(), "", {}, 1).size() == 1);  // as it is now
}

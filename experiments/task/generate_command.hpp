#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "experiments/task/command_options.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/options.hpp"
#include "search/base/progress_bar.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

// What the commands `stormsweep generate` share. `things`: what a world is made of, "storms" say.

/// `options`, followed by those of a world whose things are split by shares.
template <class World>
OptionTable with_split_options(OptionTable options, World& world, const std::string& things) {
  namespace po = boost::program_options;
  const std::string share = "share of the " + things;
  options.add_options()("seed", po::value(&world.seed)->default_value(0), "another seed, another world")(
      "validation-fraction", po::value(&world.validation_fraction)->default_value(0.1, "0.1"), share.c_str())(
      "test-fraction", po::value(&world.test_fraction)->default_value(0.2, "0.2"), share.c_str())(
      "threads", po::value(&world.threads)->default_value(usable_cores()), "the data does not depend on it");
  return options;
}

/// Throws InputError where --`things`, which is `count`, is less than one per split, and as check_fractions and
/// check_threads do.
template <class World>
void check_split_options(const std::string& command, const std::string& things, std::int64_t count,
                         const World& world) {
  if (count < 3) refuse_option(command, things, std::to_string(count), "give at least 3, one a split");
  check_fractions(command, world.validation_fraction, world.test_fraction);
  check_threads(command, world.threads);
}

/// Makes `count` things behind a progress bar: `make` is given a function to report how many there are so far. Then
/// `print` is given its result, and the time taken is printed. Returns the command's exit status.
template <class Make, class Print>
int generate(const std::string& command, const std::string& things, std::int64_t count, const std::string& folder,
             const Make& make, const Print& print) {
  ProgressBar bar(command, things);
  const Seconds start = steady_time();
  const auto made = make(std::function([&](std::int64_t done) { bar.show(done, count); }));
  bar.wipe();
  const Seconds took = steady_time() - start;
  print(made);
  fmt::print("{} {} in {:.1f} s, in {}\n", count, things, took.count(), folder);
  return exit_done;
}

}  // namespace stormsweep

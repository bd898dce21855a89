#include "search/base/error.hpp"

#include <doctest/doctest.h>

#include <array>

using namespace stormsweep;

TEST_CASE("edit distance counts insertions, deletions and replacements") {
  CHECK(edit_distance("", "") == 0);
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance("saturday", "sunday") == 3);
  CHECK(edit_distance("flaw", "lawn") == edit_distance("lawn", "flaw"));
}

TEST_CASE("the nearest word is named only where it may be meant") {
  const std::array<std::string, 3> known{"epochs", "batch_size", "gpus"};
  CHECK(nearest("epoch", known) == "epochs");
  CHECK(nearest("batchsize", known) == "batch_size");
  CHECK(nearest("gpu", known) == "gpus");
  CHECK(nearest("temperature", known) == "");
}

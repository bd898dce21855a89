#include "search/base/error.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <system_error>

using namespace stormsweep;

TEST_CASE("an error of the system is told in a line, with a remedy where threads are too many") {
  const auto told = [](int code) { return unforeseen(std::system_error(code, std::generic_category(), "thread\n1")); };
  CHECK(told(EAGAIN) ==
        "thread 1: Resource temporarily unavailable; no more processes and threads may run here: end some, or raise "
        "ulimit -u");
  CHECK(told(EIO) == "thread 1: Input/output error");
  CHECK(unforeseen(std::runtime_error("lost")) == "lost");
}

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

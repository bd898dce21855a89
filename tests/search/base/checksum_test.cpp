#include "search/base/checksum.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <vector>

#include "tests/folder.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

std::string digits(std::span<const char> bytes, Checksum::Bits bits, std::size_t step) {
  Checksum checksum(bits);
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(step, bytes.size())))
    checksum.add(std::as_bytes(bytes.first(std::min(step, bytes.size()))));
  return checksum.digits();
}

}  // namespace

TEST_CASE("checksums are those of XXH3, in whatever pieces the bytes come") {
  std::vector<char> many(10'000);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<char>(i % 251);
  const struct {
    std::span<const char> bytes;
    const char *short_one, *long_one;  // from libxxhash's functions for whole texts
  } known[] = {
      {{}, "2d06800538d394c2", "99aa06d3014798d86001c324468d497f"},
      {std::span("abc", 3), "78af5f94892f3950", "06b05ab6733a618578af5f94892f3950"},
      {many, "1cb3abee1c2fc1c4", "89dec82a789965e61cb3abee1c2fc1c4"},
  };
  for (const auto& [bytes, short_one, long_one] : known) {
    for (const std::size_t step : {1, 999, 100'000}) {
      CHECK(digits(bytes, Checksum::Bits::b64, step) == short_one);
      CHECK(digits(bytes, Checksum::Bits::b128, step) == long_one);
    }
  }
}

TEST_CASE("a checksum takes in files and texts; of texts it knows where each ends") {
  const TemporaryFolder folder;
  std::ofstream(folder / "abc") << "abc";
  Checksum of_file, ab_c, a_bc;
  std::size_t bytes = 0;
  of_file.add_file(folder / "abc", "mend it", [&](std::size_t some) { bytes += some; });
  CHECK(bytes == 3);
  CHECK(of_file.digits() == "78af5f94892f3950");
  CHECK(refusal([&] { of_file.add_file(folder / "none", "mend it"); }) ==
        (folder / "none").string() + ": cannot be read (No such file or directory); mend it");
  CHECK(refusal([&] { of_file.add_file(folder.path(), "mend it"); }) ==
        folder.path().string() + ": cannot be read to its end (Is a directory); mend it");
  ab_c.add_text("ab"), ab_c.add_text("c");
  a_bc.add_text("a"), a_bc.add_text("bc");
  CHECK(ab_c.digits() != a_bc.digits());
  CHECK(ab_c.digits() == digits({"ab\0c", 5}, Checksum::Bits::b64, 2));
}

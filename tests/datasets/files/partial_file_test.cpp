#include "datasets/files/partial_file.hpp"

#include <doctest/doctest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <numeric>
#include <vector>

#include "tests/folder.hpp"
#include "tests/refusal.hpp"

using namespace stormsweep;

namespace {

int writes = 0;   ///< by HDF5
int failing = 0;  ///< which of them fails, counted from 1; 0: none

}  // namespace

/// These take the place of the C library's, by one of which HDF5 writes.
extern "C" ssize_t pwrite(int file, const void* bytes, std::size_t count, off_t offset) {
  if (++writes != failing) return syscall(SYS_pwrite64, file, bytes, count, offset);
  errno = ENOSPC;
  return -1;
}
extern "C" ssize_t pwrite64(int file, const void* bytes, std::size_t count, off64_t offset) {
  return pwrite(file, bytes, count, offset);
}

namespace {

constexpr std::array<hsize_t, 2> shape{2, 600};

/// A compressed chunk, as images of radar have.
bool write_chunk(const hdf5::Handle& file, const std::vector<float>& numbers) {
  const hdf5::Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_chunk(properties, 2, shape.data());
  H5Pset_deflate(properties, 6);
  H5Pset_obj_track_times(properties, false);
  const hdf5::Handle space(H5Screate_simple(2, shape.data(), nullptr), H5Sclose);
  const hdf5::Handle image(H5Dcreate2(file, "image", H5T_NATIVE_FLOAT, space, H5P_DEFAULT, properties, H5P_DEFAULT),
                           H5Dclose);
  return image && H5Dwrite(image, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()) >= 0;
}

bool write_rows(const hdf5::Handle& file, const std::vector<float>& numbers) {
  const hdf5::Handle rows = hdf5::create(file, "rows", hdf5::type_of<float>(), shape);
  return rows && hdf5::write_rows(rows, 0, 1, numbers.data()) && hdf5::write_rows(rows, 1, 1, numbers.data() + 600) &&
         hdf5::write_attribute(rows, "unit", std::string("mm/h"));
}

void write_file(const std::filesystem::path& path) {
  std::vector<float> numbers(shape[0] * shape[1]);
  std::iota(numbers.begin(), numbers.end(), 0.0F);
  PartialFile partial(path);
  const bool good = write_rows(partial.file(), numbers) && write_chunk(partial.file(), numbers) &&
                    hdf5::write_attribute(partial.file(), "format_version", 1);
  partial.seal(good);
  partial.publish();
}

}  // namespace

TEST_CASE("of the writes to a file, each that fails leaves no file and is told with its cause") {
  const TemporaryFolder folder;
  const auto path = folder / "data.h5";
  writes = 0;
  write_file(path);
  const int all = writes;
  REQUIRE(all > 4);
  for (int k = 1; k <= all; ++k) {
    CAPTURE(k);
    std::filesystem::remove(path);
    writes = 0, failing = k;
    const std::string message = refusal([&] { write_file(path); });
    failing = 0;
    CHECK(message.starts_with(path.string() + ": cannot be written"));
    CHECK(message.ends_with(" (No space left on device); free some space, or choose another folder"));
    CHECK(std::filesystem::is_empty(folder.path()));
  }
}

#include "datasets/files/partial_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <system_error>
#include <utility>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr hsize_t page = 4096;

}  // namespace

PartialFile::PartialFile(const fs::path& path) : path_(path), temporary_(path.string() + ".partial") {
  hdf5::silence();
  const hdf5::Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_alignment(access, 1, page);
  H5Pset_small_data_block_size(access, 0);  // or small datasets would share a block, and begin anywhere in it
  file_ = {H5Fcreate(temporary_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose};
  if (!file_)
    throw InputError(path.string() + ": cannot be written; choose a folder that exists and that you may write to");
}

PartialFile::PartialFile(PartialFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, fs::path())),
      file_(std::move(other.file_)) {}

PartialFile::~PartialFile() {
  file_ = {};
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove(temporary_, ignored);
}

void PartialFile::fail(const std::string& problem) const {
  throw InputError(path_.string() + ": " + problem + "; free some space, or choose another folder");
}

void PartialFile::seal(bool good) {
  good = good && H5Fflush(file_, H5F_SCOPE_LOCAL) >= 0;
  file_ = {};
  if (!good) fail("cannot be written to its end");
  const int descriptor = ::open(temporary_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool durable = descriptor >= 0 && fsync(descriptor) == 0;
  close(descriptor);
  if (!durable) fail("cannot be brought to the disk");
}

void PartialFile::publish() {
  std::error_code error;
  fs::rename(temporary_, path_, error);
  if (error) throw InputError(path_.string() + ": cannot be replaced; choose another folder");
  temporary_.clear();
}

}  // namespace stormsweep

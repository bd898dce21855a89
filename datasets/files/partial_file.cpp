#include "datasets/files/partial_file.hpp"

#include <cerrno>

namespace stormsweep {

namespace {

constexpr hsize_t page = 4096;

}  // namespace

PartialFile::PartialFile(const std::filesystem::path& path)
    : atomic_(path, behind_links(path).string() + ".partial", AtomicFile::usual_remedy) {
  hdf5::silence();
  const hdf5::Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  H5Pset_alignment(access, 1, page);
  H5Pset_small_data_block_size(access, 0);  // otherwise small datasets would share a block, and begin anywhere in it
  // Without buffers for numbers and chunks, what the disk does not take fails as it is written; otherwise it could fail
  // as a dataset is closed, unnoticed.
  H5Pset_sieve_buf_size(access, 0);
  H5Pset_cache(access, 0, 0, 0, 0);
  file_ = {H5Fcreate(atomic_.temporary().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose};
  if (!file_) fail("cannot be written");
  errno = 0;  // of HDF5's look whether the file exists: no cause of a later failure
}

void PartialFile::fail(std::string_view problem) const {
  refuse_file(path(), problem, "free some space, or choose another folder");
}

void PartialFile::seal(bool good) {
  if (!good || H5Fflush(file_, H5F_SCOPE_LOCAL) < 0 || !file_.close()) fail("cannot be written to its end");
  atomic_.sync();
}

}  // namespace stormsweep

#include "datasets/files/partial_file.hpp"

#include "search/base/error.hpp"

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
  file_ = {H5Fcreate(atomic_.temporary().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access), H5Fclose};
  if (!file_) fail("cannot be written");
}

void PartialFile::fail(const std::string& problem) const {
  throw InputError(path().string() + ": " + problem + "; free some space, or choose another folder");
}

void PartialFile::seal(bool good) {
  good = good && H5Fflush(file_, H5F_SCOPE_LOCAL) >= 0;
  file_ = {};
  if (!good) fail("cannot be written to its end");
  atomic_.sync();
}

}  // namespace stormsweep

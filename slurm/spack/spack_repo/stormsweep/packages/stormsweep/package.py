# A recipe for Spack 1.0 or later, in a checkout:
#   spack repo add slurm/spack/spack_repo/stormsweep && spack dev-build stormsweep@0.3.0
# and for GPUs `stormsweep@0.3.0+cuda cuda_arch=90`, or the architecture of yours. Not run with Spack yet; but Python
# compiles it, and names and variants of packages were compared with Spack's own recipes. Comments after packages are
# Debian's names; a test compares them with .ci/setup.
from spack_repo.builtin.build_systems.cmake import CMakePackage, generator
from spack_repo.builtin.build_systems.cuda import CudaPackage

from spack.package import *


class Stormsweep(CMakePackage, CudaPackage):
    """Which configuration of a weather network is best, and what does each one cost? Searches over hyperparameters on
    the ranks of an MPI job."""

    license("BSD-3-Clause")

    # No tarball is published: build a checkout with `spack dev-build`.
    version("0.3.0")

    # The variants cuda and cuda_arch, and the compiler of our own kernels, come from CudaPackage. PyTorch needs the
    # latter.
    conflicts("cuda_arch=none", when="+cuda", msg="say what your GPUs are: cuda_arch=90")

    depends_on("c", type="build")
    depends_on("cxx", type="build")  # g++
    depends_on("cmake@3.25:", type="build")  # cmake
    depends_on("ninja", type="build")  # ninja-build
    depends_on("pkgconfig", type="build")  # pkg-config
    depends_on("help2man", type="build")

    # Only Open MPI survives lost workers: mpirun --enable-recovery. Built without Slurm, mpirun knows only one node of
    # a job; built with it, Open MPI 4 has no mpirun unless told to.
    depends_on("openmpi@4.1: schedulers=slurm")  # libopenmpi-dev openmpi-bin
    depends_on("openmpi+legacylaunchers", when="^openmpi@:4")
    depends_on("hwloc@2:")  # libhwloc-dev
    depends_on("py-torch@1.13:~cuda", when="~cuda")  # libtorch-dev libgloo-dev libopenblas0-openmp
    depends_on("py-torch@1.13:+cuda+nccl", when="+cuda")
    for arch in CudaPackage.cuda_arch_values:
        depends_on(f"py-torch cuda_arch={arch}", when=f"cuda_arch={arch}")
    depends_on("nccl", when="+cuda")
    depends_on("hdf5~mpi@1.10:")  # libhdf5-dev
    depends_on("netcdf-c~mpi")  # libnetcdf-dev
    depends_on("proj@9:")  # libproj-dev
    # MRMS packs its fields as PNG.
    depends_on("eccodes+png")  # libeccodes-dev
    depends_on("udunits@2.2:")  # libudunits2-dev
    depends_on("opencv@4.6: +imgproc+video")  # libopencv-video-dev
    depends_on("zlib-api")  # zlib1g-dev
    # These variants of Cairo must be enabled together. Spack has no DejaVu: figures use the system's font.
    depends_on("cairo@1.18:+png+ft+fc+pdf+zlib")  # libcairo2-dev fonts-dejavu-core
    depends_on("eigen@3.4:3")  # libeigen3-dev
    depends_on("nlopt@2.7:~python")  # libnlopt-dev
    depends_on("boost@1.74:+program_options")  # libboost-program-options-dev
    depends_on("nlohmann-json@3.11:")  # nlohmann-json3-dev
    depends_on("sqlite@3.35:")  # libsqlite3-dev sqlite3
    depends_on("sqlitecpp")  # libsqlitecpp-dev
    depends_on("fmt@9:")  # libfmt-dev
    depends_on("xxhash")  # libxxhash-dev
    depends_on("doctest", type="test")  # doctest-dev

    generator("ninja")

    def cmake_args(self):
        # CMake finds LibTorch itself: py-torch names the folder of its CMake files.
        return [self.define("BUILD_TESTING", self.run_tests)]

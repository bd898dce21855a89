# A recipe for Spack 1.0 or later. Spack itself has not run it yet: Python compiles it, no more; the names of packages and
# variants are from memory.
#
#   spack repo create stormsweep-repo && mkdir -p stormsweep-repo/packages/stormsweep
#   cp slurm/spack/package.py stormsweep-repo/packages/stormsweep/ && spack repo add stormsweep-repo
#   git clone <the repository> stormsweep && cd stormsweep && spack dev-build stormsweep@0.2.0
from spack_repo.builtin.build_systems.cmake import CMakePackage, generator

from spack.package import *


class Stormsweep(CMakePackage):
    """Which configuration of a weather network is best, and what does each one cost? Searches over hyperparameters on
    the ranks of an MPI job."""

    license("BSD-3-Clause")

    # No tarball is published: build a checkout by `spack dev-build`.
    version("0.2.0")

    variant("cuda", default=False, description="Train on GPUs of NVIDIA")

    depends_on("c", type="build")
    depends_on("cxx", type="build")
    depends_on("cmake@3.25:", type="build")
    depends_on("ninja", type="build")
    depends_on("help2man", type="build")

    # Lost workers are survived by Open MPI alone: mpirun --enable-recovery.
    depends_on("openmpi@4.1:")
    depends_on("py-torch@1.13:~cuda", when="~cuda")
    depends_on("py-torch@1.13:+cuda+nccl", when="+cuda")
    depends_on("nccl", when="+cuda")
    depends_on("hdf5~mpi@1.10:")
    depends_on("netcdf-c~mpi")
    depends_on("proj@9:")
    depends_on("eccodes")
    depends_on("udunits")
    depends_on("opencv@4.6: +video")
    depends_on("zlib-api")
    depends_on("boost@1.74:+program_options")
    depends_on("nlohmann-json@3.11:")
    depends_on("sqlite@3.35:")
    depends_on("sqlitecpp")
    depends_on("fmt@9:")
    depends_on("xxhash")
    depends_on("doctest", type="build")

    generator("ninja")

    def cmake_args(self):
        # LibTorch is found by CMake itself: py-torch names the folder of its CMake files.
        return [self.define("BUILD_TESTING", self.run_tests)]

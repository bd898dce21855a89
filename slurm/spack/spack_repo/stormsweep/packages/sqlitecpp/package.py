from spack_repo.builtin.build_systems.cmake import CMakePackage

from spack.package import *


class Sqlitecpp(CMakePackage):
    """SQLite3 in C++. Spack has no recipe for it."""

    homepage = "https://github.com/SRombauts/SQLiteCpp"
    url = "https://github.com/SRombauts/SQLiteCpp/archive/3.2.0.tar.gz"

    license("MIT")

    # The checksum is that of Conan Center's recipe.
    version("3.2.0", sha256="57f91ed44ef205fe97b8c6586002fe6031cd02771d1c5d8415d9c515ad1532d1")

    depends_on("cxx", type="build")
    depends_on("cmake@3.1:", type="build")
    depends_on("sqlite@3:+column_metadata")

    def cmake_args(self):
        return [
            self.define("SQLITECPP_INTERNAL_SQLITE", False),
            self.define("SQLITECPP_RUN_CPPLINT", False),
            self.define("BUILD_SHARED_LIBS", True),
        ]

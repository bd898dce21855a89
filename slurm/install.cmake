# What `cmake --install` installs where, and the Debian package that `cpack` (run in the build folder) makes from it.
include(GNUInstallDirs)
# The programs are linked with the RUNPATH that they will have once installed. The RUNPATH that CMake usually builds with ends in
# an empty element (room for `cmake --install` to edit), which means the folder where a program is started.
set(programs stormsweep stormsweep-runner stormsweep-tend stormsweep-worker)
set_target_properties(${programs} PROPERTIES BUILD_WITH_INSTALL_RPATH ON)
# Libraries outside the system's folders (a site's MPI, a wheel's LibTorch) are found where they were when linking. For
# some packages only the folder of their CMake files is known, which is beside the library.
foreach(library ${TORCH_LIBRARY} ${MPI_C_LIBRARIES} ${HDF5_LIBRARIES} ${netCDF_DIR} ${PROJ_DIR} ${CAIRO_LINK_LIBRARIES}
        ${NLOPT_LINK_LIBRARIES} ${Boost_DIR} ${SQLite3_LIBRARIES} ${SQLiteCpp_DIR} ${fmt_DIR} ${ECCODES_LIBRARY}
        ${UDUNITS2_LIBRARY} ${OPENCV_VIDEO_LIBRARY})
  file(REAL_PATH ${library} file)
  if(library MATCHES "^/" AND NOT file MATCHES "^(/usr)?/lib(64|/[^/]+-linux-gnu)?/(cmake/.*|[^/]+)$")
    set_target_properties(${programs} PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  endif()
endforeach()
set(share ${CMAKE_INSTALL_DATADIR}/stormsweep)

# What to build before an installation: the programs and, if help2man is installed, their manual.
add_custom_target(programs ALL DEPENDS ${programs})
install(TARGETS ${programs})
find_program(HELP2MAN help2man)
if(HELP2MAN)
  set(manual ${PROJECT_BINARY_DIR}/man1)
  add_custom_command(OUTPUT ${manual}/stormsweep.1.gz
    COMMAND ${PROJECT_SOURCE_DIR}/slurm/manual $<TARGET_FILE:stormsweep> ${manual}
    DEPENDS slurm/manual stormsweep stormsweep-worker COMMENT "Writing the manual" VERBATIM)
  add_custom_target(manual DEPENDS ${manual}/stormsweep.1.gz)
  add_dependencies(programs manual)
  install(DIRECTORY ${manual} DESTINATION ${CMAKE_INSTALL_MANDIR})
else()
  message(STATUS "help2man was not found: installations will have no manual")
endif()

install(FILES slurm/completion.bash RENAME stormsweep DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
# The modulefile also names the mpirun of the MPI that is linked.
cmake_path(GET MPIEXEC_EXECUTABLE PARENT_PATH mpi)
set(path_to_mpi "")
if(NOT mpi MATCHES "^(/usr)?/bin$")
  set(path_to_mpi "# mpirun, of the MPI that it is linked with.\nprepend-path PATH ${mpi}\n")
endif()
configure_file(slurm/modulefile.in ${PROJECT_BINARY_DIR}/modulefile @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/modulefile RENAME ${PROJECT_VERSION} DESTINATION ${share}/modulefiles/stormsweep)
install(DIRECTORY slurm/machines DESTINATION ${share})
install(PROGRAMS slurm/search.sbatch DESTINATION ${share}/slurm)
foreach(name ${STORMSWEEP_EXPERIMENTS})
  install(FILES ${spaces_of_${name}} DESTINATION ${share}/spaces/${name})
endforeach()
set(maintainer "the stormsweep authors <authors@stormsweep.invalid>")
set(changelogs ${PROJECT_BINARY_DIR}/changelogs)
add_custom_command(OUTPUT ${changelogs}/changelog.gz
  COMMAND ${PROJECT_SOURCE_DIR}/slurm/changelogs ${PROJECT_VERSION} ${maintainer} ${changelogs}
  DEPENDS slurm/changelogs CHANGELOG.md COMMENT "Writing the changelogs" VERBATIM)
add_custom_target(changelogs DEPENDS ${changelogs}/changelog.gz)
add_dependencies(programs changelogs)
install(DIRECTORY ${changelogs}/ DESTINATION ${CMAKE_INSTALL_DOCDIR})
# Files that README.md links to or --help names, and those that they link to, are installed where they are expected.
file(GLOB pages CONFIGURE_DEPENDS RELATIVE ${PROJECT_SOURCE_DIR} experiments/*/README.md experiments/*/*.png)
foreach(page README.md CONTRIBUTING.md datasets/README.md master/report/README.md search/methods/README.md search/space/README.md
        slurm/README.md ${pages})
  cmake_path(GET page PARENT_PATH folder)
  install(FILES ${page} DESTINATION ${CMAKE_INSTALL_DOCDIR}/${folder})
endforeach()
install(FILES LICENSE RENAME copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})

# The Debian package has what was built, so that `cpack` does not build everything. One package, with release number 1.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT ${maintainer})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "search for the best configuration of a weather network")
set(CPACK_PACKAGE_DESCRIPTION "Trains a weather network in every configuration of a search space, on all\n\
ranks of an MPI job, and keeps what each one reached and cost as a row of an\n\
SQLite database.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Dependencies that libraries do not reveal: mpirun, the fast BLAS for LibTorch, and the font of figures.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "openmpi-bin, libopenblas0-openmp, fonts-dejavu-core")
include(CPack)

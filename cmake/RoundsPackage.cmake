# Installs the CMake package, so that an embedder writes find_package(rounds) and links
# rounds::store. Include it after all rounds_library calls.
include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/rounds")
configure_package_config_file(
  "${CMAKE_CURRENT_LIST_DIR}/roundsConfig.cmake.in" "${PROJECT_BINARY_DIR}/roundsConfig.cmake"
  INSTALL_DESTINATION "${package_dir}")
# Before 1.0 the interface may change with every minor version.
write_basic_package_version_file("${PROJECT_BINARY_DIR}/roundsConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
  "${PROJECT_BINARY_DIR}/roundsConfig.cmake" "${PROJECT_BINARY_DIR}/roundsConfigVersion.cmake"
  DESTINATION "${package_dir}")
install(EXPORT roundsTargets NAMESPACE rounds:: DESTINATION "${package_dir}")

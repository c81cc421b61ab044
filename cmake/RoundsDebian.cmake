# The Debian package: the programs with their manual pages, the service with its user and settings.
# `cpack -G DEB` in the build directory makes it. Include it after all rounds_program calls.
set(packaging "${PROJECT_SOURCE_DIR}/packaging")
install(FILES "${packaging}/man/rounds.1" "${packaging}/man/rounds-replay.1"
  DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT programs)
install(FILES "${packaging}/man/rounds-ingestd.8"
  DESTINATION "${CMAKE_INSTALL_MANDIR}/man8" COMPONENT programs)
# The paths of a system, wherever the rest goes: only the package has these.
install(FILES "${packaging}/rounds-ingestd.toml" DESTINATION /etc/rounds
  COMPONENT service EXCLUDE_FROM_ALL)
install(FILES "${packaging}/rounds-ingestd.service" DESTINATION /usr/lib/systemd/system
  COMPONENT service EXCLUDE_FROM_ALL)
install(FILES "${packaging}/rounds.sysusers" DESTINATION /usr/lib/sysusers.d RENAME rounds.conf
  COMPONENT service EXCLUDE_FROM_ALL)
install(FILES "${PROJECT_SOURCE_DIR}/docs/monitoring/rounds-alerts.yml"
  "${PROJECT_SOURCE_DIR}/docs/monitoring/rounds-dashboard.json"
  DESTINATION /usr/share/doc/rounds/monitoring COMPONENT service EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME rounds)
set(CPACK_PACKAGE_CONTACT "rounds <root@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "event-sourced store of failure signatures, and its daemon")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
  "rounds-ingestd receives telemetry over OTLP/HTTP and folds its errors into signatures;\nrounds and rounds-replay work on its data.")
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL programs service)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# systemd-sysusers makes the user.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "systemd | systemd-standalone-sysusers")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${packaging}/debian/postinst"
  "${packaging}/debian/prerm" "${packaging}/debian/postrm" "${packaging}/debian/conffiles")
include(CPack)

# cmake --install: the libraries with their exported targets headroom::<package>, and the programs.
# cpack -G DEB: a package of the operator's command alone.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/headroom)
get_property(packages GLOBAL PROPERTY HEADROOM_PACKAGES)
list(TRANSFORM packages REPLACE "headroom::" "headroom_")

install(TARGETS ${packages} EXPORT headroomTargets COMPONENT libraries)
install(DIRECTORY headroom DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libraries
        FILES_MATCHING PATTERN "*.hpp" PATTERN testing EXCLUDE
        PATTERN "*_fixture.hpp" EXCLUDE)
install(EXPORT headroomTargets NAMESPACE headroom:: DESTINATION ${config_dir} COMPONENT libraries)
configure_package_config_file(cmake/headroomConfig.cmake.in headroomConfig.cmake
                              INSTALL_DESTINATION ${config_dir})
write_basic_package_version_file(headroomConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/headroomConfig.cmake
              ${PROJECT_BINARY_DIR}/headroomConfigVersion.cmake
        DESTINATION ${config_dir} COMPONENT libraries)

install(TARGETS headroom RUNTIME COMPONENT command)
install(TARGETS headroom-service RUNTIME COMPONENT service)
install(DIRECTORY examples/plans DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples COMPONENT command
        OPTIONAL)
install(FILES catalogue.yaml DESTINATION ${CMAKE_INSTALL_DATADIR}/headroom COMPONENT command)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT command)

set(CPACK_PACKAGE_NAME headroom)
set(CPACK_PACKAGE_CONTACT "the headroom developers <headroom@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "plans and audits the connections of a stack on PostgreSQL")
set(CPACK_PACKAGE_DESCRIPTION
    "headroom adds up every connection a stack may open, compares the sum with what its servers
allow, and says who holds what and what to change.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL command)
set(CPACK_DEBIAN_COMMAND_PACKAGE_NAME headroom)
set(CPACK_DEBIAN_COMMAND_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)

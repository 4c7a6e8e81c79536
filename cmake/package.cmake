# headroom_package(NAME LINK ...): one folder = one package = one target headroom::NAME.
#
# Every *.cpp of the folder is the library, every *_test.cpp its test binary NAME_test, which also
# runs under the sanitizers named by TEST_LABELS (see headroom_test). A folder below it, named by
# FOLDERS, belongs to the same library; its tests are a binary of their own, NAME_FOLDER_test.
function(headroom_package name)
  cmake_parse_arguments(package "" "" "FOLDERS;LINK;PRIVATE_LINK;TEST_LINK;TEST_LABELS"
                        ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp detail/*.cpp)
  set(tests ${sources})
  foreach(folder ${package_FOLDERS})
    file(GLOB below_${folder} CONFIGURE_DEPENDS ${folder}/*.cpp ${folder}/detail/*.cpp)
    list(APPEND sources ${below_${folder}})
    list(FILTER below_${folder} INCLUDE REGEX "_test\\.cpp$")
  endforeach()
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  headroom_units(units headroom_${name} ${HEADROOM_UNIT_SIZE} ${sources})
  add_library(headroom_${name} STATIC ${units})
  add_library(headroom::${name} ALIAS headroom_${name})
  set_target_properties(headroom_${name} PROPERTIES EXPORT_NAME ${name})
  if(NOT name STREQUAL "testing")
    set_property(GLOBAL APPEND PROPERTY HEADROOM_PACKAGES headroom::${name})
  endif()
  target_compile_features(headroom_${name} PUBLIC cxx_std_23)
  target_compile_definitions(headroom_${name} PUBLIC BOOST_ENABLE_ASSERT_HANDLER)
  target_include_directories(headroom_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                     $<INSTALL_INTERFACE:include>)
  target_link_libraries(headroom_${name} PUBLIC ${package_LINK}
                        PRIVATE ${package_PRIVATE_LINK} $<BUILD_INTERFACE:headroom_flags>)
  if(HEADROOM_TESTS AND tests)
    headroom_test(${name}_test SOURCES ${tests} LINK headroom::${name} ${package_TEST_LINK}
                  LABELS ${package_TEST_LABELS})
  endif()
  foreach(folder ${package_FOLDERS})
    if(HEADROOM_TESTS AND below_${folder})
      headroom_test(${name}_${folder}_test SOURCES ${below_${folder}}
                    LINK headroom::${name} ${package_TEST_LINK} LABELS ${package_TEST_LABELS})
    endif()
  endforeach()
endfunction()

add_custom_target(tests_asan)
add_custom_target(tests_tsan)

# headroom_test(NAME SOURCES ... LINK ... LABELS ... [ALONE]): one test binary, one ctest entry.
# ALONE: it measures how long things take, so nothing else runs beside it.
#
# A label `asan` or `tsan` puts the test into the subset ./dev test builds and runs under that
# preset, through the target tests_asan or tests_tsan.
function(headroom_test name)
  cmake_parse_arguments(test "ALONE" "" "SOURCES;LINK;ARGS;LABELS" ${ARGN})
  headroom_units(units ${name} 6 ${test_SOURCES})
  add_executable(${name} ${units})
  target_link_libraries(${name} PRIVATE ${test_LINK} headroom::testing GTest::gmock GTest::gtest_main headroom_flags)
  add_test(NAME ${name} COMMAND ${name} ${test_ARGS})
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 LABELS "${test_LABELS}"
                       RUN_SERIAL "${test_ALONE}"
                       ENVIRONMENT "TSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/tsan.supp")
  foreach(label ${test_LABELS})
    add_dependencies(tests_${label} ${name})
  endforeach()
endfunction()

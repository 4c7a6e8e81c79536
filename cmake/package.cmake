# headroom_package(NAME LINK ...): one folder = one package = one target headroom::NAME.
#
# Every *.cpp of the folder is the library, every *_test.cpp its test binary NAME_test.
function(headroom_package name)
  cmake_parse_arguments(package "" "" "LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cpp detail/*.cpp)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  add_library(headroom_${name} STATIC ${sources})
  add_library(headroom::${name} ALIAS headroom_${name})
  set_target_properties(headroom_${name} PROPERTIES EXPORT_NAME ${name})
  target_compile_definitions(headroom_${name} PUBLIC BOOST_ENABLE_ASSERT_HANDLER)
  target_include_directories(headroom_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}>
                                                     $<INSTALL_INTERFACE:include>)
  target_link_libraries(headroom_${name} PUBLIC ${package_LINK}
                        PRIVATE ${package_PRIVATE_LINK} $<BUILD_INTERFACE:headroom_flags>)
  if(HEADROOM_TESTS AND tests)
    headroom_test(${name}_test SOURCES ${tests} LINK headroom::${name})
  endif()
endfunction()

# headroom_test(NAME SOURCES ... LINK ...): one test binary, one ctest entry.
function(headroom_test name)
  cmake_parse_arguments(test "" "" "SOURCES;LINK;ARGS" ${ARGN})
  add_executable(${name} ${test_SOURCES})
  target_link_libraries(${name} PRIVATE ${test_LINK} headroom::testing GTest::gtest_main headroom_flags)
  add_test(NAME ${name} COMMAND ${name} ${test_ARGS})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300)
endfunction()

# headroom_units(OUT NAME SIZE SOURCES ...): sets OUT to units of compilation that hold up to SIZE of
# the SOURCES each, named after NAME. Most of the compiler's time goes into headers sources share.
#
# CMake's own UNITY_BUILD names sources by absolute paths, so that no two clones share a compiler
# cache; these units name them from the root of the project, and do. A source that reads the
# kernel's headers stays alone: <linux/tcp.h> and the library's <netinet/tcp.h> do not go together.
set(HEADROOM_UNIT_SIZE 1 CACHE STRING "Sources of a library in one unit of compilation")

function(headroom_units out name size)
  set(units "")
  set(together "")
  foreach(source ${ARGN})
    cmake_path(ABSOLUTE_PATH source)
    file(STRINGS ${source} kernel REGEX "# *include <linux/" LIMIT_COUNT 1)
    if(kernel OR size EQUAL 1)
      list(APPEND units ${source})
    else()
      list(APPEND together ${source})
    endif()
  endforeach()
  set(number 0)
  while(together)
    math(EXPR number "${number} + 1")
    set(text "")
    foreach(nth RANGE 1 ${size})
      if(together)
        list(POP_FRONT together source)
        cmake_path(RELATIVE_PATH source BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
        string(APPEND text "#include \"${source}\"\n")
      endif()
    endforeach()
    set(unit ${CMAKE_CURRENT_BINARY_DIR}/units/${name}_${number}.cpp)
    file(CONFIGURE OUTPUT ${unit} CONTENT "${text}" @ONLY)
    list(APPEND units ${unit})
  endwhile()
  set(${out} ${units} PARENT_SCOPE)
endfunction()

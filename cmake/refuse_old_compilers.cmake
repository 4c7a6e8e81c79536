# One line for a compiler that cannot build headroom. The leading blank keeps CMake from wrapping it.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  message(FATAL_ERROR " headroom needs clang >= 19 or GCC >= 13: GCC ${CMAKE_CXX_COMPILER_VERSION} miscompiles coroutines (temporaries in an expression with co_await are destroyed twice).")
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 19)
  message(FATAL_ERROR " headroom needs clang >= 19 or GCC >= 13: clang ${CMAKE_CXX_COMPILER_VERSION} lacks the C++23 library and warning support the code relies on.")
endif()

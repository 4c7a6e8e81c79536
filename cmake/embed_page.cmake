# headroom_embed_page(TARGET DIRECTORY HEADER FUNCTION): the files of a page as text in the program.
#
# Writes embedded_page.cpp, which defines FUNCTION, declared in HEADER: the text by the file's name.
function(headroom_embed_page target directory header function)
  file(GLOB files CONFIGURE_DEPENDS ${directory}/*)
  list(SORT files)
  set(entries "")
  foreach(file ${files})
    file(READ ${file} text)
    get_filename_component(name ${file} NAME)
    string(APPEND entries
           "    if (name == \"${name}\") return R\"headroom_page(${text})headroom_page\";\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_page.cpp)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"#include \"@header@\"

#include <boost/assert.hpp>

std::string_view @function@(std::string_view name) {
@entries@    BOOST_ASSERT_MSG(false, \"the page has no such file\");
    return {};
}
")
  target_sources(${target} PRIVATE ${output})
endfunction()

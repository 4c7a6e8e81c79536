# headroom_embed_catalogue(TARGET FILE): the catalogue as text in the program, so that a single
# binary works; it is installed beside it as well, for people to read and to extend.
function(headroom_embed_catalogue target file)
  file(READ ${file} text)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_catalogue.cpp)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"#include \"command/catalogue.hpp\"

namespace headroom::command {

std::string_view embedded_catalogue() {
    return R\"headroom_yaml(@text@)headroom_yaml\";
}

}  // namespace headroom::command
")
  target_sources(${target} PRIVATE ${output})
endfunction()

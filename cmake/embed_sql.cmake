# headroom_embed_sql(TARGET DIRECTORY NAMESPACE): numbered SQL files as a list in the program.
#
# Writes embedded_sql.cpp, which defines `NAMESPACE::embedded_sql()`: a span of migration_file.
function(headroom_embed_sql target directory namespace)
  file(GLOB files CONFIGURE_DEPENDS ${directory}/*.sql)
  list(SORT files)
  set(entries "")
  foreach(file ${files})
    file(READ ${file} text)
    get_filename_component(name ${file} NAME)
    string(APPEND entries "        {\"${name}\", R\"headroom_sql(${text})headroom_sql\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_sql.cpp)
  file(CONFIGURE OUTPUT ${output} @ONLY CONTENT
"#include <span>

#include \"headroom/persistence/migration_source.hpp\"

namespace @namespace@ {

std::span<const headroom::persistence::migration_file> embedded_sql() {
    static constexpr headroom::persistence::migration_file files[] = {
@entries@    };
    return files;
}

}  // namespace @namespace@
")
  target_sources(${target} PRIVATE ${output})
endfunction()

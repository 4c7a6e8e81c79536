// http/openapi/page.hpp: the files of page/, as part of the program.
#pragma once
#include <string_view>

namespace headroom::http::openapi {

/// The text of "index.html", "page.js" or "page.css". Requires that there is such a file.
std::string_view embedded_page(std::string_view name);

}  // namespace headroom::http::openapi

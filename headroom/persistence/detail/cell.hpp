// persistence/detail/cell.hpp: one value of a result, as it stands in libpq's memory.
#pragma once
#include <string_view>

#include "headroom/persistence/rows.hpp"

namespace headroom::persistence {

struct rows::cell {
    std::string_view bytes;  ///< empty for NULL
    unsigned type = 0;       ///< Oid
    bool null = true;
    bool binary = true;
    int column = 0;          ///< for the message when it is read as something else
};

}  // namespace headroom::persistence

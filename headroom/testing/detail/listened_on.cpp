#include "headroom/testing/detail/listened_on.hpp"

#include <system_error>

#include "headroom/testing/text_client.hpp"

namespace headroom::testing::detail {

bool is_listened_on(unsigned short port) {
    try {
        const text_client probe(port);
        return true;
    } catch (const std::system_error&) {
        return false;
    }
}

}  // namespace headroom::testing::detail

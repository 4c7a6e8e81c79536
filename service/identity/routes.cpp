#include "service/identity/routes.hpp"

namespace headroom::service::identity {

void add_routes(http::typed::api& to, const identity_desk& of) {
    add_user_routes(to, of);
    add_agent_routes(to, of);
    add_key_routes(to, of);
}

}  // namespace headroom::service::identity

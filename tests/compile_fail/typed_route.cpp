// A typed route's template and its coroutine's arguments name the same parameters.
#include "headroom/http/typed/api.hpp"

namespace typed = headroom::http::typed;

headroom::task<typed::no_content> take(typed::path<"order"> order);

void enter(typed::api& to) {
#if defined(AN_ARGUMENT_TOO_MANY)
    to.get<"/orders">(take);
#elif defined(A_NAME_TOO_MANY)
    to.get<"/shops/{shop}/orders/{order}">(take);
#elif defined(A_MALFORMED_TEMPLATE)
    to.get<"/orders/{order">(take);
#else
    to.get<"/orders/{order}">(take);
#endif
}

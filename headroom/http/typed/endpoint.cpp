#include "headroom/http/typed/endpoint.hpp"

namespace headroom::http::typed::detail {

task<response> ready(response with) { co_return with; }

}  // namespace headroom::http::typed::detail

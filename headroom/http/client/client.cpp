#include "headroom/http/client/client.hpp"

#include <algorithm>
#include <random>

#include "headroom/http/client/detail/client_body.hpp"
#include "headroom/http/detail/grammar.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::http {

std::string_view client_answer::field(std::string_view name) const noexcept {
    for (const auto& each : fields)
        if (detail::equal_ignoring_case(each.name, name)) return each.value;
    return {};
}

client::client(client_terms terms) : body_(std::make_shared<body>(std::move(terms))) {}

client::~client() {
    BOOST_ASSERT_MSG(body_->idle(), "a client is stopped before it ends");
}

task<client_answer> client::send(client_request what, deadline until) {
    return on_reactor(body_->home(), body_->send(std::move(what), until));
}

task<void> client::stop(deadline until) { return body_->stop(until); }

client_figures client::figures() const { return body_->figures(); }

}  // namespace headroom::http

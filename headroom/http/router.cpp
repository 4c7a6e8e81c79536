#include "headroom/http/router.hpp"

#include <boost/assert.hpp>

#include "headroom/http/detail/route_table.hpp"

namespace headroom::http {
namespace {

response method_not_allowed(const detail::path_entry& on) {
    response out = problem{405, "This path does not serve that method."};
    out.with("Allow", on.allow);
    return out;
}

response options(std::string_view allow) {
    return std::move(response::empty().with("Allow", allow));
}

task<response> answered(response with) { co_return with; }

// What the table itself answers when it has no handler.
response answer_without_handler(const request& of, const detail::matched& found) {
    if (found.path != nullptr) {
        if (of.method == method::options) return options(found.path->allow);
        return method_not_allowed(*found.path);
    }
    return problem{404, "Nothing is served at this path."};
}

task<response> with_body(request& of, const detail::path_entry::served& to) {
    if (auto why = co_await of.read_body()) co_return *std::move(why);
    co_return co_await to.by(of);
}

}  // namespace

router::router() : table_(std::make_unique<detail::route_table>()) {}
router::~router() = default;
router::router(router&&) noexcept = default;
router& router::operator=(router&&) noexcept = default;

router& router::route(method verb, std::string_view path_template, handler by, admission when,
                      body_use body) {
    BOOST_ASSERT_MSG(!sealed_, "routes are entered before the server starts");
    if (verb == method::get) body = body_use::ignored;
    table_->add(verb, path_template, std::move(by), when, body);
    return *this;
}

router& router::get(std::string_view path_template, handler by, admission when) {
    return route(method::get, path_template, std::move(by), when);
}
router& router::post(std::string_view path_template, handler by) {
    return route(method::post, path_template, std::move(by));
}
router& router::put(std::string_view path_template, handler by) {
    return route(method::put, path_template, std::move(by));
}
router& router::patch(std::string_view path_template, handler by) {
    return route(method::patch, path_template, std::move(by));
}
router& router::del(std::string_view path_template, handler by) {
    return route(method::del, path_template, std::move(by));
}

router& router::use(middleware wrap) {
    BOOST_ASSERT_MSG(!sealed_, "middleware is entered before the server starts");
    chain_.push_back(std::move(wrap));
    return *this;
}

admission router::admission_of(method verb, std::string_view raw_path) const {
    const auto found = table_->find(verb, raw_path);
    return found.by != nullptr ? found.by->when : admission::sheddable;
}

std::vector<route_name> router::served() const { return table_->served(); }

// Not a coroutine itself: the plain case costs a look-up and no frame.
task<response> router::handle(request& of) const {
    if (of.method == method::other)
        return answered(problem{501, "This server does not know that method."});
    if (of.raw_path.empty()) return answered(options(table_->allow_any()));  // OPTIONS *
    const auto found = table_->find(of.method, of.raw_path);
    of.always_admitted = found.by != nullptr && found.by->when == admission::always;
    if (found.path != nullptr) {
        of.route = found.path->path_template;
        if (found.path->named)
            of.parameters = detail::route_table::parameters(*found.path, of.raw_path);
    }
    if (chain_.empty() && found.by != nullptr) return next::handle(of, found);
    return run_chain(of, found);
}

task<response> router::run_chain(request& of, detail::matched found) const {
    co_return co_await next(chain_, 0, found)(of);
}

task<response> next::operator()(request& of) const {
    if (at_ < chain_->size()) {
        co_return co_await (*chain_)[at_](of, next(*chain_, at_ + 1, *found_));
    }
    if (found_->by != nullptr) co_return co_await handle(of, *found_);
    co_return answer_without_handler(of, *found_);
}

// Not a coroutine itself, as above: most requests have no body that is still to come.
task<response> next::handle(request& of, const detail::matched& found) {
    const auto& to = *found.by;
    if (of.unread == nullptr || to.body == body_use::ignored) return to.by(of);
    return with_body(of, to);
}

}  // namespace headroom::http

#include "headroom/http/typed/faults.hpp"

#include <boost/assert.hpp>

#include "headroom/observability/utf8.hpp"

namespace headroom::http::typed {
namespace {

void append_member(std::string& to, std::string_view name, std::string_view value) {
    if (to.back() != '{') to += ',';
    observability::append_json(to, name);
    to += ':';
    observability::append_json(to, value);
}

void append_fault(std::string& to, const fault& of) {
    to += to.back() == '[' ? "{" : ",{";
    append_member(to, "in", to_string(of.in));
    if (!of.name.empty()) append_member(to, "name", of.name);
    append_member(to, "pointer", of.pointer);
    append_member(to, "detail", of.detail);
    to += '}';
}

}  // namespace

void faults::add(const place& at, std::string detail) {
    if (++count_ > listed_max) return;
    listed_.push_back(
        {at.in(), std::string(at.parameter()), at.pointer(), std::move(detail)});
}

void faults::refuse(problem why) {
    if (!refusal_) refusal_ = std::move(why);
}

problem faults::answer() && {
    BOOST_ASSERT(any());
    if (refusal_) return *std::move(refusal_);
    auto made = unprocessable(listed_);
    if (count_ > listed_.size())
        made.with("not_listed", static_cast<std::int64_t>(count_ - listed_.size()));
    return made;
}

problem unprocessable(const std::vector<fault>& listed, std::string detail) {
    std::string errors = "[";
    for (const auto& each : listed) append_fault(errors, each);
    errors += ']';
    problem made{422, std::move(detail)};
    made.with_json("errors", std::move(errors));
    return made;
}

}  // namespace headroom::http::typed

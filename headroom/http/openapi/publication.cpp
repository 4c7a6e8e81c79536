#include "headroom/http/openapi/publication.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "headroom/http/openapi/document.hpp"
#include "headroom/http/openapi/page.hpp"

namespace headroom::http {
namespace openapi {

struct page {
    response is;
};

namespace {

constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A text that does not change while the process lives, made once and sent often.
struct published {
    std::string media, text, etag;
};
using shared_text = std::shared_ptr<published>;

/// FNV-1a: whoever has the text has the tag; nobody relies on it for more.
std::string tag_of(std::string_view text) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char each : text)
        hash = (hash ^ static_cast<unsigned char>(each)) * 1099511628211ULL;
    return fmt::format("\"{:016x}\"", hash);
}

void fill(published& to, std::string media, std::string text) {
    to = {std::move(media), std::move(text), {}};
    to.etag = tag_of(to.text);
}

task<page> send(shared_text what) {
    auto made = response::body(what->media, what->text);
    made.with("ETag", what->etag).with("Cache-Control", "no-cache");
    made.with("X-Content-Type-Options", "nosniff");
    if (what->media.starts_with("text/html")) made.with("Content-Security-Policy", page_policy);
    co_return page{std::move(made)};
}

shared_text embedded(std::string_view name, std::string media) {
    auto made = std::make_shared<published>();
    fill(*made, std::move(media), std::string(embedded_page(name)));
    return made;
}

typed::about about_file(std::string summary, std::string media) {
    return {.summary = std::move(summary),
            .tag = "description",
            .media = std::move(media),
            .when = admission::standalone};
}

}  // namespace
}  // namespace openapi

/// Of about::media, with its ETag.
template <>
struct typed::result<openapi::page> {
    static response respond(openapi::page from) { return std::move(from.is); }
    static void describe(operation& to, std::string_view media) {
        to.answers(200, {}, media);
        to.carries(etag_field);
    }
};

namespace openapi {

void publish(typed::api& to, const description& as) {
    const auto made = std::make_shared<published>();
    const auto serves = [](shared_text what) { return typed::bound(std::move(what), send); };
    to.get<"/openapi.json">(serves(made), about_file("This description", "application/json"));
    to.get<"/docs">(serves(embedded("index.html", "text/html; charset=utf-8")),
                    about_file("This description, for people", "text/html"));
    to.get<"/docs/page.js">(serves(embedded("page.js", "text/javascript; charset=utf-8")),
                            about_file("The page's script", "text/javascript"));
    to.get<"/docs/page.css">(serves(embedded("page.css", "text/css; charset=utf-8")),
                             about_file("The page's style", "text/css"));
    fill(*made, "application/json", boost::json::serialize(document(to, as)));
}

}  // namespace openapi
}  // namespace headroom::http

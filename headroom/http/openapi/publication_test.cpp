#include "headroom/http/openapi/publication.hpp"

#include <boost/json.hpp>

#include "headroom/http/openapi/page.hpp"
#include "headroom/http/server_fixture.hpp"

namespace headroom::http::openapi {
namespace {

using http::detail::has;

class Publication : public http::detail::server_fixture {
protected:
    Publication() {
        typed::api to(routes);
        publish(to, {.title = "Waiting", .version = "7"});
        start();
    }
    std::string ask(const std::string& verb, const std::string& path,
                    const std::string& headers = "") {
        return testing::say(port(), verb + " " + path + " HTTP/1.1\r\nHost: x\r\n" + headers +
                                        "Connection: close\r\n\r\n");
    }
    static std::string body_of(const std::string& answer) {
        return answer.substr(answer.find("\r\n\r\n") + 4);
    }
    static std::string head_of(const std::string& answer) {
        return answer.substr(0, answer.find("\r\n\r\n") + 2);
    }
    /// The line that begins so; "" when there is none.
    static std::string line_of(const std::string& head, const std::string& begin) {
        const auto at = head.find("\r\n" + begin);
        if (at == std::string::npos) return "";
        return head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
    }
};

TEST_F(Publication, ServesTheDocumentOfAllRoutesItsOwnToo) {
    const auto answer = ask("GET", "/openapi.json");
    const auto paths = boost::json::parse(body_of(answer)).at("paths").as_object();
    EXPECT_EQ(paths.size(), 8U);
    for (const auto* path : {"/hello", "/openapi.json", "/docs", "/docs/page.js"})
        EXPECT_TRUE(paths.contains(path)) << path;
}

TEST_F(Publication, WhoHasTheDocumentIsToldSo) {
    const auto head = ask("HEAD", "/openapi.json");
    EXPECT_TRUE(has(head, "HTTP/1.1 200 ")) << head;
    EXPECT_EQ(body_of(head), "");
    const auto tag = head.substr(head.find("ETag: ") + 6, 18);
    EXPECT_EQ(tag.front(), '"');
    for (const auto& known : {tag, "\"other\", W/" + tag, std::string("*")}) {
        const auto same = ask("GET", "/openapi.json", "If-None-Match: " + known + "\r\n");
        EXPECT_TRUE(has(same, "HTTP/1.1 304 ")) << same;
        EXPECT_EQ(body_of(same), "");
    }
    EXPECT_TRUE(has(ask("GET", "/openapi.json", "If-None-Match: \"x\"\r\n"), " 200 "));
}

TEST_F(Publication, CachesAreToldTheSameOfWhatHasNotChanged) {
    for (const auto* path : {"/openapi.json", "/docs", "/docs/page.js", "/docs/page.css"})
        for (const std::string accept : {"", "Accept-Encoding: gzip\r\n"}) {
            const auto whole = head_of(ask("GET", path, accept));
            const auto same = head_of(ask("GET", path, accept + "If-None-Match: *\r\n"));
            EXPECT_TRUE(has(same, "HTTP/1.1 304 ")) << same;
            for (const auto* field : {"Vary: ", "ETag: ", "Cache-Control: "})
                EXPECT_EQ(line_of(same, field), line_of(whole, field)) << path << accept;
        }
    EXPECT_TRUE(has(ask("GET", "/docs/page.js", "If-None-Match: *\r\n"),
                    "Vary: Accept-Encoding\r\n"));
}

TEST_F(Publication, ThePageLoadsFromItsServerAlone) {
    const auto page = ask("GET", "/docs");
    EXPECT_TRUE(has(page, "Content-Security-Policy: default-src 'none'; script-src 'self'"));
    EXPECT_TRUE(has(page, "Content-Type: text/html; charset=utf-8\r\n"));
    EXPECT_TRUE(has(ask("GET", "/docs/page.js"), "Content-Type: text/javascript"));
    EXPECT_TRUE(has(ask("GET", "/docs/page.css"), "Content-Type: text/css"));
    for (const auto* name : {"index.html", "page.js", "page.css"})
        EXPECT_FALSE(has(embedded_page(name), "//cdn") || has(embedded_page(name), "https:"))
            << name;
}

}  // namespace
}  // namespace headroom::http::openapi

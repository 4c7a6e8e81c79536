// 03: a server whose every connection is a lease; one route, one problem, and a drain.
#include <boost/asio/ip/tcp.hpp>
#include <iostream>

#include "headroom/http/server.hpp"
#include "headroom/http/typed/api.hpp"
#include "headroom/runtime/runtime.hpp"

using namespace headroom;

namespace {

// An endpoint says by its signature what it reads; it answers with a response or a problem.
task<http::response> greet(http::typed::path<"name"> name) {
    if (*name == "nobody") co_return http::problem{404, "There is nobody of that name."};
    co_return http::response::text("Hello, " + *name + "!\n");
}

std::string ask(std::uint16_t port, const std::string& path) {
    boost::asio::ip::tcp::iostream to("127.0.0.1", std::to_string(port));
    to << "GET " << path << " HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: example\r\n"
       << "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00\r\n"
       << "Connection: close\r\n\r\n";
    std::string status, line;
    std::getline(to, status);
    while (std::getline(to, line) && line != "\r") {
    }
    return status + "\n" + std::string(std::istreambuf_iterator<char>(to), {});
}

}  // namespace

int main() {
    // First the arithmetic: what everybody will open, and the ledgers that hold them to it.
    http::settings with;
    with.listen = "127.0.0.1:0";
    with.connections_max = 8;
    const runtime_settings threads;
    budget::book book;
    book.declare(budget::resource{.name = "threads", .limit = 32});
    book.declare(budget::resource{.name = "files", .limit = 256});
    for (const auto& each : consumers(threads)) book.declare(each);
    for (const auto& each : http::consumers(with)) book.declare(each);

    // Then what opens: each part takes the grants it declared.
    runtime process(book, threads);
    http::router routes;
    http::typed::api(routes).get<"/hello/{name}">(greet);
    http::server server({&process.home()}, with, std::move(routes),
                        {.listener = book.take(http::listener_consumer).value(),
                         .connections = book.take(http::connections_consumer).value(),
                         .refusals = book.take(http::refusals_consumer).value()});

    server.start(deadline::after(std::chrono::seconds(5)));
    for (const auto* path : {"/hello/world", "/hello/nobody"})
        std::cout << ask(server.port(), path) << "\n";
    server.stop(deadline::after(std::chrono::seconds(5)));
    std::cout << "answered " << server.snapshot().requests << ", open "
              << server.snapshot().connections << "\n";
}

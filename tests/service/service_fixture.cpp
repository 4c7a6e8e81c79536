#include "tests/service/service_fixture.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/server_process.hpp"

namespace headroom::service {
namespace {

testing::program service(variables with, std::vector<std::string> arguments) {
    testing::program what;
    what.arguments = std::move(arguments);
    what.arguments.insert(what.arguments.begin(), HEADROOM_SERVICE);
    what.environment = std::move(with);
    what.clean_environment = true;
    return what;
}

// What was acknowledged survives the server's immediate stop.
std::map<std::string, std::string> durable(std::map<std::string, std::string> settings) {
    settings.emplace("synchronous_commit", "on");
    return settings;
}

running_service::answer parse(const std::string& response) {
    running_service::answer parsed;
    const auto end = response.find("\r\n\r\n");
    if (response.size() < 12 || end == std::string::npos) return parsed;
    parsed.status = static_cast<unsigned>(std::stoul(response.substr(9, 3)));
    parsed.head = response.substr(0, end);
    parsed.body = response.substr(end + 4);
    return parsed;
}

}  // namespace

served_database::served_database(std::map<std::string, std::string> settings,
                                 std::string authentication)
    : server_({.settings = durable(std::move(settings)),
               .authentication = std::move(authentication)}),
      database_("shop") {
    server_.create_role("migrator", "LOGIN CREATEROLE");
    server_.create_role("app", "LOGIN NOSUPERUSER NOBYPASSRLS");
    server_.create_role("projector", "LOGIN NOSUPERUSER NOBYPASSRLS");
    server_.create_database(database_);
    server_.sql("alter database shop owner to migrator; create role headroom_app; "
                "create role headroom_projector; grant headroom_app to app; "
                "grant headroom_projector to projector");
}

served_database* served_database::migrated(std::map<std::string, std::string> settings) {
    auto* made = new served_database(std::move(settings));
    made->migrate();
    return made;
}

variables served_database::addresses() const {
    return {{"DATABASE_URL", url("app")},
            {"HEADROOM_MIGRATE_URL", url("migrator")},
            {"HEADROOM_PROJECTOR_URL", url("projector")},
            {"HEADROOM_API_KEY_PEPPER", "a-pepper-for-tests-of-32-bytes-or-more"}};
}

variables served_database::through(const std::string& pooler) const {
    auto all = addresses();
    all["HEADROOM_DIRECT_URL"] = std::exchange(all["DATABASE_URL"], pooler);
    return all;
}

served_database::app_backends served_database::backends() const {
    app_backends found;
    for (const auto& each : server_.backends())
        if (each.user == "app")
            ++(each.application_name.contains("/pooled/") ? found.pooled : found.direct);
    return found;
}

void served_database::migrate() {
    const auto done = run_service(addresses(), {"migrate"});
    ASSERT_EQ(done.code, 0) << done.errors;
}

testing::outcome run_service(const variables& with, std::vector<std::string> arguments,
                             std::chrono::milliseconds bound) {
    return testing::run_program(service(with, std::move(arguments)), bound);
}

running_service::running_service(variables with, const std::string& role, std::uint16_t port)
    : port_(port != 0 ? port : testing::free_port()) {
    with["HEADROOM_HTTP_LISTEN"] = fmt::format("127.0.0.1:{}", port_);
    // Most tests are about something else than who asks.
    if (!with.contains("HEADROOM_PROFILE")) with.emplace("AUTH_DEV_BYPASS", "true");
    process_ = std::make_unique<testing::child_process>(service(std::move(with), {role}));
}

bool running_service::ready(std::chrono::milliseconds bound) {
    const auto answers = [this] {
        try {
            return get("/readyz").status == 200;
        } catch (const std::exception&) {
            return false;  // nobody listens yet
        }
    };
    return testing::eventually([&] { return !process_->running() || answers(); }, bound) &&
           process_->running();
}

running_service::answer running_service::send(std::string_view verb, std::string_view path,
                                               std::string_view body,
                                               std::string_view headers) const {
    return parse(testing::say(
        port_, fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}"
                           "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                           verb, path, headers, body.size(), body)));
}

running_service::answer running_service::get(std::string_view path) const {
    return parse(testing::say(
        port_,
        fmt::format("GET {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", path)));
}

running_service::answer running_service::put(std::string_view path, std::string_view body) const {
    return send("PUT", path, body);
}

void running_service::make_tenant(const std::string& slug) const {
    const auto made =
        post("/v1/tenants", fmt::format(R"({{"slug":"{}","name":"{}"}})", slug, slug));
    ASSERT_EQ(made.status, 201U) << made.body;
    const auto active = send("POST", "/v1/tenants/" + slug + "/activate", "", "Prefer: wait\r\n");
    ASSERT_EQ(active.status, 200U) << active.body;
}

std::string header_of(const running_service::answer& in, std::string_view name) {
    const auto begin = in.head.find(fmt::format("\r\n{}: ", name));
    if (begin == std::string::npos) return "";
    const auto value = begin + 2 + name.size() + 2;
    return in.head.substr(value, in.head.find("\r\n", value) - value);
}

boost::json::value running_service::get_json(std::string_view path) const {
    return boost::json::parse(get(path).body);
}

std::size_t running_service::threads() const {
    const auto tasks = std::filesystem::directory_iterator(
        fmt::format("/proc/{}/task", process_->pid()));
    return static_cast<std::size_t>(std::distance(begin(tasks), end(tasks)));
}

load::load(const running_service& of, unsigned clients) {
    for (unsigned i = 0; i < clients; ++i) of.make_tenant(fmt::format("tenant-{}", i));
    for (unsigned i = 0; i < clients; ++i)
        clients_.emplace_back([this, port = of.port(), i] { ask(port, i); });
}

void load::stop() {
    ends_ = true;
    for (auto& each : clients_)
        if (each.joinable()) each.join();
}

void load::note(const running_service::answer& strange) {
    std::scoped_lock lock(mutex_);
    if (++wrong_ == 1) first_wrong_ = strange.head + "\n" + strange.body;
}

std::string load::first_wrong() const {
    std::scoped_lock lock(mutex_);
    return first_wrong_;
}

// Each client has a tenant of its own and checks that it reads what it wrote last.
void load::ask(std::uint16_t port, unsigned client) {
    const auto path = fmt::format("/v1/tenants/tenant-{}/configuration/counter", client);
    for (unsigned round = 1; !ends_; ++round) {
        const auto body = fmt::format(R"({{"type":"integer","value":{}}})", round);
        try {
            testing::text_client line(port);
            const auto say = [&](const std::string& request) {
                line.send(request);
                return parse(line.response());
            };
            const auto put = say(fmt::format(
                "PUT {} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                "Content-Length: {}\r\n\r\n{}", path, body.size(), body));
            const auto get = put.status == 200
                                 ? say(fmt::format(
                                       "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n", path))
                                 : put;
            if (get.status == 503 || get.status == 504) ++unavailable_;
            else if (get.status == 200 && get.body.find(body.substr(1)) != std::string::npos)
                ++good_;
            else note(get);
        } catch (const std::exception&) {
            ++broken_;
        }
    }
}

}  // namespace headroom::service

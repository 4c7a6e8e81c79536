// 06: a domain of one's own: what can happen, what it adds up to, what a command makes of it, and a
// read model. DATABASE_URL names a database with the event store's tables and that of
// 06_domain.sql.
#include <unistd.h>

#include <iostream>

#include "headroom/budget/exit_code.hpp"
#include "headroom/eventsourcing/name_uuid.hpp"
#include "headroom/eventsourcing/projections.hpp"
#include "headroom/eventsourcing/repository.hpp"
#include "headroom/eventsourcing/settings.hpp"
#include "headroom/runtime/process_limits.hpp"

using namespace headroom;
using namespace headroom::eventsourcing;
using persistence::statement;

namespace {

deadline soon() { return deadline::after(std::chrono::seconds(10)); }

// ---- events: what can happen to an article in stock; each is a struct with a topic ----
struct received {
    static constexpr char topic[] = "shop:Article.Received";
    std::string article;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(received, (), (article, count))

struct taken {
    static constexpr char topic[] = "shop:Article.Taken";
    std::string article, by;
    std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(taken, (), (article, by, count))

// ---- fold: an article, as its events made it; as much of it as decisions need ----
struct articles {
    using event = std::variant<received, taken>;
    struct state {
        std::int64_t on_hand = 0;
    };
    static state fold(state before, const event& what) {
        if (const auto* in = std::get_if<received>(&what)) before.on_hand += in->count;
        else before.on_hand -= std::get<taken>(what).count;
        return before;
    }
};

// ---- decide: pure; from what is to what happens, or why not ----
struct too_few {
    std::int64_t asked = 0, on_hand = 0;
};
using happens = std::vector<articles::event>;
using decision = std::expected<happens, too_few>;
decision decide(const articles::state&, const received& what) { return happens{what}; }
decision decide(const articles::state& now, const taken& what) {
    if (what.count > now.on_hand) return std::unexpected(too_few{what.count, now.on_hand});
    return happens{what};
}

// ---- service: loads, decides and appends; whoever is slower than another decides again ----
class stock {
public:
    explicit stock(event_store& store) : all_(store) {}

    template <class Command>
    task<std::expected<executed<articles>, execution_failure<too_few>>> run(Command what) const {
        return all_.execute<too_few>(
            name_uuid(dns_namespace, what.article + ".articles.shop"), {}, soon(),
            [what](const articles::state& now) { return decide(now, what); });
    }

private:
    repository<articles> all_;
};

// ---- read model: from an event to statements, in one transaction with the checkpoint ----
constexpr statement add("INSERT INTO stock AS now VALUES ($1, $2) ON CONFLICT (article)"
                        " DO UPDATE SET on_hand = now.on_hand + excluded.on_hand");
constexpr statement empty("DELETE FROM stock");
constexpr statement rows("SELECT article || ' ' || on_hand FROM stock ORDER BY article");
class stock_list final : public projection {
public:
    std::string_view name() const noexcept override { return "shop.stock"; }
    bool wants(std::string_view topic) const noexcept override {
        return knows_topic<articles::event>(topic);
    }
    void apply(const recorded_event& from, effects& to) override {
        const auto what = decode<articles::event>(from.topic, from.state);
        if (const auto* in = std::get_if<received>(&what)) to.run(add, in->article, in->count);
        if (const auto* out = std::get_if<taken>(&what)) to.run(add, out->article, -out->count);
    }
    void clear(effects& to) override { to.run(empty); }
};

// ---- and what a process does with it; its set-up is that of 04, with a control connection ----
task<void> work(const stock& shop, projections& models, persistence::database& db) {
    co_await shop.run(received{"spoon", 5});
    const auto done = (co_await shop.run(taken{"spoon", "ada", 2})).value();
    std::cout << "version " << done.version << ", " << done.state.on_hand << " on hand\n";
    const auto none = co_await shop.run(taken{"spoon", "bob", 9});
    const auto& why = std::get<too_few>(none.error());
    std::cout << "refused: " << why.asked << " asked, " << why.on_hand << " on hand\n";
    // Read what was written: once the read model has come that far, whichever process runs it.
    co_await models.wait_for(done.last, "shop.stock", soon());
    for (const auto& each : co_await db.lanes().all<std::string>(rows, soon()))
        std::cout << "the read model: " << each << "\n";
}

}  // namespace

int main() {
    const auto given = load_environment({.overrides = {}, .process = environ});
    setting_reader reader(given);
    const auto process = read_runtime_settings(reader);
    const auto settings = persistence::read_database_settings(reader);
    const auto events = read_event_store_settings(reader, settings.serve);
    if (const auto sealed = reader.seal(); !sealed) return budget::exit_code::refused;

    budget::book book;
    book.declare(budget::resource{.name = "postgres", .limit = {}, .reserve = 3});
    for (const auto& each : read_process_limits().resources()) book.declare(each);
    for (const auto& each : consumers(process)) book.declare(each);
    for (const auto& each : persistence::consumers(settings, 3)) book.declare(each);
    for (const auto& each : consumers(pools_of(events, settings.serve, true), 3))
        book.declare(each);

    runtime on(book, process);
    persistence::door door(settings.serve, &on.system_pool());
    persistence::control control(on.home(), book.take("persistence.control").value(),
                                 {&door, "shop/example/00000001/persistence.control", {}});
    persistence::database db(on, book, door, {settings, {"shop", "example", 1, ""}, {}, {}});
    event_store store(db, book);
    feed source(db, control, book);
    std::vector<std::unique_ptr<projection>> all;
    all.push_back(std::make_unique<stock_list>());
    projections models(db, door, control, source, book, std::move(all));

    const stock shop(store);
    part* const parts[] = {&db, &store, &source, &models};
    on.home().run_blocking([&] { return control.open(soon()); });
    for (auto* each : parts) each->start(soon());
    on.home().run_blocking([&] { return work(shop, models, db); });
    for (auto* each : {parts[3], parts[2], parts[1], parts[0]}) each->stop(soon());
    on.home().run_blocking([&] { return control.stop(soon()); });
    std::cout << "open now: " << book.of("postgres").held() << "\n";
}

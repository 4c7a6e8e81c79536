// eventsourcing/projections_fixture.hpp: a process that runs projections, for its tests.
#pragma once
#include <map>

#include "headroom/eventsourcing/feed_fixture.hpp"
#include "headroom/eventsourcing/projections.hpp"

namespace headroom::eventsourcing {

/// Writes each event it wants into `model`: how often, in which order within its stream. Touches
/// the event's stream.
class counting final : public projection {
public:
    explicit counting(std::string name = "test.counting", std::string wanted = "shop:Order.Placed")
        : name_(std::move(name)), wanted_(std::move(wanted)) {}

    std::string_view name() const noexcept override { return name_; }
    bool wants(std::string_view topic) const noexcept override { return topic == wanted_; }
    void apply(const recorded_event& from, effects& to) override {
        ++applied;
        if (from.state == "\"unreadable\"") throw std::invalid_argument("it cannot be read");
        to.run(add_event, name_, from.stream, from.version, from.state);
        to.touch(to_string(from.stream));
    }
    void clear(effects& to) override { to.run(delete_all, name_); }

    std::uint64_t applied = 0;

private:
    // The row of a stream counts its events and chains their versions; a state of "refused" breaks
    // a check of the table.
    static constexpr persistence::statement add_event{
        "insert into model (projection, stream, events, trace, last)"
        " values ($1, $2, 1, $3::int8::text, $4)"
        " on conflict (projection, stream) do update set events = model.events + 1,"
        " trace = model.trace || ' ' || excluded.trace, last = excluded.last"};
    static constexpr persistence::statement delete_all{"delete from model where projection = $1"};
    const std::string name_, wanted_;
};

inline constexpr char make_model[] =
    "create table model (projection text, stream uuid, events int not null, trace text not null,"
    " last text check (last <> '\"refused\"'), primary key (projection, stream));"
    "grant select, insert, update, delete on model to headroom_projector;"
    "grant select on model to headroom_app";

/// A feed's process with projections. They own what they run as soon as nobody else does.
class projector_process : public feed_process {
public:
    projector_process(const std::string& url, const std::string& writers_url,
                      std::vector<std::unique_ptr<projection>> all,
                      const projection_bounds& bounds = {}, audience* told = nullptr)
        : feed_process(url), writers_(persistence::parse_connect_info(writers_url).value()) {
        run_.emplace(database(), writers_, control(), feed(), book(), std::move(all), bounds,
                     told);
    }
    ~projector_process() { run_.reset(); }

    projections& all() { return *run_; }
    void start() {
        feed_process::start();
        store().on_appended([this](log_position last) { feed().poke(last); });
        run_->start(soon());
    }
    projection_status status(std::size_t index = 0) { return run_->statuses().at(index); }

private:
    persistence::door writers_;
    std::optional<projections> run_;
};

/// A database with the schema and a read model for each test, and processes by their numbers.
class ProjectionsFixture : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        server().create_role("projector");
        server().sql("grant headroom_projector to projector");
        server().sql(make_model, database);
    }
    std::string writers_url() const { return server().url("projector", database); }

    static std::vector<std::unique_ptr<projection>> one(std::unique_ptr<projection> of) {
        std::vector<std::unique_ptr<projection>> list;
        list.push_back(std::move(of));
        return list;
    }
    std::unique_ptr<projector_process> make(std::vector<std::unique_ptr<projection>> all,
                                            const projection_bounds& bounds = {}) {
        return std::make_unique<projector_process>(url(), writers_url(), std::move(all), bounds);
    }
    std::unique_ptr<projector_process> started(std::vector<std::unique_ptr<projection>> all,
                                               const projection_bounds& bounds = {}) {
        auto made = make(std::move(all), bounds);
        made->start();
        return made;
    }
    std::unique_ptr<projector_process> started(const projection_bounds& bounds = {}) {
        return started(one(std::make_unique<counting>()), bounds);
    }

    /// Appends an event beside the store, as another process would; answers its position.
    log_position put(int stream, int version, const std::string& state = "{}",
                     const std::string& topic = "shop:Order.Placed") const {
        return std::stoll(server().value(
            "insert into headroom_events (originator_id, originator_version, topic, state) values"
            " ('" + stream_text(stream) + "', " + std::to_string(version) + ", '" + topic + "', '" +
                state + "') returning notification_id",
            database));
    }
    static std::string stream_text(int number) {
        auto digits = std::to_string(number);
        return "00000000-0000-0000-0000-" + std::string(12 - digits.size(), '0') + digits;
    }
    std::string trace(int stream, const std::string& projection = "test.counting") const {
        return server().value("select trace from model where projection = '" + projection +
                                  "' and stream = '" + stream_text(stream) + "'",
                              database);
    }
    std::string of_checkpoint(const std::string& column,
                              const std::string& projection = "test.counting") const {
        return server().value("select " + column +
                                  " from headroom_checkpoints where projection = '" + projection +
                                  "'",
                              database);
    }
    std::string parked() const {
        return server().value("select coalesce(string_agg(notification_id::text, ' ' order by"
                              " notification_id), '') from headroom_parked",
                              database);
    }
    static bool taken(projector_process& by, log_position at,
                      const std::string& projection = "test.counting") {
        bool done = false;
        by.run([&]() -> task<void> { done = co_await by.all().wait_for(at, projection, soon()); });
        return done;
    }
};

}  // namespace headroom::eventsourcing

// persistence/detail/lane_group.hpp: the lanes of one reactor, and what keeps them up.
//
// One keeper a lane of the floor replaces its connection whenever it is lost; a loan has one too,
// for one connection. What a keeper decides stands in lane_choice.hpp. All on the group's reactor,
// the figures excepted.
#pragma once
#include <atomic>
#include <boost/asio/basic_waitable_timer.hpp>
#include <list>

#include "headroom/persistence/detail/lane_choice.hpp"
#include "headroom/persistence/lanes.hpp"

namespace headroom::persistence::detail {

class lane_group {
public:
    using clock = deadline::clock;
    using timer =
        boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>, executor>;

    lane_group(reactor& home, budget::grant& share, lane_opener& opener, const lane_settings& with,
               unsigned floor);
    ~lane_group();

    reactor& home() const noexcept { return home_; }
    unsigned floor() const noexcept { return floor_; }

    /// Starts the keepers and waits until the floor is up.
    task<void> start(deadline until);
    task<void> stop(deadline until);

    /// One statement, once; `read` ones share a Sync. Waits for a lane.
    task<rows> send(std::optional<tenant_id> tenant, statement text, parameters values, bool read,
                    deadline until);

    /// Replaces every connection of now. From any thread.
    void retire_all();

    void add_to(lane_figures& sum) const;

private:
    struct lane {
        std::unique_ptr<connection> on;
        bool ready = false, borrowed = false;
        bool outdated = false;  // to be replaced once another is up
        clock::time_point opened{};
        timer* keeper = nullptr;  // rung when the lane needs its keeper
    };
    using lane_list = std::list<lane>;
    using fading_list = std::list<std::unique_ptr<connection>>;
    struct bell;

    void spawn(std::move_only_function<task<void>()> body);
    task<void> keep_floor();
    task<void> serve(budget::lease unit, bool borrowed);
    task<bool> open(lane& which, budget::lease unit);
    task<void> needed(lane& which);
    void retire(lane& which);
    task<void> replace_outdated();
    task<void> bridge(budget::lease unit);
    void fade(std::unique_ptr<connection> on);
    void note(std::exception_ptr why);

    task<void> look_after();
    void look(clock::time_point now);
    void borrow_when_deep(clock::time_point now);
    void take_views(clock::time_point now);

    connection* choose();
    bool has_queue() const noexcept { return with_.pooled && !waiting_.empty(); }
    void serve_queue();
    task<connection*> up(deadline until);
    budget::refused refusal(budget::refusal_reason why) const;
    deadline_passed late() const;
    void wake_waiting();
    connection_options options() const;

    reactor& home_;
    budget::grant& share_;
    lane_opener& opener_;
    const lane_settings with_;
    const unsigned floor_;
    lane_list lanes_;
    fading_list fading_;
    std::vector<lane_view> views_;       // reused
    std::vector<std::size_t> pending_;   // reused
    std::list<timer*> waiting_, sleeping_;
    std::exception_ptr failure_;
    std::string last_failure_;
    std::size_t last_chosen_ = 0;
    clock::time_point last_deep_{};
    unsigned running_ = 0;  // coroutines of ours
    bool started_ = false, stopping_ = false, cannot_recover_ = false;
    std::shared_ptr<lane_group*> alive_;  // what was posted from elsewhere looks here first

    struct {
        std::atomic<unsigned> lanes{0}, borrowed{0}, fading{0}, opening{0};
        std::atomic<std::size_t> pending{0}, waiting{0};
        std::atomic<std::uint64_t> statements{0}, answered{0}, opened{0}, failed{0}, lost{0},
            suspected{0};
    } seen_;
    std::atomic<unsigned> unused_{0};
};

}  // namespace headroom::persistence::detail

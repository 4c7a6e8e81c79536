// tests/fleet/chaos_member.cpp: a member whose work comes and goes, until it is told to go.
//
//     test_chaos_member CONTROL_URL WORK_URL FLOOR MOST SOCKET
//
// Control and the visits sign in as the role of CONTROL_URL, the work as that of WORK_URL. Says
// "joined UNITS NUMBER" once it has, then "has UNITS" and "fenced" whenever that changes. It counts
// its own sockets to the server, whose socket is SOCKET, and ends with 70 when they are more than
// it was granted; with 75 when it was not let in.
#include <cstdlib>

#include "headroom/budget/exit_code.hpp"
#include "headroom/fleet/overshoot.hpp"
#include "headroom/fleet/process_fixture.hpp"
#include "headroom/runtime/stop_signals.hpp"
#include "headroom/testing/census.hpp"

namespace {

using namespace headroom;
using namespace headroom::fleet;
namespace exit_code = budget::exit_code;

constexpr auto patience = 60s;    // to be let in
constexpr auto turn_min = 100ms;  // between two things it does
constexpr int turn_more_ms_max = 600;
constexpr unsigned turns_to_close = 12;
constexpr auto life_max = std::chrono::hours(3);

class chaos_member {
public:
    chaos_member(const process_ask& what, std::string socket, const stop_signals& signals)
        : one_(*reactor::current(), what), socket_(std::move(socket)), signals_(signals) {}

    task<int> live() {
        try {
            co_await one_.control.open(testing::soon());
            const auto got = co_await one_.member.join(deadline::after(patience));
            if (!got) std::fprintf(stderr, "refused: %s\n", got.error().message().c_str());
            if (got)
                co_await stay(got->units);
            else
                code_ = exit_code::unavailable;
        } catch (const std::exception& broken) {
            std::fprintf(stderr, "ends: %s\n", broken.what());
            code_ = exit_code::unavailable;
        }
        co_await one_.stop();
        co_return code_;
    }

private:
    task<void> stay(unsigned units) {
        say(fmt::format("joined {} {:08x}", units, one_.number));
        while (!signals_.pending() && code_ == exit_code::ok) {
            report();
            check();
            try {
                co_await work();
            } catch (const std::exception& failed) {
                std::fprintf(stderr, "work: %s\n", failed.what());
            }
            const std::chrono::milliseconds more(random_() % turn_more_ms_max);
            co_await sleep_until(deadline::after(turn_min + more));
        }
    }

    /// A fenced one opens nothing, and gives back what is called for like any other: the visit by
    /// which it comes back needs a unit too.
    task<void> work() {
        const auto now = one_.member.figures();
        const bool may_open = now.phase == member_phase::member;
        const bool too_many = one_.ledger.held() > now.target.value_or(now.limit);
        if (too_many || one_.recalled() || (may_open && random_() % 4 == 0))
            co_await one_.use_and_let_go();
        else if (may_open)
            co_await one_.hold_if_free();
    }

    void report() {
        const auto now = one_.member.figures();
        const auto what = now.phase == member_phase::member ? fmt::format("has {}", now.reservation)
                                                            : std::string("fenced");
        if (std::exchange(said_, what) != what) say(what);
        for (; told_ < one_.told.size(); ++told_)
            std::fprintf(stderr, "fleet: %s\n", one_.told[told_].c_str());
    }

    /// The system's word for what it holds, against the ledger's for what it may.
    void check() {
        const auto now = one_.member.figures();
        const auto open = testing::sockets_to(socket_);
        const auto may = now.phase == member_phase::member
                             ? now.reservation
                             : std::max(now.reservation, sessions_per_joiner);
        // Who comes back may be granted less than it has open, and closes the rest first.
        if (std::exchange(rejoins_, now.rejoins) != now.rejoins) turns_to_close_ = turns_to_close;
        if (turns_to_close_ > 0) --turns_to_close_;
        if (open <= may || turns_to_close_ > 0) return;
        std::fprintf(stderr, "%zu sockets of %u granted, %s\n", open, now.reservation,
                     std::string(to_string(now.phase)).c_str());
        code_ = exit_code::internal;
    }

    static void say(const std::string& what) {
        fmt::print("{}\n", what);
        std::fflush(stdout);
    }

    fleet_process one_;
    const std::string socket_;
    const stop_signals& signals_;
    std::minstd_rand random_{std::random_device{}()};
    std::string said_;
    std::size_t told_ = 0;
    unsigned rejoins_ = 0, turns_to_close_ = 0;
    int code_ = exit_code::ok;
};

process_ask asked(char** argv, const stop_signals& signals) {
    process_ask what;
    what.control_url = what.ledger_url = argv[1];
    what.url = argv[2];
    what.floor = static_cast<unsigned>(std::atoi(argv[3]));
    what.most = static_cast<unsigned>(std::atoi(argv[4]));
    const auto control = persistence::parse_connect_info(what.control_url).value();
    const auto work = persistence::parse_connect_info(what.url).value();
    what.claims = {{control.user, control.database, 1, sessions_per_joiner},
                   {work.user, work.database, what.floor - 1, what.most - 1}};
    what.give_up = [&signals] { return signals.pending(); };
    return what;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 6) return exit_code::usage;
    const stop_signals signals;
    int code = exit_code::internal;
    testing::test_reactor home;
    testing::run_on(
        home,
        [&]() -> task<void> {
            chaos_member one(asked(argv, signals), argv[5], signals);
            code = co_await one.live();
        },
        life_max);
    return code;
}

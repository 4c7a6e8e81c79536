// tests/fleet/chaos_fleet.hpp: fifty members and four services on one server, and what is done to
// them.
#pragma once
#include <deque>
#include <functional>
#include <map>
#include <set>

#include "tests/fleet/chaos_schedule.hpp"
#include "tests/fleet/resident.hpp"
#include "tests/fleet/superuser_session.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::fleet {

struct chaos_counts {
    unsigned steps = 0, kills = 0, stops = 0, leaves = 0, cuts = 0, deploys = 0, limits = 0;
    unsigned starts = 0, joins = 0;
    unsigned joins_refused = 0;   ///< programs that had to ask more than once
    unsigned joins_given_up = 0;  ///< programs that were not let in and ended; others came instead
};

/// Whoever is gone is replaced, but no more than joiners_max join or leave at the same time: that
/// is what the header's join_reserve is sized for, as an operator would.
class chaos_fleet {
public:
    static constexpr unsigned members = 50, services = 4;
    static constexpr unsigned joiners_max = 4;
    /// Two sessions a joiner, and one whose end a cut control's server has not finished.
    static constexpr unsigned join_reserve = 2 * joiners_max + 2;

    explicit chaos_fleet(service::served_database& on);

    /// Waits the step's pause, then does it.
    void act(const chaos_step& what);
    /// Undoes what still lasts, and waits until everybody is there and has joined. False when they
    /// have not after `bound`.
    bool settle(std::chrono::milliseconds bound);
    /// Tells everybody to go; false when somebody has not after `bound`.
    bool leave(std::chrono::milliseconds bound);

    const chaos_counts& counts() const noexcept { return counts_; }
    superuser_session& hand() noexcept { return hand_; }
    /// What went wrong, one line each: strange ends, 53300 in anybody's words.
    const std::vector<std::string>& faults() const noexcept { return faults_; }
    /// What each member says it has, by the number of its sessions.
    std::map<std::string, unsigned> members_say() const;
    /// A member's program for `floor` to `most` units.
    testing::program member(unsigned floor, unsigned most) const;

private:
    struct place {
        resident_kind kind = resident_kind::member;
        unsigned most = 0;
        bool wanted = true;
        bool drains_first = false;  ///< the one in it leaves once the next one has started
        std::unique_ptr<resident> in{};
    };

    place& member_at(unsigned which) { return places_[which]; }
    place& service_at(unsigned which) { return places_[members + which]; }
    testing::program service() const;

    void replace(place& who);
    void kill(place& who, unsigned& count);
    void leave(place& who, unsigned most);
    void send_away(place& who);
    void stop(place& who, unsigned lasts_ms);
    void cut(place& who);
    void resize(unsigned wanted);
    void limit_role(int connections);

    /// Lets things go on until `done`, or for `bound`.
    bool go_on(const std::function<bool()>& done, std::chrono::milliseconds bound);
    void turn();
    void start_next();
    void look_after(place& who);
    void bury();
    void check(resident& who, testing::exit_status how);
    unsigned coming_and_going();
    bool one_more_may();
    bool everybody_joined();

    service::served_database& on_;
    superuser_session hand_;
    std::vector<place> places_;
    std::deque<place*> to_start_;
    std::vector<std::unique_ptr<resident>> leaving_;
    std::vector<std::string> faults_;
    chaos_counts counts_;
};

}  // namespace headroom::fleet

// fleet/detail/ledger_work.hpp: the steps every audit of a ledger has, whoever keeps the ledger.
#pragma once
#include <string_view>

#include "headroom/fleet/detail/ledger_census.hpp"
#include "headroom/fleet/ledger_audit.hpp"

namespace headroom::fleet::detail {

/// How findings of one kind of server speak.
struct ledger_words {
    std::string_view ids;    ///< "HR-PG", what its findings' ids begin with
    std::string_view one;    ///< "session"
    std::string_view marks;  ///< "pids": what backend::pid is there
};

/// What the server allows, and how its limit is raised.
struct ledger_limit {
    budget::figure limit;
    unsigned reserved = 0;
    budget::figure usable;
    std::string_view setting;
    fix::price raising = fix::price::server_restart;
};

/// Attributes the live clients when constructed; each step adds to `answer`, whose resource and
/// peaks are filled in before. All arguments outlive it.
class ledger_work {
public:
    ledger_work(ledger_audit& answer, const budget::plan* declared,
                const std::vector<persistence::backend>& live, ledger_words words);

    /// The sum that is judged: what was declared or was live, whichever is more, for everybody.
    void judge_sum(const ledger_limit& limit);
    /// Live against declared: over-users, strangers, ghosts. Nothing without a plan.
    void find_people();
    /// What to lower or raise when the sum does not fit, and every fix in order of its price.
    void find_fixes(const ledger_limit& limit);

private:
    using clients = std::vector<const persistence::backend*>;

    clients of_party(std::size_t party) const;
    /// What all processes may borrow at once while a deploy rolls.
    std::uint64_t reserve_at_peak() const { return reserve_of(answer_.peak, declared_); }
    std::string counted(std::uint64_t count) const;  ///< "3 sessions"
    /// "3 sessions", "3 sessions at peak, 1 now,".
    std::string counted(const tally& of) const;
    std::string marks_of(const clients& some) const;
    finding as(std::string_view kind, severity weight) const;
    void find_overuser(const party& one, const clients& some);
    void find_ghost(const party& one);
    void find_strangers();
    void offer_row(const budget::row& row, std::uint64_t excess);
    void write_effects(const ledger_limit& limit);

    ledger_audit& answer_;
    const budget::plan* const declared_;
    const std::vector<persistence::backend>& live_;
    const ledger_words words_;
    std::vector<std::size_t> party_of_;  // for each client, or `nobody`
};

/// "3 sessions", "1 session".
std::string counted(std::uint64_t count, std::string_view one);
/// "pids 12, 13, 14 and 5 more"; empty for nobody.
std::string marks_of(std::string_view word, const std::vector<const persistence::backend*>& some);

}  // namespace headroom::fleet::detail

// 02: the plan becomes a ledger: a floor, a reserve to borrow from, a refusal, a closing lease.
#include <iostream>

#include "headroom/budget/ledger.hpp"

using namespace headroom;

namespace {

void show(const char* what, const budget::ledger& of) {
    const auto now = of.snapshot();
    std::cout << what << ": " << now.held << " of " << now.ceiling << " held";
    for (const auto& each : now.accounts)
        std::cout << ", " << each.agreed.consumer << " " << each.held << " (" << each.borrowed
                  << " borrowed, " << each.closing << " closing)";
    std::cout << "\n";
}

// Stands for a connection or a thread: it is made from a lease and holds it as long as it is open.
class connection {
public:
    explicit connection(budget::lease unit) : unit_(std::move(unit)) {}
    // We have hung up, the server has not yet: its slot is taken still, and so is our unit.
    void hang_up() { unit_.begin_closing(); }

private:
    budget::lease unit_;
};

}  // namespace

int main() {
    // Four units in all. The floors take two, so two are the reserve that bursts borrow from.
    budget::ledger postgres("postgres", 4);
    auto web = postgres.open({.consumer = "web", .floor = 1, .burst = 2}).value();
    auto jobs = postgres.open({.consumer = "jobs", .floor = 1, .burst = 2}).value();

    // A floor that does not fit beside the others is refused here, at start, and not at noon.
    if (auto feed = postgres.open({.consumer = "feed", .floor = 3}); !feed)
        std::cout << "refused at start: " << feed.error().message() << "\n";

    // web takes its floor and then borrows the whole reserve.
    std::vector<connection> open;
    for (int i = 0; i < 3; ++i) open.emplace_back(web.take().value());
    show("web is busy", postgres);

    // Nothing is left for web. A refusal is a value with all its figures: who asked, and who holds.
    if (auto fourth = web.take(); !fourth) {
        const budget::refusal& why = fourth.error();
        std::cout << "refused: " << why.message() << "\n";
        std::cout << "  largest holder: " << why.holders.front().consumer << "\n";
    }

    // The floor of jobs is there all the same: nobody can borrow it.
    connection job(jobs.take().value());
    show("jobs has its floor", postgres);

    // For one unit more jobs has to wait. Its receiver is called when a unit comes back.
    std::vector<connection> served;
    jobs.want([&](budget::lease unit) { served.emplace_back(std::move(unit)); });

    // A connection that hangs up is closing: counted, and lent to nobody, until its end is known.
    open.back().hang_up();
    show("one is closing", postgres);
    std::cout << "jobs was served: " << served.size() << "\n";

    // The object is gone, so the server has let go too. Now the unit goes to whoever waits.
    open.pop_back();
    show("its close is known", postgres);
    std::cout << "jobs was served: " << served.size() << "\n";
}

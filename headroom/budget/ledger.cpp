#include "headroom/budget/ledger.hpp"

#include <algorithm>
#include <tuple>

namespace headroom::budget {

// All but `recalled` is guarded by the ledger's mutex.
struct account {
    account(ledger& of, terms with) : book(of), agreed(std::move(with)) {}

    unsigned borrowed() const { return held > agreed.floor ? held - agreed.floor : 0; }
    unsigned room() const { return agreed.floor + agreed.burst - held; }

    ledger& book;
    const terms agreed;
    unsigned held = 0, closing = 0, held_max = 0, refusals = 0;
    unsigned awaited = 1;  // by a wish
    std::move_only_function<void(lease)> receiver;
    // Shared with a delivery under way on another thread, which may outlast the grant.
    std::shared_ptr<std::move_only_function<void()>> recall_listener;
    std::atomic<bool> recalled{false};
};

// Receivers and listeners run outside the lock: they may call back into the ledger.
struct ledger::delivery {
    std::vector<std::pair<std::move_only_function<void(lease)>, lease>> leases;
    std::vector<std::shared_ptr<std::move_only_function<void()>>> recalls;

    void run() {
        for (auto& [receiver, unit] : leases) receiver(std::move(unit));
        for (auto& listener : recalls) (*listener)();
    }
};

// ---- lease ----

lease& lease::operator=(lease&& from) noexcept {
    if (this == &from) return *this;
    give_back();
    page_ = std::exchange(from.page_, nullptr);
    closing_ = std::exchange(from.closing_, false);
    since_ = from.since_;
    return *this;
}

bool lease::is_of(const ledger& book) const noexcept {
    return page_ != nullptr && &page_->book == &book;
}

const std::string& lease::consumer() const noexcept {
    BOOST_ASSERT(page_ != nullptr);
    return page_->agreed.consumer;
}

void lease::begin_closing() noexcept {
    if (page_ == nullptr || closing_) return;
    std::scoped_lock lock(page_->book.mutex_);
    closing_ = true;
    ++page_->closing;
    ++page_->book.closing_;
}

void lease::give_back() noexcept {
    if (auto* page = std::exchange(page_, nullptr)) page->book.give_back(*page, closing_);
    closing_ = false;
}

// ---- grant ----

const terms& grant::agreed() const noexcept {
    BOOST_ASSERT(page_ != nullptr);
    return page_->agreed;
}

const ledger& grant::book() const noexcept {
    BOOST_ASSERT(page_ != nullptr);
    return page_->book;
}

unsigned grant::held() const {
    std::scoped_lock lock(page_->book.mutex_);
    return page_->held;
}

unsigned grant::borrowed() const {
    std::scoped_lock lock(page_->book.mutex_);
    return page_->borrowed();
}

result<lease> grant::take() {
    auto& book = page_->book;
    std::scoped_lock lock(book.mutex_);
    // Nobody is overtaken: what could be served was served when it became so, hence whoever still
    // queues while a unit is free is held back by its own burst.
    if (book.may_lend(*page_)) return book.lend(*page_);
    ++page_->refusals;
    if (page_->room() > 0) ++book.turned_away_;
    return std::unexpected(
        book.refuse(page_, page_->agreed.consumer, 1, refusal_reason::exhausted));
}

void grant::want(std::move_only_function<void(lease)> receiver) {
    BOOST_ASSERT(receiver);
    ledger::delivery out;
    {
        std::scoped_lock lock(page_->book.mutex_);
        if (page_->receiver) return;
        page_->receiver = std::move(receiver);
        auto& wishes = page_->book.wishes_;
        wishes.insert(page_->agreed.served_first ? wishes.begin() : wishes.end(), page_);
        page_->book.collect_deliveries(out);
    }
    out.run();
}

bool grant::forget() {
    ledger::delivery out;
    std::move_only_function<void(lease)> withdrawn;  // destroyed outside the lock
    {
        std::scoped_lock lock(page_->book.mutex_);
        std::erase(page_->book.wishes_, page_);
        withdrawn = std::exchange(page_->receiver, nullptr);
        page_->book.collect_deliveries(out);
    }
    out.run();
    return static_cast<bool>(withdrawn);
}

void grant::awaits(unsigned units) {
    std::scoped_lock lock(page_->book.mutex_);
    page_->awaited = std::max(1U, units);
}

bool grant::recalled() const noexcept { return page_->recalled.load(std::memory_order_relaxed); }

void grant::on_recall(std::move_only_function<void()> listener) {
    std::scoped_lock lock(page_->book.mutex_);
    BOOST_ASSERT_MSG(!page_->recall_listener, "a recall listener is set once, at start");
    page_->recall_listener = std::make_shared<std::move_only_function<void()>>(std::move(listener));
}

refusal grant::refuse(refusal_reason reason) const {
    std::scoped_lock lock(page_->book.mutex_);
    ++page_->refusals;
    return page_->book.refuse(page_, page_->agreed.consumer, 1, reason);
}

void grant::close() noexcept {
    if (page_ == nullptr) return;
    auto& book = page_->book;
    ledger::delivery out;
    std::list<account> ended;  // its callbacks are destroyed outside the lock
    {
        std::scoped_lock lock(book.mutex_);
        BOOST_ASSERT_MSG(page_->held == 0, "a grant ended before its leases");
        std::erase(book.wishes_, page_);
        book.floors_ -= page_->agreed.floor;
        const auto at = std::ranges::find(book.accounts_, page_, [](account& of) { return &of; });
        ended.splice(ended.end(), book.accounts_, at);
        book.collect_deliveries(out);  // its floor is part of the reserve now
    }
    page_ = nullptr;
    out.run();
}

// ---- ledger ----

ledger::ledger(std::string resource, unsigned ceiling, clock now)
    : resource_(std::move(resource)), now_(std::move(now)), ceiling_(ceiling) {}

ledger::~ledger() {
    BOOST_ASSERT_MSG(accounts_.empty(), "a ledger ended before its grants");
    BOOST_ASSERT(held_ == 0 && lent_ == 0 && closing_ == 0);
}

result<grant> ledger::open(terms wanted) {
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT(floors_ <= ceiling_);
    const bool fits = wanted.floor <= ceiling_ - floors_ &&
                      lent_ <= ceiling_ - floors_ - wanted.floor;  // loans out stay covered
    if (!fits) {
        auto why = refuse(nullptr, wanted.consumer, wanted.floor, refusal_reason::over_ceiling);
        return std::unexpected(std::move(why));
    }
    floors_ += wanted.floor;
    return grant(accounts_.emplace_back(*this, std::move(wanted)));
}

result<void> ledger::resize(unsigned ceiling, unsigned served_first_below) {
    delivery out;
    {
        std::scoped_lock lock(mutex_);
        if (ceiling < floors_)
            return std::unexpected(
                refuse(nullptr, "the sum of floors", floors_, refusal_reason::over_ceiling));
        ceiling_ = ceiling;
        served_first_below_ = served_first_below;
        collect_deliveries(out);
    }
    out.run();
    return {};
}

bool ledger::may_lend(const account& page) const {
    if (page.agreed.served_first && held_ < served_first_below_)
        return page.held < page.agreed.floor + page.agreed.burst;
    if (page.held < page.agreed.floor) return held_ < ceiling_;
    return page.borrowed() < page.agreed.burst && lent_ < ceiling_ - floors_ && held_ < ceiling_;
}

lease ledger::lend(account& page) {
    if (page.held >= page.agreed.floor) ++lent_;
    ++page.held;
    ++held_;
    page.held_max = std::max(page.held_max, page.held);
    held_max_ = std::max(held_max_, held_);
    BOOST_ASSERT(held_ <= std::max(ceiling_, served_first_below_));
    BOOST_ASSERT(page.held <= page.agreed.floor + page.agreed.burst);
    return lease(page, now_());
}

void ledger::give_back(account& page, bool closing) noexcept {
    delivery out;
    {
        std::scoped_lock lock(mutex_);
        BOOST_ASSERT(page.held > 0 && held_ > 0);
        if (closing) {
            --page.closing;
            --closing_;
        }
        if (page.held > page.agreed.floor) --lent_;
        --page.held;
        --held_;
        collect_deliveries(out);
    }
    out.run();
}

// Serves the wishes in their order. One that its own burst holds back does not block the next.
void ledger::collect_deliveries(delivery& out) {
    for (auto at = wishes_.begin(); at != wishes_.end();) {
        account& page = **at;
        if (!may_lend(page)) {
            ++at;
            continue;
        }
        auto receiver = std::exchange(page.receiver, nullptr);
        at = wishes_.erase(at);
        out.leases.emplace_back(std::move(receiver), lend(page));
    }
    refresh_recall_flags(out);
}

// Loans are recalled while somebody waits whom a returned loan would serve, or while the ceiling
// has come down below what is held.
void ledger::refresh_recall_flags(delivery& out) {
    const account* waiter = nullptr;
    for (const account* each : wishes_)
        if (each->room() > 0) {
            waiter = each;
            break;
        }
    const bool shrinking = held_ > ceiling_ || lent_ > ceiling_ - floors_;
    for (auto& page : accounts_) {
        const bool recall = page.borrowed() > 0 && (shrinking || (waiter && waiter != &page));
        if (recall == page.recalled.load(std::memory_order_relaxed)) continue;
        page.recalled.store(recall, std::memory_order_relaxed);
        if (recall && page.recall_listener) out.recalls.push_back(page.recall_listener);
    }
}

refusal ledger::refuse(const account* page, const std::string& consumer, unsigned asked,
                       refusal_reason reason) const {
    refusal why;
    why.reason = reason;
    why.resource = resource_;
    why.consumer = consumer;
    why.asked = asked;
    why.held = page ? held_ : floors_;
    why.limit = ceiling_;
    why.waiting = static_cast<unsigned>(wishes_.size());
    for (const auto& each : accounts_)
        if (const auto units = page ? each.held : each.agreed.floor; units > 0)
            why.holders.push_back({each.agreed.consumer, units});
    std::ranges::sort(why.holders, [](const holding& a, const holding& b) {
        return std::tie(b.held, a.consumer) < std::tie(a.held, b.consumer);
    });
    return why;
}

ledger_snapshot ledger::snapshot() const {
    std::scoped_lock lock(mutex_);
    ledger_snapshot now;
    now.resource = resource_;
    now.ceiling = ceiling_;
    now.floors = floors_;
    now.reserve = ceiling_ - floors_;
    now.held = held_;
    now.closing = closing_;
    now.held_max = held_max_;
    for (const auto& each : accounts_)
        now.accounts.push_back({each.agreed, each.held, each.closing, each.borrowed(),
                                each.held_max, each.refusals, static_cast<bool>(each.receiver)});
    return now;
}

ledger_demand ledger::demand() const {
    std::scoped_lock lock(mutex_);
    ledger_demand now{held_, 0, turned_away_};
    for (const account* each : wishes_) now.queued += std::min(each->awaited, each->room());
    return now;
}

unsigned ledger::held() const {
    std::scoped_lock lock(mutex_);
    return held_;
}

unsigned ledger::ceiling() const {
    std::scoped_lock lock(mutex_);
    return ceiling_;
}

}  // namespace headroom::budget

#include "service/server_watch.hpp"

namespace headroom::service {

void server_watch::begin(persistence::control& control) {
    control_ = &control;
    allowed_ = book_.ceiling("postgres");
    floors_ = allowed_ - book_.planned().find_resource("postgres")->reserve;
    limits_.emplace(book_.planned(), "postgres", floors_, allowed_);
    limits_->look(control.facts());
    was_ = of(control.facts());
    control.on_facts([this](const persistence::server_facts& found) { look(found); });
    control.on_refused([this](const persistence::server_error& refused) { make_room(refused); });
}

void server_watch::tell(persistence::database* db) {
    db_ = db;
    if (db_ != nullptr) db_->note()->learn(control_->facts());
}

void server_watch::look(const persistence::server_facts& found) {
    follow_limits(found);
    if (db_ == nullptr) return;
    db_->note()->learn(found);
    follow_identity(found);
}

server_watch::identity server_watch::of(const persistence::server_facts& found) {
    return {found.system_identifier, found.timeline, found.in_recovery};
}

void server_watch::follow_identity(const persistence::server_facts& found) {
    const auto before = std::exchange(was_, of(found));
    if (before == was_) return;
    log_.warn(before.standby == was_.standby ? "another server answers"
                                             : "the server changed its role",
              {{"standby", was_.standby}, {"timeline", was_.timeline.value_or(0)}});
    db_->retire_connections();
}

void server_watch::follow_limits(const persistence::server_facts& found) {
    const auto recalled = std::exchange(recalled_, false);
    const auto changed = limits_->look(found);
    if (changed) log_.warn("limits changed", {{"what", changed->line}});
    if (changed && bounded_) allowed_ = changed->ceiling;
    if (recalled || (changed && bounded_)) bound(allowed_);
}

// Whoever lowers a limit below what is open, or fills the server, keeps control out with it, and
// without control nobody learns of the limit.
void server_watch::make_room(const persistence::server_error& refused) {
    if (recalled_ || !refused.is(persistence::sqlstate::too_many_connections)) return;
    recalled_ = true;
    log_.warn("loans recalled", {{"reason", refused.what()}});
    bound(floors_);
}

void server_watch::bound(unsigned ceiling) {
    if (share_ != nullptr) return share_->cap(ceiling);
    if (const auto done = book_.of("postgres").resize(ceiling); !done)
        log_.warn("ceiling kept", {{"reason", done.error().message()}});
}

}  // namespace headroom::service

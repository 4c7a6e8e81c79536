#include "service/server_watch.hpp"

namespace headroom::service {

void server_watch::begin(persistence::control& control) {
    control_ = &control;
    const auto ceiling = book_.ceiling("postgres");
    const auto reserve = book_.planned().find_resource("postgres")->reserve;
    limits_.emplace(book_.planned(), "postgres", ceiling - reserve, ceiling);
    limits_->look(control.facts());
    was_ = of(control.facts());
    control.on_facts([this](const persistence::server_facts& found) { look(found); });
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
    const auto changed = limits_->look(found);
    if (!changed) return;
    log_.warn("limits changed", {{"what", changed->line}});
    if (!bounded_) return;
    if (const auto done = book_.of("postgres").resize(changed->ceiling); !done)
        log_.warn("ceiling kept", {{"reason", done.error().message()}});
}

}  // namespace headroom::service

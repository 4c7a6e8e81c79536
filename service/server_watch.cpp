#include "service/server_watch.hpp"

namespace headroom::service {

void server_watch::begin(persistence::control& control) {
    control_ = &control;
    const auto ceiling = book_.ceiling("postgres");
    const auto reserve = book_.planned().find_resource("postgres")->reserve;
    limits_.emplace(book_.planned(), "postgres", ceiling - reserve, ceiling);
    limits_->look(control.facts());
    was_standby_ = control.facts().in_recovery;
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
    if (std::exchange(was_standby_, found.in_recovery) == found.in_recovery) return;
    log_.warn("the server changed its role", {{"standby", found.in_recovery}});
    db_->retire_connections();
}

void server_watch::follow_limits(const persistence::server_facts& found) {
    const auto changed = limits_->look(found);
    if (!changed) return;
    log_.warn("limits changed", {{"what", changed->line}});
    if (!bounded_) return;
    if (share_ != nullptr) return share_->cap(changed->ceiling);
    if (const auto done = book_.of("postgres").resize(changed->ceiling); !done)
        log_.warn("ceiling kept", {{"reason", done.error().message()}});
}

}  // namespace headroom::service

#include "service/access/entrance.hpp"

#include "service/access/account.hpp"
#include "service/access/enforce_access.hpp"
#include "service/access/tenant_gate.hpp"

namespace headroom::service::access {
namespace {

constexpr char dev_subject[] = "00000000-0000-0000-0000-000000000000", dev_tenant[] = "dev-tenant";

std::vector<auth::key_source_terms> told_to(const observability::logger& log,
                                            std::vector<auth::key_source_terms> terms) {
    for (auto& each : terms)
        each.tell = [&log, issuer = each.issuer](const std::string& what) {
            log.warn("keys of an issuer", {{"issuer", issuer}, {"what", what}});
        };
    return terms;
}

/// In production a proxy on this machine is likelier than somebody who looks at the figures, and
/// one that rewrites Host and leaves no mark asks like him.
bool knows_locals(const settings& with) {
    return with.process.profile != profile::production || with.http.management.shared_on_purpose;
}

/// Who asks without a credential, where development lets that in.
auth::principal developer() {
    auth::principal made;
    made.subject = dev_subject;
    made.tenant = persistence::tenant_id::parse(dev_tenant).value();
    made.roles = {admin_role, platform_role};
    made.expiry = auth::wall_time::max();
    return made;
}

}  // namespace

entrance::entrance(const entrance_ground& of)
    : with_(of.in.with()), lanes_(of.db.lanes()), kept_(of.kept), users_(of.users),
      sources_(of.in.home(), of.client, told_to(of.in.log(), with_.auth.sources())),
      tokens_(with_.auth.policies(), sources_.keys(), auth::tokens_kept_max),
      bearer_(tokens_, sources_.look()), registry_(with_.auth, lanes_, with_.key_lifetime),
      keeper_(of.in.home(), lanes_, of.agents, of.in.log()), keys_(key_terms(of), kept_.keys),
      known_(users_known_max, users_known_for), figures_(of.metrics, tokens_, kept_),
      watch_(of.in.home(), sources_, of.health, of.metrics) {
    if (with_.sign_in.on())
        browsers_.emplace(sign_in::sign_in_ground{
            of.in, of.client, *sources_.find(with_.auth.own_issuer()->policy.issuer), bearer_,
            of.metrics});
    if (with_.auth.bypass)
        of.in.log().warn("AUTH_DEV_BYPASS: who presents no credential has every role");
}

auth::api_key_terms entrance::key_terms(const entrance_ground& of) {
    auth::api_key_terms made;
    made.pepper = with_.key_pepper;
    made.look_up = [this](std::string id, deadline until) {
        return registry_.find(std::move(id), until);
    };
    made.used = [this](const auto& key, auto at) { keeper_.note(key, at); };
    if (with_.key_pepper.empty()) return made;
    auth::older_key_terms older;
    older.on = &of.in.on().blocking_pool();
    older.pepper = with_.key_pepper;
    older.replace = [this](const auto& key, std::string hash) {
        keeper_.replace(key, std::move(hash));
    };
    made.older = &older_.emplace(std::move(older));
    return made;
}

void entrance::authenticate(http::router& to, std::shared_ptr<http::rate_limiter> rates) {
    const auto open = open_routes();
    to.use(auth::keep_private(open));
    to.use(auth::answer_denials([this](std::string_view why) { figures_.refused(why); }));
    if (rates) to.use(auth::limit_guesses(std::move(rates), open));
    to.use(auth::accept_api_key(keys_, open));
    to.use(auth::accept_bearer(bearer_, open));
    if (browsers_) browsers_->authenticate(to, open);
    if (with_.auth.bypass) to.use(auth::assume_principal(developer(), open));
    to.use(name_caller());
}

void entrance::authorise(http::router& to) {
    to.use(enforce_access(with_.auth, knows_locals(with_)));
    to.use(tenant_gate(with_.auth, lanes_, kept_));
    to.use(first_sign_in(users_, known_));
}

void entrance::add_routes(http::typed::api& to) {
    if (browsers_) browsers_->add_routes(to);
}

std::vector<part*> entrance::parts() {
    std::vector<part*> all = sources_.parts();
    all.push_back(&watch_);
    all.push_back(&keeper_);
    if (browsers_) all.push_back(&*browsers_);
    return all;
}

std::vector<std::string> faults_of(const settings& with) {
    if (with.auth.takes_tokens() || !with.key_pepper.empty() || with.auth.bypass) return {};
    return {"nobody can sign in: set AUTH_ISSUER for tokens, or HEADROOM_API_KEY_PEPPER for API "
            "keys"};
}

}  // namespace headroom::service::access

// service/read_models.hpp: waits until a read model shows what was appended.
//
// A command answers with the position its events were recorded at (Headroom-Position). Who sends it
// back with a query is answered by a read model that has come that far, whichever process runs it.
#pragma once
#include "headroom/http/request.hpp"
#include "headroom/http/response.hpp"
#include "service/projecting.hpp"

namespace headroom::service {

inline constexpr char position_header[] = "Headroom-Position";
/// A query waits so long at most; a command, so much less than its request has.
inline constexpr std::chrono::milliseconds query_wait_ms_max{5'000}, answer_ms_left{250};

/// Usable from every reactor. Both outlive it.
class read_models {
public:
    read_models(persistence::database& db, projecting& events) : db_(db), events_(events) {}

    /// False at the deadline, and when the database does not answer until then.
    task<bool> reached(eventsourcing::log_position at, std::string projection, deadline until);
    /// Waits as far as the request's Headroom-Position asks, and says how far that is: 0 without
    /// one. Throws http::failed: 400 when that is no position, 503 with the figures when the read
    /// model is not there in time.
    task<eventsourcing::log_position> caught_up(const http::request& of, std::string projection);
    /// The problem of a read model that is behind, with the figures. Waited for since `started`.
    task<http::problem> behind(eventsourcing::log_position at, std::string projection,
                               deadline::clock::time_point started, deadline until);

private:
    /// Nothing when the database has no answer: nobody's command fails because of a look.
    task<std::optional<eventsourcing::log_position>> position_of(std::string projection,
                                                                 deadline until);

    persistence::database& db_;
    projecting& events_;
};

/// When a wait has to end so that the request can still be answered.
deadline wait_until(const http::request& of, std::chrono::milliseconds at_most);

}  // namespace headroom::service

// service/projections_command.hpp: `headroom-service projections`: what an operator does about read
// models.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>

#include "headroom/runtime/name_resolver.hpp"
#include "service/commands.hpp"

namespace headroom::service {

enum class projections_verb {
    list,    ///< where each stands
    pause,   ///< no batch is committed once it has returned
    resume,
    rewind,  ///< to 0: the read model is emptied in the same transaction, and built anew
    replay,  ///< parked events are tried again
};

struct projections_request {
    projections_verb verb = projections_verb::list;
    std::string name;     ///< of the projection; not for list
    std::int64_t to = 0;  ///< rewind: the position to go back to
    std::string stream;   ///< replay: of this stream alone; "": of all
};

/// One connection as the projector. 0 done, 64 no such projection or stream, 75 the server cannot
/// be reached, 78 it may not, or there was nothing to do it to. Says why on `err`.
/// `names` resolves the server's; see blocking_resolver for what its owner does at the end.
int projections(const settings& with, const projections_request& what, output as,
                blocking_resolver& names, std::ostream& out, std::ostream& err);

}  // namespace headroom::service

// auth/oidc/detail/session_record.hpp: a session as it rests in Redis.
#pragma once
#include <optional>

#include "headroom/auth/oidc/token_answer.hpp"

namespace headroom::auth::detail {

struct session_record {
    principal who;
    token_set tokens;
    wall_time began;
    wall_time due;  ///< from when on the tokens are to be renewed
};

/// `now`: from when on the tokens' life counts.
secret text_of_session(const session_record& of, wall_time now);
/// Nothing when the text is none of ours.
std::optional<session_record> session_in(const secret& text, wall_time now);

}  // namespace headroom::auth::detail

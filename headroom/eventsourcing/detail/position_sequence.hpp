// eventsourcing/detail/position_sequence.hpp: what the sequence of positions has to be like.
//
// The order of all events rests on numbers that are drawn one by one and ascend (gap_fence.hpp). A
// cached block is drawn by one session and used much later, behind numbers that were handed out.
#pragma once
#include <cstdint>
#include <stdexcept>
#include <string>

#include "headroom/persistence/session.hpp"

namespace headroom::eventsourcing::detail {

struct sequence_terms {
    std::string name;  ///< "" when the column draws from none of its own
    std::int64_t cache = 1, increment = 1;
    bool cycles = false;
};

/// One line that names the sequence, the value and the cure; "" when it is sound. Pure.
std::string fault_of(const sequence_terms& of);

/// Waiting does not mend it: an operator has to change the sequence.
class unsound_sequence : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Throws unsound_sequence, or what a statement throws. The session's role needs no right for it.
task<void> check_sequence(persistence::session& on, deadline until);

}  // namespace headroom::eventsourcing::detail

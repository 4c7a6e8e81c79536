#include "headroom/persistence/redis/detail/operation.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "headroom/persistence/redis/detail/link.hpp"

namespace headroom::redis::detail {

void operation::keep(value said) {
    if (several)
        answers.push_back(std::move(said));
    else
        answer = std::move(said);
}

void operation::require_answer() const {
    switch (how) {
        case ending::answered: return;
        case ending::passed:
            throw deadline_passed("no answer by the deadline; the command was abandoned");
        case ending::cancelled:
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        default: break;
    }
    throw connection_lost("the connection was lost: " + why_lost, may_have_run);
}

void operation::ring() {
    if (on != nullptr) on->expire(*this, ending::passed);
}

void operation::give_up() {
    if (on != nullptr) on->expire(*this, ending::cancelled);
}

void operation::leave() noexcept {
    if (on != nullptr) on->abandon(*this);
}

}  // namespace headroom::redis::detail

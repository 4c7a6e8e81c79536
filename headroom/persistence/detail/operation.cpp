#include "headroom/persistence/detail/operation.hpp"

#include "headroom/persistence/detail/answer_error.hpp"
#include "headroom/persistence/detail/link.hpp"

namespace headroom::persistence::detail {

void operation::keep(PGresult* owned) {
    if (several) answers.emplace_back(owned);
    else answer = rows(owned);
}

// The first error counts; the later ones of its unit only say that they were not run.
void operation::fail(PGresult* owned, std::uint32_t cached) {
    if (error) return PQclear(owned);
    error.reset(owned);
    failed = cached;
}

void operation::throw_failure() const {
    if (how == ending::passed)
        throw deadline_passed("no answer by the deadline; the statement was abandoned");
    if (how == ending::cancelled)
        throw boost::system::system_error(boost::asio::error::operation_aborted);
    if (how == ending::lost || (error && is_fatal(error.get()))) {
        const auto why = error ? std::string(error_of(error.get()).what()) : "no answer came";
        throw connection_lost("the connection was lost: " + why, !error);
    }
    if (error) throw error_of(error.get());
}

rows operation::take() {
    throw_failure();
    return std::move(answer);
}

std::vector<rows> operation::take_all() {
    throw_failure();
    return std::move(answers);
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

}  // namespace headroom::persistence::detail

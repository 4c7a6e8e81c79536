// A listening socket is opened from a lease, and so is every connection it accepts.
#include "headroom/http/detail/listener.hpp"

namespace headroom::http::detail {

void listen(reactor& on, std::shared_ptr<core> of, std::shared_ptr<stillness> in,
            [[maybe_unused]] budget::lease door) {
#ifdef WITHOUT_A_LEASE
    listener at(on, std::move(of), std::move(in));
#else
    listener at(on, std::move(of), std::move(in), std::move(door));
#endif
}

}  // namespace headroom::http::detail

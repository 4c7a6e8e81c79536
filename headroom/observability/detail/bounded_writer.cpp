#include "headroom/observability/detail/bounded_writer.hpp"

#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace headroom::observability::detail {
namespace {

// A pipe that poll() calls writable takes this much at once without blocking.
constexpr std::size_t piece_bytes = PIPE_BUF;

}  // namespace

bool bounded_writer::write(std::string_view line) {
    const auto until =
        std::chrono::steady_clock::now() + (stuck_ ? std::chrono::milliseconds(0) : wait_max_);
    if (cut_ && !write_all("\n", until)) return false;
    cut_ = false;
    return write_all(line, until);
}

bool bounded_writer::write_all(std::string_view text, std::chrono::steady_clock::time_point until) {
    const auto size = text.size();
    while (!text.empty()) {
        const auto piece = text.substr(0, piece_bytes);
        const auto done =
            wait_writable(until) ? ::write(descriptor_, piece.data(), piece.size()) : -1;
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) {
            stuck_ = true;
            cut_ = cut_ || text.size() < size;
            return false;
        }
        text.remove_prefix(static_cast<std::size_t>(done));
    }
    stuck_ = false;
    return true;
}

bool bounded_writer::wait_writable(std::chrono::steady_clock::time_point until) const {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd on{descriptor_, POLLOUT, 0};
    errno = 0;  // a time-out is not an interruption
    const auto ready = ::poll(&on, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0)));
    return ready > 0 && (on.revents & (POLLOUT | POLLERR | POLLHUP)) != 0;
}

}  // namespace headroom::observability::detail

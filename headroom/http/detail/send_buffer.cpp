#include "headroom/http/detail/send_buffer.hpp"

#include <boost/assert.hpp>

namespace headroom::http::detail {

void send_buffer::take(std::size_t bytes) {
    BOOST_ASSERT_MSG(bytes <= text_.size() - taken_, "a client has what it was sent");
    taken_ += bytes;
    if (empty()) {
        text_.clear();
        if (text_.capacity() > taken_bytes_max) text_.shrink_to_fit();
        taken_ = 0;
    } else if (taken_ > taken_bytes_max && taken_ >= text_.size() - taken_) {
        text_.erase(0, taken_);
        taken_ = 0;
    }
}

}  // namespace headroom::http::detail

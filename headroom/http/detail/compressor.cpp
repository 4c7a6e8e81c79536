#include "headroom/http/detail/compressor.hpp"

#include <boost/asio/post.hpp>
#include <new>

#include "headroom/http/detail/body_encoder.hpp"

namespace headroom::http::detail {
namespace {

struct worked_at {
    explicit worked_at(unsigned& now) : now_(now) { ++now_; }
    ~worked_at() { --now_; }
    worked_at(const worked_at&) = delete;

private:
    unsigned& now_;
};

}  // namespace

coding compressor::choose(const fields& asked, response& answer) const {
    if (!may_compress(with_, answer)) return coding::identity;
    answer.with("Vary", "Accept-Encoding");
    if (answer.status() == 304) {
        // A cache finds what it has by the tag that this client's whole answer has.
        if (preferred_coding(asked) != coding::identity) answer.weaken_etag();
        return coding::identity;
    }
    const bool long_work = answer.body().size() > with_.slice_bytes;
    if (long_work && at_once_ >= with_.at_once_max) return coding::identity;
    return preferred_coding(asked);
}

// Without memory for it the answer goes as it is.
task<void> compressor::work(coding as, response& answer) try {
    const std::string_view all = answer.body();
    body_encoder encoder(as, all.size());
    const worked_at mine(at_once_);
    std::string out;
    for (std::size_t at = 0; at < all.size(); at += with_.slice_bytes) {
        if (at > 0) co_await boost::asio::post(use_task);
        const auto slice = all.substr(at, with_.slice_bytes);
        encoder.add(slice, at + slice.size() == all.size(), out);
    }
    // What does not shrink goes as it is.
    if (out.size() < all.size()) answer.encoded(to_string(as), std::move(out));
} catch (const std::bad_alloc&) {
}

}  // namespace headroom::http::detail

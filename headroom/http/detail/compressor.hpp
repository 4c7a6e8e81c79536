// http/detail/compressor.hpp: compresses answers between other work of a reactor.
#pragma once
#include "headroom/http/compression.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom::http::detail {

/// One reactor's own; outlives its answers.
class compressor {
public:
    explicit compressor(const compression_settings& with) : with_(with) {}

    /// What will be done to this answer for this client. Adds Vary where another client would get
    /// another coding. Identity also when so many are at it that the answer had better go.
    coding choose(const fields& asked, response& answer) const;
    /// Compresses; a body of more than a slice lets others have their turn between two.
    task<void> work(coding as, response& answer);

private:
    const compression_settings with_;
    unsigned at_once_ = 0;  // bodies of more than a slice
};

}  // namespace headroom::http::detail

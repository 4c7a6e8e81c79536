// http/detail/body_encoder.hpp: a body, compressed slice by slice. By zlib and brotli.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "headroom/http/compression.hpp"

namespace headroom::http::detail {

/// About 300 KiB of memory for gzip and 1 MiB for brotli while it lives. One thread at a time.
class body_encoder {
public:
    /// `as` is not identity; `bytes`: of the whole body. Throws std::bad_alloc.
    body_encoder(coding as, std::size_t bytes);
    ~body_encoder();
    body_encoder(const body_encoder&) = delete;

    /// Appends what `slice` gives; `last` ends the body.
    void add(std::string_view slice, bool last, std::string& out);

private:
    struct engine;
    struct gzip_engine;
    struct brotli_engine;
    std::unique_ptr<engine> engine_;
};

}  // namespace headroom::http::detail

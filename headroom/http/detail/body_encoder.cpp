#include "headroom/http/detail/body_encoder.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include <array>
#include <boost/assert.hpp>
#include <new>

namespace headroom::http::detail {
namespace {

// Fast rather than small: an answer is compressed for one client while others wait.
constexpr int gzip_level = 5;
constexpr std::uint32_t brotli_quality = 4, brotli_window_bits = 18;
constexpr int gzip_window_bits = 15 + 16;  // 16: a gzip header, not zlib's
constexpr int gzip_memory = 8;

using chunk = std::array<unsigned char, 16 * 1024>;

void append_chunk(std::string& out, const chunk& from, std::size_t bytes) {
    out.append(reinterpret_cast<const char*>(from.data()), bytes);
}

}  // namespace

struct body_encoder::engine {
    virtual ~engine() = default;
    virtual void add(std::string_view slice, bool last, std::string& out) = 0;
};

struct body_encoder::gzip_engine final : engine {
    gzip_engine() {
        if (deflateInit2(&stream, gzip_level, Z_DEFLATED, gzip_window_bits, gzip_memory,
                         Z_DEFAULT_STRATEGY) != Z_OK)
            throw std::bad_alloc();
    }
    ~gzip_engine() override { deflateEnd(&stream); }

    void add(std::string_view slice, bool last, std::string& out) override {
        chunk room;
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(slice.data()));
        stream.avail_in = static_cast<uInt>(slice.size());
        do {
            stream.next_out = room.data();
            stream.avail_out = static_cast<uInt>(room.size());
            [[maybe_unused]] const int went = deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
            BOOST_ASSERT(went != Z_STREAM_ERROR);
            append_chunk(out, room, room.size() - stream.avail_out);
        } while (stream.avail_out == 0);
    }

    z_stream stream{};
};

struct body_encoder::brotli_engine final : engine {
    explicit brotli_engine(std::size_t bytes)
        : state(BrotliEncoderCreateInstance(nullptr, nullptr, nullptr)) {
        if (state == nullptr) throw std::bad_alloc();
        BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, brotli_quality);
        BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, brotli_window_bits);
        BrotliEncoderSetParameter(state, BROTLI_PARAM_SIZE_HINT, static_cast<std::uint32_t>(bytes));
    }
    ~brotli_engine() override { BrotliEncoderDestroyInstance(state); }

    void add(std::string_view slice, bool last, std::string& out) override {
        chunk room;
        auto in_left = slice.size();
        const auto* in = reinterpret_cast<const std::uint8_t*>(slice.data());
        const auto what = last ? BROTLI_OPERATION_FINISH : BROTLI_OPERATION_PROCESS;
        do {
            auto out_left = room.size();
            auto* to = room.data();
            if (!BrotliEncoderCompressStream(state, what, &in_left, &in, &out_left, &to, nullptr))
                throw std::bad_alloc();  // the one way in which it fails
            append_chunk(out, room, room.size() - out_left);
        } while (in_left > 0 || BrotliEncoderHasMoreOutput(state));
    }

    BrotliEncoderState* state;
};

body_encoder::body_encoder(coding as, std::size_t bytes) {
    BOOST_ASSERT(as != coding::identity);
    if (as == coding::gzip)
        engine_ = std::make_unique<gzip_engine>();
    else
        engine_ = std::make_unique<brotli_engine>(bytes);
}

body_encoder::~body_encoder() = default;

void body_encoder::add(std::string_view slice, bool last, std::string& out) {
    engine_->add(slice, last, out);
}

}  // namespace headroom::http::detail

#include "headroom/http/compression.hpp"

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "headroom/http/detail/body_encoder.hpp"

namespace headroom::http {
namespace {

std::string gunzip(const std::string& packed) {
    z_stream stream{};
    inflateInit2(&stream, 15 + 16);
    std::string out(1 << 20, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
    out.resize(out.size() - stream.avail_out);
    inflateEnd(&stream);
    return out;
}

std::string unbrotli(const std::string& packed) {
    std::string out(1 << 20, '\0');
    auto size = out.size();
    EXPECT_EQ(BrotliDecoderDecompress(packed.size(),
                                      reinterpret_cast<const std::uint8_t*>(packed.data()), &size,
                                      reinterpret_cast<std::uint8_t*>(out.data())),
              BROTLI_DECODER_RESULT_SUCCESS);
    out.resize(size);
    return out;
}

TEST(Compression, FollowsTheClientsWeights) {
    const struct {
        const char* accept;
        coding chosen;
    } rows[] = {
        {"gzip", coding::gzip},
        {"br", coding::brotli},
        {"gzip, deflate, br, zstd", coding::brotli},
        {"gzip;q=1.0, br;q=0.5", coding::gzip},
        {"gzip;q=0.001", coding::gzip},
        {"gzip;q=0", coding::identity},
        {"br;q=0, gzip", coding::gzip},
        {"*", coding::brotli},
        {"*;q=0.5, br;q=0", coding::gzip},
        {"*;q=0", coding::identity},
        {"identity;q=0", coding::identity},
        {"identity;q=0, gzip;q=0.1", coding::gzip},
        {"identity, gzip;q=0.5", coding::identity},
        {"identity;q=0.5, gzip;q=0.5", coding::gzip},
        {"GZIP", coding::gzip},
        {"x-gzip", coding::gzip},
        {"gzip;q=1.5", coding::identity},
        {"gzip;q=0.1234", coding::identity},
        {"gzip;level=9", coding::identity},
        {"deflate", coding::identity},
        {"", coding::identity},
    };
    for (const auto& each : rows) {
        const field asked[] = {{"Accept-Encoding", each.accept}};
        EXPECT_EQ(preferred_coding(fields(asked)), each.chosen) << each.accept;
    }
    EXPECT_EQ(preferred_coding(fields()), coding::identity);
}

TEST(Compression, IsForTextAndItsKind) {
    for (const auto* type : {"text/html; charset=utf-8", "application/json", "image/svg+xml",
                             "application/problem+json", "TEXT/PLAIN"})
        EXPECT_TRUE(is_compressible(type)) << type;
    for (const auto* type : {"image/png", "application/gzip", "application/octet-stream",
                             "text/event-stream", "", "text/"})
        EXPECT_FALSE(is_compressible(type)) << type;
}

TEST(Compression, IsNotForTheSmallTheSecretOrTheCodedAlready) {
    const compression_settings with;
    const auto answer = [](unsigned status = 200, std::size_t bytes = 2000) {
        return response::body("application/json", std::string(bytes, 'a'), status);
    };
    EXPECT_TRUE(may_compress(with, answer()));
    EXPECT_TRUE(may_compress(with, answer(404)));
    EXPECT_FALSE(may_compress(with, answer(200, 1023)));
    EXPECT_FALSE(may_compress(with, answer(200, with.bytes_max + 1)));
    EXPECT_FALSE(may_compress(with, answer(206)));
    EXPECT_FALSE(may_compress(with, answer().keep_plain()));
    EXPECT_FALSE(may_compress(with, answer().with("Set-Cookie", "a=b")));
    EXPECT_FALSE(may_compress(with, answer().with("content-encoding", "gzip")));
    EXPECT_FALSE(may_compress({.on = false}, answer()));
}

TEST(Compression, OfA304IsWhatItStandsForWouldBe) {
    const compression_settings with;
    const auto known = [](const char* type, std::size_t bytes) {
        auto made = response::body(type, std::string(bytes, 'a'));
        made.leave_out_known();
        return made;
    };
    EXPECT_TRUE(may_compress(with, known("text/html", 2000)));
    EXPECT_FALSE(may_compress(with, known("text/html", 1023)));
    EXPECT_FALSE(may_compress(with, known("image/png", 2000)));
    EXPECT_FALSE(may_compress(with, response::empty(304)));
}

TEST(Compression, GivesTheBodyBackWhateverItsSlices) {
    std::string body;
    for (int i = 0; i < 20'000; ++i) body += "{\"n\":" + std::to_string(i) + "},";
    for (const std::size_t slice : {std::size_t{7'000}, body.size()})
        for (const auto as : {coding::gzip, coding::brotli}) {
            detail::body_encoder encoder(as, body.size());
            std::string packed;
            for (std::size_t at = 0; at < body.size(); at += slice)
                encoder.add(std::string_view(body).substr(at, slice), at + slice >= body.size(),
                            packed);
            EXPECT_LT(packed.size(), body.size() / 3);
            EXPECT_EQ(as == coding::gzip ? gunzip(packed) : unbrotli(packed), body);
        }
}

TEST(Compression, WeakensAnEtagForTheseAreNotItsBytes) {
    auto answer = response::json("{}");
    answer.with("ETag", "\"3\"").encoded("gzip", "x");
    EXPECT_EQ(answer.added()[0].second, "W/\"3\"");
    EXPECT_EQ(answer.added()[1].first, "Content-Encoding");
    answer.encoded("gzip", "x");
    EXPECT_EQ(answer.added()[0].second, "W/\"3\"");
}

}  // namespace
}  // namespace headroom::http

#include "headroom/http/detail/message_deflate.hpp"

#include <gtest/gtest.h>

namespace headroom::http::detail {
namespace {

std::string told_of(std::string_view offers) {
    const field one{"Sec-WebSocket-Extensions", offers};
    const auto chosen = choose_deflate(fields({&one, 1}));
    return chosen ? to_extension(*chosen) : "none";
}

TEST(MessageDeflate, IsAgreedOnByTheFirstOfferThatCanBeKept) {
    const std::string plain = "permessage-deflate; server_max_window_bits=12";
    EXPECT_EQ(told_of("permessage-deflate"), plain);
    EXPECT_EQ(told_of("permessage-deflate; client_max_window_bits"),
              plain + "; client_max_window_bits=12");
    EXPECT_EQ(told_of("permessage-deflate; client_max_window_bits=\"10\""),
              plain + "; client_max_window_bits=10");
    EXPECT_EQ(told_of("permessage-deflate; server_max_window_bits=9"),
              "permessage-deflate; server_max_window_bits=9");
    EXPECT_EQ(told_of("x-other, permessage-deflate;server_no_context_takeover; "
                      "client_no_context_takeover"),
              plain + "; server_no_context_takeover; client_no_context_takeover");
    EXPECT_EQ(told_of("permessage-deflate; server_max_window_bits=8, permessage-deflate"), plain);
}

TEST(MessageDeflate, IsDeclinedByWhatNobodyKnows) {
    for (const auto* offer :
         {"", "deflate", "permessage-deflate; mystery",
          "permessage-deflate; server_max_window_bits",
          "permessage-deflate; server_max_window_bits=16",
          "permessage-deflate; server_max_window_bits=09",
          "permessage-deflate; client_max_window_bits=7",
          "permessage-deflate; client_max_window_bits=",
          "permessage-deflate; server_no_context_takeover=1",
          "permessage-deflate; client_max_window_bits; client_max_window_bits"})
        EXPECT_EQ(told_of(offer), "none") << offer;
}

TEST(MessageDeflate, ComesBackAsItWas) {
    for (const bool keeps : {true, false}) {
        deflate_terms terms;
        terms.server_keeps = terms.client_keeps = keeps;
        terms.client_bits = terms.server_bits;
        message_deflater deflater(terms);
        message_inflater inflater(terms);
        std::string message;
        for (int i = 0; i < 20'000; ++i) message += std::to_string(i * 7919 % 10'007);
        for (const auto size : {1U, 100U, 4096U, 50'000U}) {
            const auto sent = message.substr(0, size);
            const auto small = deflater.deflate(sent);
            std::string out;
            ASSERT_EQ(inflater.inflate(small, out, size), message_inflater::outcome::ok);
            ASSERT_EQ(inflater.finish(out, size), message_inflater::outcome::ok);
            EXPECT_EQ(out, sent);
        }
    }
}

}  // namespace
}  // namespace headroom::http::detail

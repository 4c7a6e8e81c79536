// Requests: read alike at every split, understood no differently by another parser, and refused
// with a problem that is JSON. The first byte chooses where the input is split.
#include <boost/asio/buffer.hpp>
#include <boost/assert.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/json/parse.hpp>

#include "headroom/http/detail/request_reader.hpp"
#include "headroom/http/problem.hpp"

namespace {

namespace beast = boost::beast::http;
using headroom::http::limits;
using headroom::http::detail::request_reader;
using state = request_reader::state;

// Small bounds, so that short inputs reach them.
const limits bounds{.request_line_max = 64,
                    .header_bytes_max = 256,
                    .fields_max = 8,
                    .body_max = 256,
                    .trailer_bytes_max = 64,
                    .chunk_extension_bytes_max = 32};

std::size_t read(request_reader& reader, std::string_view text) {
    return reader.at() == state::complete || reader.at() == state::failed ? 0 : reader.read(text);
}

void expect_alike(request_reader& whole, request_reader& split) {
    BOOST_ASSERT(whole.at() == split.at());
    BOOST_ASSERT(whole.failed() == split.failed());
    BOOST_ASSERT(whole.at() != state::complete || whole.bytes() == split.bytes());
    BOOST_ASSERT(whole.body() == split.body());
}

// Where both accept, both must see the same request end at the same byte.
void expect_no_other_reading(request_reader& ours, std::string_view text) {
    beast::request_parser<beast::string_body> theirs;
    theirs.eager(true);
    boost::system::error_code failed;
    const auto used = theirs.put(boost::asio::buffer(text.data(), text.size()), failed);
    if (failed || !theirs.is_done()) return;
    BOOST_ASSERT(used == ours.bytes());
    BOOST_ASSERT(theirs.get().body() == ours.body());
    BOOST_ASSERT(theirs.get().target() == ours.head().raw_target);
    BOOST_ASSERT(theirs.get().method_string() == ours.head().method_name);
}

void expect_a_problem(const request_reader& of) {
    headroom::http::problem told;
    told.status = of.failed()->status;
    told.detail = of.failed()->detail;
    const auto text = headroom::http::to_json(told, of.head().where.raw_path, "id");
    BOOST_ASSERT(boost::json::parse(text).at("status").as_int64() == told.status);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto at = text.empty() ? 0 : data[0] % text.size();

    request_reader whole(bounds), split(bounds);
    read(whole, text);
    if (read(split, text.substr(0, at)) == at) read(split, text.substr(at));
    expect_alike(whole, split);
    if (whole.at() == state::complete) expect_no_other_reading(whole, text);
    if (whole.at() == state::failed) expect_a_problem(whole);
    return 0;
}

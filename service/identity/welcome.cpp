#include "service/identity/welcome.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <system_error>

namespace headroom::service::identity {
namespace {

namespace files = std::filesystem;

/// A header is one line: nobody adds another one by a name.
std::string on_one_line(std::string text) {
    std::erase_if(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
    return text;
}

}  // namespace

std::string text_of(const welcome& to) {
    return fmt::format(
        "To: {}\r\nSubject: Welcome\r\nMessage-ID: <welcome-{}@headroom>\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n\r\nWelcome, {}.\r\n",
        on_one_line(to.email), on_one_line(to.user_id), on_one_line(to.display_name));
}

void write_mail(const std::string& directory, const welcome& to) {
    const auto into = files::path(directory) / ("welcome-" + to.user_id + ".eml");
    auto beside = into;
    beside += ".part";
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << text_of(to);
    out.close();
    if (!out)
        throw std::system_error(std::make_error_code(std::errc::io_error),
                                "a mail cannot be written to " + directory);
    files::rename(beside, into);
}

}  // namespace headroom::service::identity

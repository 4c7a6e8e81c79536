#include "service/identity/welcome.hpp"

#include <gmock/gmock.h>

#include <system_error>

#include "headroom/testing/temp_directory.hpp"

namespace headroom::service::identity {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Welcome, ANameAddsNoHeader) {
    const auto text = text_of({"u-1", "a@b.example\r\nBcc: all@b.example", "Ada\nBcc: x"});
    EXPECT_THAT(text, HasSubstr("To: a@b.exampleBcc: all@b.example\r\n"));
    EXPECT_THAT(text, Not(HasSubstr("\nBcc:")));
}

TEST(Welcome, ASecondRunWritesTheSameFile) {
    const testing::temp_directory in;
    const welcome ada{"u-1", "a@b.example", "Ada"};
    for (int runs = 0; runs < 2; ++runs) write_mail(in.path(), ada);
    EXPECT_EQ(testing::read_file(in.file("welcome-u-1.eml")), text_of(ada));
}

TEST(Welcome, ADirectoryThatIsNotThereIsSaid) {
    EXPECT_THROW(write_mail("/nowhere/mails", {"u-1", "a@b.example", "Ada"}), std::system_error);
}

}  // namespace
}  // namespace headroom::service::identity

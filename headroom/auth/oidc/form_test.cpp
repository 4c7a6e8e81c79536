#include "headroom/auth/oidc/form.hpp"

#include <gtest/gtest.h>

namespace headroom::auth {
namespace {

TEST(Form, EncodesEveryByteThatIsNotUnreserved) {
    EXPECT_EQ(form_encoded("pass:%+ word&=/~"), "pass%3A%25%2B+word%26%3D%2F~");
    EXPECT_EQ(form_encoded(std::string("\0\xff\n", 3)), "%00%FF%0A");
    EXPECT_EQ(form_encoded("aZ09-._~"), "aZ09-._~");
    EXPECT_EQ(form_encoded(""), "");
}

TEST(Form, JoinsWhatThereIs) {
    form made;
    made.add("a", "1").add_some("b", "").add("c d", "=");
    EXPECT_EQ(made.text(), "a=1&c+d=%3D");
}

}  // namespace
}  // namespace headroom::auth

#include "headroom/auth/sealer.hpp"

#include <gmock/gmock.h>

namespace headroom::auth {
namespace {

class Sealer : public ::testing::Test {
protected:
    const secret key{std::string(32, 'k')};
    const sealer sessions{key, "session"};
    const secret text{"refresh-token"};
};

TEST_F(Sealer, OpensWhatItSealed) {
    const auto sealed = sessions.seal("one", text);
    EXPECT_EQ(sessions.open("one", sealed), text);
    EXPECT_EQ(sessions.open("one", sessions.seal("one", secret())), secret());
}

TEST_F(Sealer, ShowsNothingOfIt) {
    const auto sealed = sessions.seal("one", text);
    EXPECT_EQ(sealed.find("refresh"), std::string::npos);
    EXPECT_NE(sealed, sessions.seal("one", text)) << "the same text twice is two texts";
}

TEST_F(Sealer, OpensUnderNoOtherNamePurposeOrKey) {
    const auto sealed = sessions.seal("one", text);
    EXPECT_FALSE(sessions.open("two", sealed));
    EXPECT_FALSE(sealer(key, "state").open("one", sealed));
    EXPECT_FALSE(sealer(secret(std::string(32, 'l')), "session").open("one", sealed));
}

TEST_F(Sealer, OpensNothingThatWasChangedAnywhere) {
    const auto sealed = sessions.seal("one", text);
    for (std::size_t at = 0; at < sealed.size(); ++at) {
        auto changed = sealed;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        EXPECT_FALSE(sessions.open("one", changed)) << at;
        EXPECT_FALSE(sessions.open("one", sealed.substr(0, at))) << at;
    }
    EXPECT_FALSE(sessions.open("one", sealed + "x"));
}

TEST_F(Sealer, ABoundaryBetweenPurposeAndNameIsNotMoved) {
    EXPECT_FALSE(sealer(key, "a").open("bc", sealer(key, "ab").seal("c", text)));
}

}  // namespace
}  // namespace headroom::auth

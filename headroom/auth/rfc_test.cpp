// The examples of RFC 7515 (appendix A) and RFC 8037 (appendix A.4).
#include <gtest/gtest.h>

#include "headroom/auth/key_set.hpp"
#include "headroom/auth/token_fixture.hpp"

namespace headroom::auth {
namespace {

std::expected<std::string, token_fault> payload_of(const std::string& token, const std::string& jwk,
                                                   algorithm by) {
    const auto read = parse_jws(token);
    if (!read) return std::unexpected(read.error());
    const auto keys = key_set::parse(fixture::set_of({jwk}), key_origin::local);
    const auto key = verify_signature(*read, keys.value(), {by});
    if (!key) return std::unexpected(key.error());
    return read->payload;
}

constexpr char joe[] = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS"
                       "9pc19yb290Ijp0cnVlfQ";
constexpr char joes_claims[] =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

TEST(Rfc7515, A1HmacSha256) {
    const auto jwk = R"({"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75)"
                     R"(aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"})";
    EXPECT_EQ(payload_of(std::string("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.") + joe +
                             ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                         jwk, algorithm::hs256),
              joes_claims);
}

TEST(Rfc7515, A2RsaWithSha256) {
    const auto jwk =
        R"({"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPdd)"
        R"(xHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47)"
        R"(soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsm)"
        R"(tdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs9)"
        R"(1kzk2PAcDTW9gb54h4FRWyuXpoQ"})";
    EXPECT_EQ(payload_of(std::string("eyJhbGciOiJSUzI1NiJ9.") + joe +
                             ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuH"
                             "Im4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdi"
                             "uB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN"
                             "9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2"
                             "w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77"
                             "Rw",
                         jwk, algorithm::rs256),
              joes_claims);
}

TEST(Rfc7515, A3EcdsaOnP256) {
    const auto jwk = R"({"kty":"EC","crv":"P-256",)"
                     R"("x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                     R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"})";
    EXPECT_EQ(payload_of(std::string("eyJhbGciOiJFUzI1NiJ9.") + joe +
                             ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQ"
                             "xfKTUJqPP3-Kg6NU1Q",
                         jwk, algorithm::es256),
              joes_claims);
}

TEST(Rfc7515, A4EcdsaOnP521) {
    const auto jwk =
        R"({"kty":"EC","crv":"P-521","x":"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG)"
        R"(_NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk","y":"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-)"
        R"(x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"})";
    EXPECT_EQ(payload_of("eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA."
                         "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KG"
                         "DKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8"
                         "vcnwNrmxYbSW9ERBXukOXolLzeO_Jn",
                         jwk, algorithm::es512),
              "Payload");
}

TEST(Rfc7515, A5UnsecuredIsRefused) {
    EXPECT_EQ(parse_jws(std::string("eyJhbGciOiJub25lIn0.") + joe + ".").error(),
              token_fault::algorithm_refused);
}

TEST(Rfc8037, A4Ed25519) {
    const auto jwk =
        R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})";
    EXPECT_EQ(payload_of("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
                         "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7s"
                         "VvpAr_MuM0KAg",
                         jwk, algorithm::eddsa),
              "Example of Ed25519 signing");
}

}  // namespace
}  // namespace headroom::auth

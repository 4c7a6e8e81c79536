// persistence/detail/catalog_types.hpp: how PostgreSQL numbers its types, and counts time.
#pragma once
#include <chrono>

namespace headroom::persistence::detail {

/// Type numbers of PostgreSQL's catalogue (pg_type.dat); they never change.
namespace oid {
inline constexpr unsigned boolean = 16, bytea = 17, one_char = 18, name = 19, int8 = 20, int2 = 21;
inline constexpr unsigned int4 = 23, text = 25, oid = 26, xid = 28, json = 114, float4 = 700;
inline constexpr unsigned float8 = 701, unknown = 705, bpchar = 1042, varchar = 1043;
inline constexpr unsigned timestamptz = 1184, uuid = 2950, jsonb = 3802, xid8 = 5069;
inline constexpr unsigned bytea_array = 1001, name_array = 1003, text_array = 1009;
inline constexpr unsigned varchar_array = 1015, int8_array = 1016, uuid_array = 2951;
inline constexpr unsigned jsonb_array = 3807;
inline constexpr unsigned first_user_defined = 16384;  ///< enums and the like: text on the wire
}  // namespace oid

/// 2000-01-01, from which timestamps are counted in binary, after 1970.
inline constexpr std::chrono::microseconds postgres_epoch = std::chrono::seconds(946'684'800);

}  // namespace headroom::persistence::detail

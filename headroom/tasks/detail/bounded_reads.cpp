#include "headroom/tasks/detail/bounded_reads.hpp"

#include <string>

namespace headroom::tasks::detail {
namespace {

const std::string weigh_lua = R"lua(
local field_most, left, found = tonumber(ARGV[1]), tonumber(ARGV[2]), {}
local function weighed(entry)
  local fields, bytes, missing = {}, 0, 0
  for i = 1, #entry[2], 2 do
    local size = #entry[2][i] + #entry[2][i + 1]
    if math.max(#entry[2][i], #entry[2][i + 1]) > field_most then
      missing = missing + size
    else
      bytes = bytes + size
      fields[#fields + 1] = entry[2][i]
      fields[#fields + 1] = entry[2][i + 1]
    end
  end
  left = left - bytes
  return {entry[1], fields, missing}
end
)lua";

}  // namespace

const redis::script& claim_script() {
    static const redis::script made(weigh_lua + R"lua(
for i = 6, #ARGV do
  if left <= 0 then break end
  local entry = redis.call('XCLAIM', KEYS[1], ARGV[3], ARGV[4], ARGV[5], ARGV[i])[1]
  if entry and entry[2] then found[#found + 1] = weighed(entry) end
end
return found
)lua");
    return made;
}

const redis::script& range_script() {
    static const redis::script made(weigh_lua + R"lua(
local from = ARGV[3]
for _ = 1, tonumber(ARGV[4]) do
  if left <= 0 then break end
  local entry = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 1)[1]
  if not entry then break end
  found[#found + 1] = weighed(entry)
  from = '(' .. entry[1]
end
return found
)lua");
    return made;
}

}  // namespace headroom::tasks::detail

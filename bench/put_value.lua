-- bench/put_value.lua: for wrk, a new value of one of a thousand keys with each request.
local count = 0

request = function()
  count = count + 1
  local body = string.format('{"type":"integer","value":%d}', count)
  return wrk.format("PUT", string.format("%s/key.k%d", wrk.path, count % 1000),
                    { ["Content-Type"] = "application/json" }, body)
end

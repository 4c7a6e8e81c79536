-- tests/service/rolling.lua: for wrk, reads, writes and creations in turn; ten a second from each
-- of its connections.
local count = 0
local json = { ["Content-Type"] = "application/json" }

request = function()
  count = count + 1
  local tenant = "/v1/tenants/acme"
  if count % 3 == 0 then
    return wrk.format("GET", tenant .. "/configuration/limit.seats")
  elseif count % 3 == 1 then
    local body = string.format('{"type":"integer","value":%d}', count)
    return wrk.format("PUT", tenant .. "/configuration/limit.seats", json, body)
  end
  local body = string.format('{"issuer":"https://id.example","subject":"u%d","email":"u%d@x.y"}',
                             count, count)
  return wrk.format("POST", tenant .. "/users", json, body)
end

delay = function() return 100 end

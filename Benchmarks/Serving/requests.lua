-- Sends the requests of the file in WRK_REQUESTS one after the other. The scripts that look at the
-- answers too load this one first.
local requests, next_request = {}, 0

function init()
  local file = assert(io.open(os.getenv("WRK_REQUESTS"), "rb"))
  for length in file:lines() do
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

-- Sends the requests of the file in WRK_REQUESTS one after the other, and writes the request_id of
-- every 200 it has read to the file in WRK_RECEIVED. wrk itself counts an answer right before it
-- calls response(), so that its count says whether a line is missing.
local requests, next_request = {}, 0
local received

function init()
  local file = assert(io.open(os.getenv("WRK_REQUESTS"), "rb"))
  for length in file:lines() do
    requests[#requests + 1] = file:read(tonumber(length))
  end
  file:close()
  received = assert(io.open(os.getenv("WRK_RECEIVED"), "w"))
  received:setvbuf("line")
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function response(status, headers, body)
  if status == 200 then
    received:write(body:match('"request_id":"([^"]+)"') or "none", "\n")
  end
end

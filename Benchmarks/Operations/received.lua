-- Sends the requests of the file in WRK_REQUESTS one after the other, and writes the request_id of
-- every 200 it has read to the file in WRK_RECEIVED. wrk itself counts an answer right before it
-- calls response(), so that its count says whether a line is missing.
dofile("Benchmarks/Serving/requests.lua")
local read_requests = init
local received

function init()
  read_requests()
  received = assert(io.open(os.getenv("WRK_RECEIVED"), "w"))
  received:setvbuf("line")
end

function response(status, headers, body)
  if status == 200 then
    received:write(body:match('"request_id":"([^"]+)"') or "none", "\n")
  end
end

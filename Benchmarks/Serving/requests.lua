-- Sends the requests of the file in WRK_REQUESTS one after the other, and counts the statuses.
local requests, next_request = {}, 0
local statuses = {}
local threads = {}

function setup(thread) table.insert(threads, thread) end

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

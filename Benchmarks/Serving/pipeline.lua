-- Sends 1,000 requests ahead on each connection, over and over.
local batch

function init()
  local requests = {}
  for i = 1, 1000 do requests[i] = wrk.format("GET", "/livez") end
  batch = table.concat(requests)
end

function request()
  return batch
end

-- Sends the requests of the file in WRK_REQUESTS one after the other and holds each answer against
-- WRK_EXPECTED, where a line is: model_version, customer_id, churn_probability. So an answer is
-- right when its probability is the one that the model it names gives that very customer.
dofile("Benchmarks/Serving/requests.lua")
local next_of_requests = request
local expected = {}
local versions = {}
local thread_of_load
-- What done() asks for, which has a Lua of its own, are globals; so is the count of right answers of
-- each version, under its name.
-- Before wrk begins it asks for one request, to see what it is like.
sent, wrong, refused, first_wrong = -1, 0, 0, ""

for line in io.lines(os.getenv("WRK_EXPECTED")) do
  local version, customer, probability = line:match("^(%S+) (%S+) (%S+)$")
  if not expected[version] then
    expected[version] = {}
    versions[#versions + 1] = version
    _G[version] = 0
  end
  expected[version][customer] = tonumber(probability)
end

function setup(thread) thread_of_load = thread end

function request()
  sent = sent + 1
  return next_of_requests()
end

function response(status, headers, body)
  if status ~= 200 then
    refused = refused + 1
    return
  end
  local customer = body:match('"customer_id":"([^"]*)"')
  local probability = body:match('"churn_probability":([0-9.e+-]+)')
  local version = body:match('"model_version":"([^"]*)"')
  if expected[version] and probability
      and expected[version][customer] == tonumber(probability) then
    _G[version] = _G[version] + 1
  else
    wrong = wrong + 1
    if first_wrong == "" then first_wrong = body end
  end
end

function done(summary)
  local function of(name) return thread_of_load:get(name) end
  local errors = summary.errors
  io.write(string.format("sent %d\nanswered %d\nwrong %d\nrefused %d\nlost %d\n", of("sent"),
    summary.requests, of("wrong"), of("refused"),
    errors.connect + errors.read + errors.write + errors.timeout))
  for _, version in ipairs(versions) do
    io.write(string.format("right %s %d\n", version, of(version)))
  end
  if of("first_wrong") ~= "" then io.write("first ", of("first_wrong"), "\n") end
end

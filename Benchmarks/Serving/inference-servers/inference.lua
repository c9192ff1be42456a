-- POSTs one inference request, by turns with the tokens of a file.
local function read(name)
    local file = assert(io.open(os.getenv(name)))
    local text = file:read("*a")
    file:close()
    return text
end

local requests = {}

-- The path of the URL is known only now.
init = function()
    local body = read("INFERENCE_BODY")
    for token in read("INFERENCE_TOKENS"):gmatch("%S+") do
        requests[#requests + 1] = wrk.format("POST", nil, {
            ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. token,
        }, body)
    end
end

local index = 0
request = function()
    index = index % #requests + 1
    return requests[index]
end

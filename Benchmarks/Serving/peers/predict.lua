-- What a service of nginx and Lua does for a prediction: an HS256 token, a record of 19 fields, a
-- logistic model, two revocation keys, and a counter for each subject and hour (a window that does
-- not slide). It checks less than churnd: no types, no ranges, no duplicate names.
local ffi, cjson = require "ffi", require "cjson.safe"
local base64 = require "ngx.base64"
ffi.cdef [[
const void *EVP_sha256(void);
unsigned char *HMAC(const void *md, const void *key, int key_len, const unsigned char *data,
    size_t data_len, unsigned char *out, unsigned int *out_len);
]]
local secret = os.getenv("PEER_SECRET")
local redis_port, limit = tonumber(os.getenv("PEER_REDIS_PORT")), 100000
local digest, size = ffi.new("unsigned char[32]"), ffi.new("unsigned int[1]")

local function problem(status)
    ngx.status = status
    ngx.header.content_type = "application/problem+json"
    ngx.print('{"status":' .. status .. '}')
    return ngx.exit(status)
end

local function verified(token)
    local signed, signature = token:match("^(.+)%.([%w_-]+)$")
    if not signed then return end
    ffi.C.HMAC(ffi.C.EVP_sha256(), secret, #secret, signed, #signed, digest, size)
    if base64.decode_base64url(signature) ~= ffi.string(digest, 32) then return end
    local claims = cjson.decode(base64.decode_base64url(signed:match("%.(.+)$")) or "")
    if claims and claims.sub and claims.exp and claims.exp > ngx.now() then return claims end
end

local function command(...)
    local parts = { "*" .. select("#", ...) .. "\r\n" }
    for _, word in ipairs { ... } do parts[#parts + 1] = "$" .. #word .. "\r\n" .. word .. "\r\n" end
    return table.concat(parts)
end

local function admit(token, claims)
    local socket = ngx.socket.tcp()
    if not socket:connect("127.0.0.1", redis_port) then return end
    local quota = "peer:" .. claims.sub .. ":" .. math.floor(ngx.now() / 3600)
    socket:send(command("EXISTS", "blacklist:" .. token, "blacklist:" .. (claims.jti or ""))
        .. command("INCR", quota) .. command("EXPIRE", quota, "3600"))
    local revoked, count = socket:receive(), socket:receive()
    socket:receive()
    socket:setkeepalive(60000, 128)
    return revoked, count and tonumber(count:sub(2))
end

local fields = {
    "gender", "SeniorCitizen", "Partner", "Dependents", "tenure", "PhoneService", "MultipleLines",
    "InternetService", "OnlineSecurity", "OnlineBackup", "DeviceProtection", "TechSupport",
    "StreamingTV", "StreamingMovies", "Contract", "PaperlessBilling", "PaymentMethod",
    "MonthlyCharges", "TotalCharges",
}

return function()
    local token = (ngx.var.http_authorization or ""):match("^Bearer ([%w._~+/-]+=*)$")
    local claims = token and verified(token)
    if not claims then return problem(401) end
    ngx.req.read_body()
    local record = cjson.decode(ngx.req.get_body_data() or "")
    if not record then return problem(400) end
    local sum = -1
    for index, name in ipairs(fields) do
        local value = record[name]
        if value == nil then return problem(422) end
        sum = sum + (type(value) == "number" and value * 0.001 or #value * 0.01 * (index % 3 - 1))
    end
    local revoked, count = admit(token, claims)
    if not count then return problem(503) end
    if revoked ~= ":0" then return problem(401) end
    if count > limit then return problem(429) end
    local probability = 1 / (1 + math.exp(-sum))
    ngx.header.content_type = "application/json"
    ngx.header["RateLimit"] = "r=" .. limit - count
    ngx.print(cjson.encode {
        churn_probability = probability, churn = probability >= 0.5,
        risk = probability < 0.3 and "low" or "high", model = "peer/1",
    })
end

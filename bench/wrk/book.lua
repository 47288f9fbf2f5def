-- Books one seat on a flight of the file IDS, for one of many users. The requests are made before the run:
-- the generator shares the cores with what it measures. HEADERS holds lines `Name: value`.
local report = dofile(os.getenv("LUA_FOLDER") .. "/report.lua")
local USERS = 1000
local requests = {}

function init()
  local headers = { ["Content-Type"] = "application/json" }
  for name, value in (os.getenv("HEADERS") or ""):gmatch("([^:\n]+): ([^\n]+)") do headers[name] = value end
  local flights = {}
  for line in io.lines(os.getenv("IDS")) do flights[#flights + 1] = line end
  for i = 1, math.max(USERS, #flights) do
    local user = string.format("7b0e8c5e-58a8-4f3a-9d3c-%012x", i % USERS)
    requests[i] = wrk.format("POST", nil, headers,
      '{"user_id":"' .. user .. '","flight_id":"' .. flights[(i - 1) % #flights + 1] .. '","seats":1}')
  end
  math.randomseed(1)
end

function request() return requests[math.random(#requests)] end

done = report.done

-- Asks for one path of the file PATHS after the other, in an order by chance.
local report = dofile(os.getenv("LUA_FOLDER") .. "/report.lua")
local requests = {}

function init()
  for path in io.lines(os.getenv("PATHS")) do requests[#requests + 1] = wrk.format("GET", path) end
  math.randomseed(1)
end

function request() return requests[math.random(#requests)] end

done = report.done

-- Asks for each of the addresses in the file PATHS in turn, each connection
-- from another place on.
local paths = {}
local count = 0

for path in io.lines(os.getenv("PATHS")) do
	paths[#paths + 1] = path
end

function request()
	count = count + 1
	return wrk.format("GET", paths[count % #paths + 1])
end

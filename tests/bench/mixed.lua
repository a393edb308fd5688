-- What a worker meets in a long life: the page of each country and level, in
-- each encoding, lists and documents. It is more than its memory of replies
-- holds, so that this stays full and turns over.
local career = "/careers/information-technology/backend-developer"
local document = "/api/v1/careers/backend-developer"
local paths = { "/", "/careers", document, document .. "/salaries" }
local countries = { "my", "sg", "ph", "th", "id", "vn", "in", "au", "nz",
	"gb", "de", "nl", "us", "ca", "ae" }
local count = 0

for _, country in ipairs(countries) do
	paths[#paths + 1] = document .. "?country=" .. country
	paths[#paths + 1] = document .. "/salaries?country=" .. country
	for _, level in ipairs({ "junior", "mid", "senior", "manager" }) do
		paths[#paths + 1] = career .. "/" .. country .. "?level=" .. level
	end
end

-- A compressed page costs the time of many plain ones; few keep this short.
function request()
	count = count + 1
	local encoding = count % 50 == 0 and "br" or count % 50 == 25 and "gzip"
		or "identity"
	return wrk.format("GET", paths[count % #paths + 1],
		{ ["Accept-Encoding"] = encoding })
end

-- For wrk: sends the requests of a file one after the other, and says how many came back as meant.
-- Each line is an address, a header's name, its value and a body, with tabs between them.

local requests, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    local path, name, value, body = line:match("([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)")
    local headers = { ["Content-Type"] = "application/json", [name] = value }
    requests[#requests + 1] = wrk.format("POST", path, headers, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local lost = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("answers %d seconds %f refused %d lost %d\n",
    summary.requests, summary.duration / 1e6, errors.status, lost))
end

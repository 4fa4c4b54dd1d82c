-- A new value of spec.rotation.request rotates the key once; the operator acknowledges it in status.handledRequest.
local os = require("os")
if obj.spec.rotation == nil then
  obj.spec.rotation = {}
end
obj.spec.rotation.request = "argocd-" .. os.date("!%Y-%m-%dT%XZ")
return obj

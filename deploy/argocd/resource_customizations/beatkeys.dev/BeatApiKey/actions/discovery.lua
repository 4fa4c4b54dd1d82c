-- Where Git says spec.rotation.request, what this action would set is drift, and taking that back would rotate the key
-- once more. A value of the action's own is no obstacle; it is known by its beginning. Actions have no string library: of
-- two strings the smaller one is the one that comes first in a dictionary, and "." comes right after "-".
local request = nil
if obj.spec.rotation ~= nil then
  request = obj.spec.rotation.request
end
local is_of_git = request ~= nil and not (request >= "argocd-" and request < "argocd.")
-- Nothing is done for an object that is suspended or being deleted.
local rests = obj.spec.suspend == true or obj.metadata.deletionTimestamp ~= nil

local actions = {}
actions["rotate"] = { ["disabled"] = is_of_git or rests }
return actions

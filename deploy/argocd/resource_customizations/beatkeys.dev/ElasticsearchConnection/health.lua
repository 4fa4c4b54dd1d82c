-- The status of an ElasticsearchConnection keeps to kstatus: observedGeneration, which is -1 until the operator has seen
-- the object, and the conditions Ready, Reconciling and Stalled, all three from the first look on.
local conditions = {}
if obj.status ~= nil and obj.status.conditions ~= nil then
  for _, condition in ipairs(obj.status.conditions) do
    conditions[condition.type] = condition
  end
end
local function is_true(name)
  return conditions[name] ~= nil and conditions[name].status == "True"
end

if obj.metadata.deletionTimestamp ~= nil then
  local message = "The object is being deleted"
  if is_true("Reconciling") then
    message = message .. ": " .. conditions["Reconciling"].message
  end
  return { status = "Progressing", message = message }
end

local ready = conditions["Ready"]
if ready == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "Waiting for the operator to see the newest spec" }
end
-- A cluster that is down for now, or a connection that is looked at again.
if is_true("Reconciling") then
  return { status = "Progressing", message = ready.message }
end
-- Only what a person has to mend.
if is_true("Stalled") then
  return { status = "Degraded", message = ready.message }
end
if ready.status == "True" then
  return { status = "Healthy", message = ready.message }
end
return { status = "Progressing", message = ready.message }

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/argoproj/gitops-engine/pkg/health"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	luajson "layeh.com/gopher-json"
)

// runLua runs a script as Argo CD 3.2.12 does (util/lua/lua.go): with the libraries package, base and table, and of os only date
// and time; within a second. All libraries are there where Argo CD tests its own scripts, and for its own health checks.
func runLua(object *unstructured.Unstructured, script string, allLibraries bool) ([]byte, error) {
	l := lua.NewState(lua.Options{SkipOpenLibs: !allLibraries})
	defer l.Close()
	for _, library := range []struct {
		name string
		open lua.LGFunction
	}{{lua.LoadLibName, lua.OpenPackage}, {lua.BaseLibName, lua.OpenBase}, {lua.TabLibName, lua.OpenTable}} {
		call := lua.P{Fn: l.NewFunction(library.open), NRet: 0, Protect: true}
		if err := l.CallByParam(call, lua.LString(library.name)); err != nil {
			return nil, err
		}
	}
	l.PreloadModule(lua.OsLibName, safeOs)
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	l.SetContext(ctx)
	l.SetGlobal("obj", toLua(l, object.Object))
	if err := l.DoString(script); err != nil {
		return nil, err
	}
	value := l.Get(-1)
	if value.Type() != lua.LTTable {
		return nil, fmt.Errorf("expect table output from Lua script, not %s", value.Type())
	}
	return luajson.Encode(value)
}

func safeOs(l *lua.LState) int {
	full := lua.NewState()
	defer full.Close()
	safe := l.NewTable()
	for _, name := range []string{"date", "time"} {
		function := full.GetField(full.GetGlobal(lua.OsLibName), name).(*lua.LFunction)
		safe.RawSetString(name, l.NewFunction(function.GFunction))
	}
	l.Push(safe)
	return 1
}

func toLua(l *lua.LState, value any) lua.LValue {
	switch converted := value.(type) {
	case bool:
		return lua.LBool(converted)
	case string:
		return lua.LString(converted)
	case int64:
		return lua.LNumber(converted)
	case float64:
		return lua.LNumber(converted)
	case []any:
		list := l.CreateTable(len(converted), 0)
		for _, item := range converted {
			list.Append(toLua(l, item))
		}
		return list
	case map[string]any:
		table := l.CreateTable(0, len(converted))
		for key, item := range converted {
			table.RawSetString(key, toLua(l, item))
		}
		return table
	default:
		return lua.LNil
	}
}

func healthOf(object *unstructured.Unstructured, script string, allLibraries bool) (*health.HealthStatus, error) {
	answer, err := runLua(object, script, allLibraries)
	if err != nil {
		return nil, err
	}
	found := &health.HealthStatus{}
	if err := json.Unmarshal(answer, found); err != nil {
		return nil, err
	}
	switch found.Status {
	case health.HealthStatusUnknown, health.HealthStatusProgressing, health.HealthStatusSuspended,
		health.HealthStatusHealthy, health.HealthStatusDegraded, health.HealthStatusMissing:
		return found, nil
	}
	return nil, fmt.Errorf("Lua returned an invalid health status: %s", found.Status)
}

// action is what Argo CD offers for an object.
type action struct {
	Name     string `json:"name"`
	Disabled bool   `json:"disabled,omitempty"`
}

func actionsOf(object *unstructured.Unstructured, script string, allLibraries bool) ([]action, error) {
	answer, err := runLua(object, script, allLibraries)
	if err != nil {
		return nil, err
	}
	byName := map[string]action{}
	if string(answer) == "[]" {
		return nil, nil
	}
	if err := json.Unmarshal(answer, &byName); err != nil {
		return nil, err
	}
	actions := []action{}
	for name, each := range byName {
		actions = append(actions, action{Name: name, Disabled: each.Disabled})
	}
	return actions, nil
}

// actOn gives the object as the action would have it.
func actOn(object *unstructured.Unstructured, script string) (*unstructured.Unstructured, error) {
	answer, err := runLua(object, script, false)
	if err != nil {
		return nil, err
	}
	changed := map[string]any{}
	if err := json.Unmarshal(answer, &changed); err != nil {
		return nil, err
	}
	return &unstructured.Unstructured{Object: withEmptyMaps(changed, object.Object).(map[string]any)}, nil
}

// withEmptyMaps undoes what Lua does to empty maps, which it cannot tell from empty lists.
func withEmptyMaps(changed, before any) any {
	switch value := changed.(type) {
	case map[string]any:
		if former, ok := before.(map[string]any); ok {
			for key := range value {
				value[key] = withEmptyMaps(value[key], former[key])
			}
		}
	case []any:
		if former, ok := before.(map[string]any); ok && len(value) == 0 {
			return former
		}
		if former, ok := before.([]any); ok {
			for i := range value {
				if i < len(former) {
					value[i] = withEmptyMaps(value[i], former[i])
				}
			}
		}
	}
	return changed
}

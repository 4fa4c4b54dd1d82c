package main

import (
	"context"
	"encoding/json"
	"fmt"

	jsonpatch "github.com/evanphx/json-patch/v5"
	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
)

// verdicts are what three tools say of an object.
type verdicts struct {
	// Health by the Lua script of its kind, and the sentence to it.
	ArgoCD  string `json:"argoCD"`
	Message string `json:"message"`
	// What `wait: true` of Flux goes by, and `kubectl` plug-ins that use kstatus.
	KStatus string `json:"kstatus"`
	// The same by the expressions of spec.healthCheckExprs.
	Flux string `json:"flux"`
}

// judge says how Argo CD and Flux see each object.
func judge(raw json.RawMessage) (any, error) {
	var question struct {
		// By kind.
		HealthScripts    map[string]string             `json:"healthScripts"`
		HealthCheckExprs []kustomize.CustomHealthCheck `json:"healthCheckExprs"`
		Objects          []json.RawMessage             `json:"objects"`
	}
	if err := json.Unmarshal(raw, &question); err != nil {
		return nil, err
	}
	all := []verdicts{}
	for _, each := range question.Objects {
		object, err := objectOf(each)
		if err != nil {
			return nil, err
		}
		found, err := healthOf(object, question.HealthScripts[object.GetKind()], false)
		if err != nil {
			return nil, err
		}
		computed, err := status.Compute(object)
		if err != nil {
			return nil, err
		}
		flux := ""
		for _, check := range question.HealthCheckExprs {
			if check.APIVersion != object.GetAPIVersion() || check.Kind != object.GetKind() {
				continue
			}
			evaluator, err := cel.NewStatusEvaluator(&check.HealthCheckExpressions)
			if err != nil {
				return nil, err
			}
			evaluated, err := evaluator.Evaluate(context.Background(), object)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", object.GetKind(), object.GetName(), err)
			}
			flux = evaluated.Status.String()
		}
		all = append(all, verdicts{string(found.Status), found.Message, computed.Status.String(), flux})
	}
	return all, nil
}

// act gives the merge patch that Argo CD would send for an action on an object.
func act(raw json.RawMessage) (any, error) {
	var question struct {
		Script string          `json:"script"`
		Object json.RawMessage `json:"object"`
	}
	if err := json.Unmarshal(raw, &question); err != nil {
		return nil, err
	}
	object, err := objectOf(question.Object)
	if err != nil {
		return nil, err
	}
	changed, err := actOn(object, question.Script)
	if err != nil {
		return nil, err
	}
	before, err := object.MarshalJSON()
	if err != nil {
		return nil, err
	}
	after, err := changed.MarshalJSON()
	if err != nil {
		return nil, err
	}
	patch, err := jsonpatch.CreateMergePatch(before, after)
	return json.RawMessage(patch), err
}

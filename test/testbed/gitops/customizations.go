package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/argoproj/gitops-engine/pkg/diff"
	"github.com/argoproj/gitops-engine/pkg/health"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

type healthTests struct {
	Tests []struct {
		InputPath    string              `json:"inputPath"`
		HealthStatus health.HealthStatus `json:"healthStatus"`
	} `json:"tests"`
}

type actionTests struct {
	DiscoveryTests []struct {
		InputPath string   `json:"inputPath"`
		Result    []action `json:"result"`
	} `json:"discoveryTests"`
	ActionTests []struct {
		Action             string `json:"action"`
		InputPath          string `json:"inputPath"`
		ExpectedOutputPath string `json:"expectedOutputPath"`
	} `json:"actionTests"`
}

// outcome is how one test went; Complaint is empty where it passed.
type outcome struct {
	Name      string `json:"name"`
	Complaint string `json:"complaint"`
}

// testCustomizations runs health_test.yaml and action_test.yaml of every kind in a folder as Argo CD's runner does
// (util/lua/health_test.go, custom_actions_test.go). Beyond that, a script must give the same without the libraries that
// Argo CD withholds from scripts in argocd-cm, and an action must be offered exactly as the test says.
func testCustomizations(raw json.RawMessage) (any, error) {
	var question struct {
		Folder string `json:"folder"`
	}
	if err := json.Unmarshal(raw, &question); err != nil {
		return nil, err
	}
	outcomes := []outcome{}
	err := filepath.WalkDir(question.Folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		folder := filepath.Dir(path)
		name, _ := filepath.Rel(question.Folder, folder)
		note := func(test string, complaint error) {
			text := ""
			if complaint != nil {
				text = complaint.Error()
			}
			outcomes = append(outcomes, outcome{filepath.ToSlash(filepath.Join(name, test)), text})
		}
		switch entry.Name() {
		case "health.lua":
			return testHealth(folder, note)
		case "action_test.yaml":
			return testActions(folder, note)
		}
		return nil
	})
	return outcomes, err
}

type note func(test string, complaint error)

func testHealth(folder string, note note) error {
	var tests healthTests
	if err := readYAML(filepath.Join(folder, "health_test.yaml"), &tests); err != nil {
		return err
	}
	script, err := os.ReadFile(filepath.Join(folder, "health.lua"))
	if err != nil {
		return err
	}
	for _, test := range tests.Tests {
		object, err := readObject(filepath.Join(folder, test.InputPath))
		if err != nil {
			return err
		}
		for _, allLibraries := range []bool{true, false} {
			found, err := healthOf(object, string(script), allLibraries)
			if err == nil && *found != test.HealthStatus {
				err = fmt.Errorf("%s (%s) instead of %s (%s)", found.Status, found.Message, test.HealthStatus.Status, test.HealthStatus.Message)
			}
			note(fmt.Sprintf("health/%s, all libraries: %t", test.InputPath, allLibraries), err)
		}
	}
	return nil
}

func testActions(folder string, note note) error {
	var tests actionTests
	if err := readYAML(filepath.Join(folder, "action_test.yaml"), &tests); err != nil {
		return err
	}
	discovery, err := os.ReadFile(filepath.Join(folder, "discovery.lua"))
	if err != nil {
		return err
	}
	for _, test := range tests.DiscoveryTests {
		object, err := readObject(filepath.Join(folder, test.InputPath))
		if err != nil {
			return err
		}
		for _, allLibraries := range []bool{true, false} {
			found, err := actionsOf(object, string(discovery), allLibraries)
			if err == nil && !sameActions(found, test.Result) {
				err = fmt.Errorf("%v instead of %v", found, test.Result)
			}
			note(fmt.Sprintf("discovery/%s, all libraries: %t", test.InputPath, allLibraries), err)
		}
	}
	for _, test := range tests.ActionTests {
		script, err := os.ReadFile(filepath.Join(folder, test.Action, "action.lua"))
		if err != nil {
			return err
		}
		object, err := readObject(filepath.Join(folder, test.InputPath))
		if err != nil {
			return err
		}
		expected, err := readObject(filepath.Join(folder, test.ExpectedOutputPath))
		if err != nil {
			return err
		}
		result, err := actOn(object, string(script))
		if err == nil {
			var difference *diff.DiffResult
			difference, err = diff.Diff(expected, result, diff.WithNormalizer(timeless{}))
			if err == nil && difference.Modified {
				err = fmt.Errorf("%s instead of %s", difference.NormalizedLive, difference.PredictedLive)
			}
		}
		note(fmt.Sprintf("actions/%s/%s", test.Action, test.InputPath), err)
	}
	return nil
}

func sameActions(left, right []action) bool {
	byName := func(a, b action) int { return strings.Compare(a.Name, b.Name) }
	left, right = slices.Clone(left), slices.Clone(right)
	slices.SortFunc(left, byName)
	slices.SortFunc(right, byName)
	return slices.Equal(left, right)
}

// timeless takes the time out of what the action sets, as the normalizer of Argo CD's runner does for other kinds.
type timeless struct{}

func (timeless) Normalize(object *unstructured.Unstructured) error {
	if object == nil {
		return nil
	}
	request, found, err := unstructured.NestedString(object.Object, "spec", "rotation", "request")
	if err != nil || !found || !strings.HasPrefix(request, "argocd-") {
		return err
	}
	return unstructured.SetNestedField(object.Object, "argocd-0001-01-01T00:00:00Z", "spec", "rotation", "request")
}

func readYAML(path string, into any) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalStrict(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func readObject(path string) (*unstructured.Unstructured, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	raw, err := yaml.YAMLToJSON(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return objectOf(raw)
}

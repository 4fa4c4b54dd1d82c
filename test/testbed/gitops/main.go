// Command gitops answers what Argo CD and Flux would say of Kubernetes objects, by their own libraries: Lua for health and
// actions, gitops-engine for differences, kstatus and CEL for health in Flux. It reads a question in JSON from standard
// input and writes the answer in JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

var questions = map[string]func(json.RawMessage) (any, error){
	"customizations": testCustomizations,
	"judge":          judge,
	"act":            act,
	"compare":        compare,
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 || questions[os.Args[1]] == nil {
		return fmt.Errorf("say one of customizations, judge, act, compare")
	}
	var question json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&question); err != nil {
		return err
	}
	answer, err := questions[os.Args[1]](question)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}

// objectOf reads an object as a client of Kubernetes does: whole numbers are integers.
func objectOf(raw json.RawMessage) (*unstructured.Unstructured, error) {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(raw); err != nil {
		return nil, err
	}
	return object, nil
}

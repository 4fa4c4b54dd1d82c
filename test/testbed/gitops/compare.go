package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/argoproj/gitops-engine/pkg/diff"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// comparison is what Argo CD finds for an object of Git: client-side, which is the default, and with ServerSideDiff=true.
type comparison struct {
	Client string `json:"client"`
	Server string `json:"server"`
}

// compare says for each object how it differs from what is live, in words for people; empty where it does not.
func compare(raw json.RawMessage) (any, error) {
	var question []struct {
		// As in Git, with the mark by which Argo CD tracks it.
		Wanted json.RawMessage `json:"wanted"`
		Live   json.RawMessage `json:"live"`
		// What a dry run of a server-side apply of `wanted` by argocd-controller answered.
		Applied json.RawMessage `json:"applied"`
	}
	if err := json.Unmarshal(raw, &question); err != nil {
		return nil, err
	}
	all := []comparison{}
	for _, each := range question {
		wanted, err := objectOf(each.Wanted)
		if err != nil {
			return nil, err
		}
		live, err := objectOf(each.Live)
		if err != nil {
			return nil, err
		}
		client, err := diff.Diff(wanted, live)
		if err != nil {
			return nil, err
		}
		server, err := diff.Diff(wanted, live,
			diff.WithServerSideDiff(true),
			diff.WithServerSideDryRunner(dryRun(each.Applied)),
			diff.WithManager("argocd-controller"),
			// Stricter than the default, which forgives what is not the manager's own.
			diff.WithIgnoreMutationWebhook(false))
		if err != nil {
			return nil, err
		}
		all = append(all, comparison{words(client), words(server)})
	}
	return all, nil
}

type dryRun string

func (answer dryRun) Run(context.Context, *unstructured.Unstructured, string) (string, error) {
	return string(answer), nil
}

func words(result *diff.DiffResult) string {
	if !result.Modified {
		return ""
	}
	return fmt.Sprintf("live %s, but expected %s", result.NormalizedLive, result.PredictedLive)
}

package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"vpsdeck/model"
)

// listBody is a list as it stands in an answer.
type listBody[I any] struct {
	Count   loose  `json:"count"`
	Next    string `json:"next,omitempty"`
	Results I      `json:"results"`
}

// readPage reads a page of a list: all of it in one go where it is as it should be, else piece by piece.
func readPage[W item[M], M any](c *Client, a answer, number int) (page[M], *Error) {
	var body listBody[[]W]
	if json.Unmarshal(a.body, &body) == nil && body.Results != nil && allHaveID(body.Results) {
		return newPage[W, M](a, body, body.Results), nil
	}
	return dissect[W](c, a, number)
}

// dissect reads a page piece by piece, so that what is wrong with it can be told. A bare array is a list without pages [I];
// null is an empty list, and where there is no list at all, the answer is none.
func dissect[W item[M], M any](c *Client, a answer, number int) (page[M], *Error) {
	var body listBody[loose]
	if bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("[")) {
		body.Results = a.body
	} else if err := json.Unmarshal(a.body, &body); err != nil {
		return page[M]{}, c.badAnswer(a, flawOf(a.body, err))
	}
	if body.Results == nil {
		return page[M]{}, c.badAnswer(a, "there is no list in it")
	}
	var results []loose
	if err := json.Unmarshal(body.Results, &results); err != nil {
		return page[M]{}, c.badAnswer(a, flawOf(body.Results, err))
	}
	items := make([]W, len(results))
	for i, raw := range results {
		if err := json.Unmarshal(raw, &items[i]); err != nil {
			return page[M]{}, c.badAnswer(a, fmt.Sprintf("item %d of page %d: %s", i+1, number, flawOf(raw, err)))
		}
		if items[i].key() == "" {
			return page[M]{}, c.badAnswer(a, fmt.Sprintf("item %d of page %d has no id", i+1, number))
		}
	}
	return newPage[W, M](a, body, items), nil
}

func newPage[W item[M], M, I any](a answer, body listBody[I], items []W) page[M] {
	a.body = nil // it is read
	p := page[M]{answer: a, count: whole(body.Count), next: body.Next, ids: make([]model.ID, len(items)), items: make([]M, len(items))}
	for i := range items {
		p.ids[i], p.items[i] = items[i].key(), items[i].noun()
	}
	return p
}

func allHaveID[W item[M], M any](items []W) bool {
	return !slices.ContainsFunc(items, func(one W) bool { return one.key() == "" })
}

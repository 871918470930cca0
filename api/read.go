package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"

	"vpsdeck/model"
)

// listBody is a list as it stands in an answer.
type listBody[I any] struct {
	Count   loose  `json:"count"`
	Next    string `json:"next,omitempty"`
	Results I      `json:"results"`
}

// byteOrderMark may stand before JSON that some servers send.
var byteOrderMark = []byte("\xef\xbb\xbf")

// nextHeader finds the address of the next page in a Link header: `<https://…?page=2>; rel="next"` [I].
var nextHeader = regexp.MustCompile(`<([^<>]*)>\s*;[^<>]*\brel="?next\b`)

func nextLink(h http.Header) string {
	for _, link := range h.Values("Link") {
		if m := nextHeader.FindStringSubmatch(link); m != nil {
			return m[1]
		}
	}
	return ""
}

// readPage reads a page of a list: all of it in one go where it is as it should be, else piece by piece.
func readPage[W item[M], M any](c *Client, a answer, number int) (*leaf[M], *Error) {
	var body listBody[[]W]
	if json.Unmarshal(a.body, &body) == nil && body.Results != nil && allHaveID(body.Results) {
		return newLeaf[W, M](body, body.Results), nil
	}
	return dissect[W](c, a, number)
}

// dissect reads a page piece by piece, so that what is wrong with it can be told. A bare array is a list without pages [I];
// null is an empty list, and where there is no list at all, the answer is none.
func dissect[W item[M], M any](c *Client, a answer, number int) (*leaf[M], *Error) {
	var body listBody[loose]
	if bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("[")) {
		body.Results = a.body
	} else if err := json.Unmarshal(a.body, &body); err != nil {
		return nil, c.badAnswer(a, flawOf(a.body, err))
	}
	if body.Results == nil {
		return nil, c.badAnswer(a, "there is no list in it")
	}
	var results []loose
	if err := json.Unmarshal(body.Results, &results); err != nil {
		return nil, c.badAnswer(a, flawOf(body.Results, err))
	}
	items := make([]W, len(results))
	for i, raw := range results {
		if err := json.Unmarshal(raw, &items[i]); err != nil {
			return nil, c.badAnswer(a, fmt.Sprintf("item %d of page %d: %s", i+1, number, flawOf(raw, err)))
		}
		if items[i].key() == "" {
			return nil, c.badAnswer(a, fmt.Sprintf("item %d of page %d has no id", i+1, number))
		}
	}
	return newLeaf[W, M](body, items), nil
}

func newLeaf[W item[M], M, I any](body listBody[I], items []W) *leaf[M] {
	l := &leaf[M]{count: whole(body.Count), next: body.Next, ids: make([]model.ID, len(items)), items: make([]M, len(items))}
	for i := range items {
		l.ids[i], l.items[i] = items[i].key(), items[i].noun()
	}
	return l
}

func allHaveID[W item[M], M any](items []W) bool {
	return !slices.ContainsFunc(items, func(one W) bool { return one.key() == "" })
}

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

// listBody is the body of a list.
type listBody[I any] struct {
	Count   rawField `json:"count"`
	Next    string   `json:"next,omitempty"`
	Results I        `json:"results"`
}

// byteOrderMark is sent before the JSON by some servers.
var byteOrderMark = []byte("\xef\xbb\xbf")

// nextLinkPattern finds the address of the next page in a Link header: `<https://…?page=2>;
// rel="next"` [I].
var nextLinkPattern = regexp.MustCompile(`<([^<>]*)>\s*;[^<>]*\brel="?next\b`)

func parseNextLink(h http.Header) string {
	for _, link := range h.Values("Link") {
		if m := nextLinkPattern.FindStringSubmatch(link); m != nil {
			return m[1]
		}
	}
	return ""
}

// parsePage parses a page of a list: at once if it is well-formed, else item by item.
func parsePage[W item[M], M any](c *Client, a response, number int) (*pageData[M], *Error) {
	var body listBody[[]W]
	if json.Unmarshal(a.body, &body) == nil && body.Results != nil && allHaveID(body.Results) {
		return newPageData[W, M](body, body.Results), nil
	}
	return parseLenient[W](c, a, number)
}

// parseLenient parses a page item by item, so that the error can name what is invalid. A bare array
// is a list without pages [I], and null is an empty list. A response without a list is an error.
func parseLenient[W item[M], M any](c *Client, a response, number int) (*pageData[M], *Error) {
	var body listBody[rawField]
	if bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("[")) {
		body.Results = a.body
	} else if err := json.Unmarshal(a.body, &body); err != nil {
		return nil, c.badResponse(a, describeJSONError(a.body, err))
	}
	if body.Results == nil {
		return nil, c.badResponse(a, "it contains no list")
	}
	var results []rawField
	if err := json.Unmarshal(body.Results, &results); err != nil {
		return nil, c.badResponse(a, describeJSONError(body.Results, err))
	}
	items := make([]W, len(results))
	for i, raw := range results {
		if err := json.Unmarshal(raw, &items[i]); err != nil {
			return nil, c.badResponse(a, fmt.Sprintf("item %d of page %d: %s", i+1, number,
				describeJSONError(raw, err)))
		}
		if items[i].key() == "" {
			return nil, c.badResponse(a, fmt.Sprintf("item %d of page %d has no id", i+1, number))
		}
	}
	return newPageData[W, M](body, items), nil
}

func newPageData[W item[M], M, I any](body listBody[I], items []W) *pageData[M] {
	l := &pageData[M]{count: parseNumberOrZero(body.Count), next: body.Next, ids: make([]model.ID, len(items)),
		items: make([]M, len(items))}
	for i := range items {
		l.ids[i], l.items[i] = items[i].key(), items[i].toModel()
	}
	return l
}

func allHaveID[W item[M], M any](items []W) bool {
	return !slices.ContainsFunc(items, func(one W) bool { return one.key() == "" })
}

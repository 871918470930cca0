package sim

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"vpsdeck/model"
)

// Paging, as the vendor's own tooling knows it for servers: page, page_size, 20 by default and at most 100. Without either,
// the first 100 come in one answer, so that an account of the documents' size answers in the documents' shape [I].
const (
	pageSize = 20
	maxPage  = 100
)

// listJSON is a list of at most one page, in the documents' shape [D].
type listJSON struct {
	Count   int   `json:"count"`
	Results []any `json:"results"`
}

// pageJSON is a page of a longer list [I].
type pageJSON struct {
	Count    int     `json:"count"`
	Next     *string `json:"next"`
	Previous *string `json:"previous"`
	Results  []any   `json:"results"`
}

// query reads the filters of a list, and gathers what is wrong with them. An empty value does not filter.
type query struct {
	url.Values
	wrong wrong
}

func (q query) number(name string) int64 {
	text := q.Get(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		q.wrong.add(name, "A valid integer is required.")
	}
	return n
}

func (q query) choice(name string, choices ...string) string {
	text := q.Get(name)
	if text != "" && !slices.Contains(choices, text) {
		q.wrong.add(name, "Select a valid choice. %s is not one of the available choices.", text)
	}
	return text
}

// listServers answers with the servers in the order in which they were made [E].
func (a *Account) listServers(c call) answer {
	q := query{c.URL.Query(), wrong{}}
	status := model.ServerStatus(q.choice("status", string(model.ServerActive), string(model.ServerStopped),
		string(model.ServerSuspended), string(model.ServerRestoring)))
	location := q.choice("location", locations...)
	found := a.servers
	if status != "" || location != "" {
		found = pick(found, func(s *server) bool {
			return (status == "" || s.statusAt(c.now) == status) && (location == "" || s.location == location)
		})
	}
	return q.page(c, len(found), func(i int) any { return found[i].wire(c.now) })
}

func (a *Account) listBackups(c call) answer {
	q := query{c.URL.Query(), wrong{}}
	id := q.number("server_id")
	kind := model.BackupType(q.choice("backup_type", string(model.Manual), string(model.Automatic)))
	return a.listPoints(c, q, model.Backup, id, kind)
}

func (a *Account) listSnapshots(c call) answer {
	q := query{c.URL.Query(), wrong{}}
	return a.listPoints(c, q, model.Snapshot, q.number("server_id"), "")
}

// listPoints answers with the points of one kind, highest id first: the examples' order, which is not that of time [E].
func (a *Account) listPoints(c call, q query, kind model.Kind, server int64, typ model.BackupType) answer {
	found := a.points[kind]
	if server != 0 || typ != "" {
		found = pick(found, func(p *point) bool {
			return (server == 0 || p.server.id == server) && (typ == "" || p.backupType() == typ)
		})
	}
	return q.page(c, len(found), func(i int) any { return found[len(found)-1-i].wire(c.now, "") })
}

func pick[T any](all []T, fits func(T) bool) []T {
	var out []T
	for _, one := range all {
		if fits(one) {
			out = append(out, one)
		}
	}
	return out
}

// page answers with the part of a list of count things that the query asks for, or with what is wrong with the query.
func (q query) page(c call, count int, at func(int) any) answer {
	size, number := maxPage, 1
	if q.Has("page") || q.Has("page_size") {
		size = pageSize
	}
	if q.Get("page_size") != "" {
		size = int(min(q.number("page_size"), maxPage))
	}
	if len(q.wrong) > 0 {
		return q.wrong.answer()
	}
	pages := max((count+size-1)/size, 1)
	if text := q.Get("page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > pages {
			return detail(http.StatusNotFound, "Invalid page.")
		}
		number = n
	}
	from := (number - 1) * size
	results := make([]any, 0, size)
	for i := from; i < min(from+size, count); i++ {
		results = append(results, at(i))
	}
	if pages == 1 {
		return answer{status: http.StatusOK, body: listJSON{count, results}}
	}
	out := pageJSON{Count: count, Results: results}
	if number < pages {
		out.Next = q.link(c, number+1, size)
	}
	if number > 1 {
		out.Previous = q.link(c, number-1, size)
	}
	return answer{status: http.StatusOK, body: out}
}

// link is the address of another page of the same list, on the host that was asked.
func (q query) link(c call, number, size int) *string {
	values := url.Values{}
	for key, v := range q.Values {
		values[key] = v
	}
	values.Set("page", strconv.Itoa(number))
	values.Set("page_size", strconv.Itoa(size))
	scheme := "http"
	if c.TLS != nil {
		scheme = "https"
	}
	text := (&url.URL{Scheme: scheme, Host: c.Host, Path: c.URL.Path, RawQuery: values.Encode()}).String()
	return &text
}

package sim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"vpsdeck/model"
)

// Page sizes, as in the vendor's own tooling for servers: page, page_size, 20 by default and at
// most 100. Without either parameter the first 100 come in one response. So an account of the
// documents' size answers in the documents' format [I].
const (
	defaultPageSize = 20
	maxPageSize     = 100
)

// listJSON is a list of at most one page, in the documents' format [D].
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

// query reads the filters of a list. An empty value does not filter. An impossible value finds
// nothing, since the documents list no error of a list but 401 [D].
type query struct{ url.Values }

// number reads a filter by id. 0 means none, and an invalid id is one that nothing has.
func (q query) number(name string) int64 {
	text := q.Get(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 1 {
		return -1
	}
	return n
}

// isFirstPage reports whether a request is for the first page.
func (q query) isFirstPage() bool { return q.Get("page") == "" || q.Get("page") == "1" }

// listServers returns the servers in the order of their creation [E].
func (a *Account) listServers(c call) response {
	q := query{c.URL.Query()}
	status, location := model.ServerStatus(q.Get("status")), q.Get("location")
	found := a.servers
	if status != "" || location != "" {
		found = filter(found, func(s *server) bool {
			return (status == "" || s.statusAt(c.readTime) == status) && (location == "" || s.location == location)
		})
	}
	return a.paginate(c, q, len(found), func(i int) any { return found[i].toJSON(c.readTime) })
}

func (a *Account) listBackups(c call) response {
	return a.listPoints(c, model.Backup, model.BackupType(c.URL.Query().Get("backup_type")))
}

func (a *Account) listSnapshots(c call) response { return a.listPoints(c, model.Snapshot, "") }

// listPoints returns the points of one kind, highest id first: the examples' order, which is not by
// time [E].
func (a *Account) listPoints(c call, kind model.Kind, typ model.BackupType) response {
	q := query{c.URL.Query()}
	server := q.number("server_id")
	found := a.points[kind]
	if a.hadQuirks && !c.primary {
		found = a.listedPoints(c, kind)
	}
	if server != 0 || typ != "" {
		found = filter(found, func(p *point) bool {
			return (server == 0 || p.server.id == server) && (typ == "" || p.backupType() == typ)
		})
	}
	if a.hadQuirks && !c.primary {
		first := q.isFirstPage()
		found = filter(found, func(p *point) bool { return !p.updateMissing(first, c.now) })
	}
	return a.paginate(c, q, len(found), func(i int) any { return found[len(found)-1-i].toJSON(c.readTime, "") })
}

// listedPoints returns the points of one kind that the replica has, by id, ascending.
func (a *Account) listedPoints(c call, kind model.Kind) []*point {
	all := slices.Concat(a.points[kind], a.gone[kind])
	slices.SortFunc(all, func(x, y *point) int { return cmp.Compare(x.id, y.id) })
	return filter(all, func(p *point) bool { return p.isListedAt(c.readTime) })
}

func filter[T any](all []T, fits func(T) bool) []T {
	var out []T
	for _, one := range all {
		if fits(one) {
			out = append(out, one)
		}
	}
	return out
}

// paginate returns the page that the query asks for, of a list of count items. An invalid page size
// is ignored.
func (a *Account) paginate(c call, q query, count int, at func(int) any) response {
	if cut, ok := a.cutFor(c); ok {
		return cut.paginate(c, q, count, at)
	}
	size, number := maxPageSize, 1
	if q.Has("page") || q.Has("page_size") {
		size = defaultPageSize
	}
	if n := q.number("page_size"); n > 0 {
		size = int(min(n, maxPageSize))
	}
	pages := max((count+size-1)/size, 1)
	if text := q.Get("page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > pages {
			return detailResponse(http.StatusNotFound, "Invalid page.")
		}
		number = n
	}
	from := (number - 1) * size
	results := make([]any, 0, size)
	for i := from; i < min(from+size, count); i++ {
		results = append(results, at(i))
	}
	if pages == 1 {
		return response{status: http.StatusOK, body: listJSON{count, results}}
	}
	out := pageJSON{Count: count, Results: results}
	if number < pages {
		out.Next = q.pageURL(c, number+1, size)
	}
	if number > 1 {
		out.Previous = q.pageURL(c, number-1, size)
	}
	return response{status: http.StatusOK, body: out}
}

// pageURL returns the address of another page of the same list, on the host that was asked.
func (q query) pageURL(c call, number, size int) *string {
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

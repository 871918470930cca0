package screen

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"vpsdeck/model"
	"vpsdeck/model/pattern"
	"vpsdeck/model/query"
	"vpsdeck/ui/command"
	"vpsdeck/ui/dialog"
	"vpsdeck/ui/style"
	"vpsdeck/ui/widget"
)

// Requests is the screen of the last requests and their responses.
type Requests struct {
	list[model.Exchange, int]
	log *command.RequestLog
}

// The columns of the requests screen.
const (
	requestTime = iota
	requestMethod
	requestPath
	requestStatus
	requestTook
	requestSize
)

// NewRequests returns the screen.
func NewRequests(env *Env, log *command.RequestLog) *Requests {
	r := &Requests{log: log, list: newList(env, []widget.Column{
		requestTime:   {Title: "TIME UTC", Width: 10, Rank: 3},
		requestMethod: {Title: "METHOD", Width: 6},
		requestPath:   {Title: "PATH", Width: 14, Max: 90},
		requestStatus: {Title: "STATUS", Width: 10},
		requestTook:   {Title: "TOOK", Width: 8, Right: true, Rank: 1},
		requestSize:   {Title: "SIZE", Width: 8, Right: true, Rank: 2},
	},
		func(e model.Exchange) int { return e.Number },
		func(*query.TextIndex, model.Exchange) {}, // wordParser needs no text index
		wordParser(func(e model.Exchange) string {
			return fmt.Sprint(e.Method, " ", path(e), " ", e.Status, " ",
				e.Err)
		}),
		requestOrders()...,
	)}
	r.focused = true
	r.Refresh()
	return r
}

func requestOrders() []order[model.Exchange] {
	return []order[model.Exchange]{
		{requestTime, 't', model.Ordering[model.Exchange]{
			Name: "time", AscendingText: "oldest first", DescendingText: "newest first", DescendingFirst: true,
			Presorted: true,
			Sort: model.SortBy(model.AlwaysKnown(func(e model.Exchange) time.Time { return e.At }),
				time.Time.Compare),
		}},
		{requestTook, 'd', model.ByNumber("duration", "fastest first", "slowest first",
			func(e model.Exchange) time.Duration { return e.Duration })},
		{requestSize, 's', model.ByNumber("size", "smallest first", "largest first",
			func(e model.Exchange) int64 { return e.Size })},
		{requestMethod, 'm', model.ByText("method", func(e model.Exchange) string { return e.Method })},
		{requestPath, 'p', model.ByText("path", path)},
		{requestStatus, 'u', model.ByNumber("status", "lowest first", "highest first",
			func(e model.Exchange) int { return e.Status })},
	}
}

// wordParser parses filters that search a text for every word, ignoring case.
func wordParser[T any](text func(T) string) filterParser[T] {
	return func(filter string) (*matcher[T], []model.Problem) {
		wanted := strings.Fields(strings.ToLower(filter))
		return &matcher[T]{match: func(row T) (bool, pattern.Marks) {
			all := strings.ToLower(text(row))
			missing := func(word string) bool { return !strings.Contains(all, word) }
			return !slices.ContainsFunc(wanted, missing), pattern.Marks{}
		}}, nil
	}
}

// path returns the request's path and query, without the host.
func path(e model.Exchange) string {
	u, err := url.Parse(e.URL)
	if err != nil {
		return e.URL
	}
	return u.RequestURI()
}

// Title returns the screen's name.
func (r *Requests) Title() string { return "Requests" }

// Refresh updates the rows from the log.
func (r *Requests) Refresh() {
	rows := r.log.Last()
	slices.SortFunc(rows, func(a, b model.Exchange) int { // requests sent at the same time are logged in any order
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.URL, b.URL), cmp.Compare(b.Number, a.Number))
	})
	r.setRows(rows)
}

// Update handles a message; see [Pane].
func (r *Requests) Update(msg tea.Msg) tea.Cmd {
	press, changed, handled := r.handleMsg(msg)
	if changed {
		r.Refresh()
	}
	if handled {
		return nil
	}
	e, ok := r.selected()
	switch {
	case !ok:
		return nil
	case key.Matches(press, r.env.Keys.View.Open):
		return r.openExchange(e)
	case key.Matches(press, r.env.Keys.View.Copy):
		return r.copyCurl(e)
	}
	return nil
}

func (r *Requests) copyCurl(e model.Exchange) tea.Cmd {
	r.env.Notify(Info, "curl command, with $VPS_API_TOKEN for the token, "+r.env.ClipboardNote())
	return tea.SetClipboard(model.Clean(e.Curl()))
}

// openExchange opens a sheet with the request and its response.
func (r *Requests) openExchange(e model.Exchange) tea.Cmd {
	sheet := dialog.NewSheet(e.Method+" "+widget.NormalizeWidth(model.Clean(path(e))),
		func(s *style.Styles, width int) []string {
			lines := detailLines(s, width, []detail{
				{"status", statusText(e), s.Text},
				{"took", fmt.Sprintf("%d ms", e.Duration.Milliseconds()), s.Text},
				{"at", e.At.UTC().Format("15:04:05 UTC"), s.Text},
				{"size", sizeText(e.Size), s.Text},
			})
			lines = append(lines, "", style.Render(s.Strong, "request"))
			lines = append(lines, bodyLines(s, e.RequestBody, width)...)
			lines = append(lines, "", style.Render(s.Strong, "response"))
			return append(lines, bodyLines(s, e.ResponseBody, width)...)
		}, *r.env.Keys, r.env.Styles, r.env.Keys.View.Open)
	sheet.AddKey(r.env.Keys.View.Copy, func() tea.Cmd { return r.copyCurl(e) })
	return r.env.OpenDialog(sheet)
}

// bodyLines lays out a body, indented if it is JSON. It is untrusted text.
func bodyLines(s *style.Styles, text string, width int) []string {
	if text == "" {
		return []string{style.Render(s.Muted, "empty")}
	}
	var indented bytes.Buffer
	if json.Indent(&indented, []byte(text), "", "  ") == nil {
		text = indented.String()
	}
	var out []string
	for _, l := range strings.Split(text, "\n") {
		for _, part := range widget.Wrap(widget.NormalizeWidth(model.Clean(l)), width) {
			out = append(out, style.Render(s.Text, part))
		}
	}
	return out
}

func statusText(e model.Exchange) string {
	switch {
	case e.Err != "" && e.Status == 0:
		return "no response: " + e.Err
	case e.Err != "":
		return fmt.Sprintf("%d: %s", e.Status, e.Err)
	}
	return fmt.Sprint(e.Status)
}

func sizeText(bytes int64) string {
	switch {
	case bytes < 1024:
		return fmt.Sprintf("%d B", bytes)
	case bytes < 1024*1024:
		return fmt.Sprintf("%.1f kB", float64(bytes)/1024)
	}
	return widget.Size(bytes / 1024 / 1024)
}

// ShortHelp returns the keys for the footer.
func (r *Requests) ShortHelp() []key.Binding {
	k := r.env.Keys
	if r.filter.typing {
		return r.typingKeys()
	}
	return []key.Binding{k.View.Open, k.View.Copy, k.View.Back, k.View.Filter, k.View.Order}
}

// FullHelp returns what can be done here, for the help.
func (r *Requests) FullHelp() [][]key.Binding {
	return [][]key.Binding{append(r.ShortHelp(), r.env.Keys.View.Reverse)}
}

// View draws the screen.
func (r *Requests) View() string {
	s := r.env.Styles()
	title := style.Render(s.AccentStrong, "Requests") + style.Render(s.Muted, fmt.Sprintf(" the last %d", r.total()))
	if len(r.rows) == 0 {
		text := "No requests yet."
		if r.filter.Value() != "" {
			text = "No request matches “" + r.filter.Value() + "”."
		}
		return r.frame(title, "", renderMessage(s, message{s.Text, text, r.env.Keys.View.Back.Help().Key +
			" goes back."}, r.width-widget.FrameWidth))
	}
	setCells := func(i int, cells []widget.Span) { r.setCells(cells, s, r.rows[i]) }
	return r.frame(title, "", r.table.View(s, r.focused, setCells))
}

func (r *Requests) setCells(cells []widget.Span, s *style.Styles, e model.Exchange) {
	method := s.Muted
	if e.Method != "GET" {
		method = s.AccentStrong
	}
	cells[requestTime] = widget.Span{Text: e.At.UTC().Format("15:04:05"), Style: s.Muted}
	cells[requestMethod] = widget.Span{Text: e.Method, Style: method}
	cells[requestPath] = widget.Span{Text: model.Clean(path(e)), Style: s.Text}
	cells[requestStatus] = requestStatusSpan(s, e)
	cells[requestTook] = widget.Span{Text: fmt.Sprintf("%d ms", e.Duration.Milliseconds()), Style: s.Text}
	cells[requestSize] = widget.Span{Text: sizeText(e.Size), Style: s.Muted}
}

func requestStatusSpan(s *style.Styles, e model.Exchange) widget.Span {
	switch {
	case e.Status == 0:
		return signSpan(style.Failed, s.Bad, "none", s.Bad)
	case e.Err != "":
		return signSpan(style.Failed, s.Bad, fmt.Sprint(e.Status), s.Bad)
	}
	return signSpan(style.Done, s.Fine, fmt.Sprint(e.Status), s.Text)
}

package headless

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"vpsdeck/internal/settings"
	"vpsdeck/internal/simtest"
	"vpsdeck/model"
)

var testServers = []model.Server{
	{ID: "1", Name: "web-02"}, {ID: "2", Name: "web-01"}, {ID: "3", Name: "twin"}, {ID: "4", Name: "twin"},
	{ID: "5", Name: "1"},
	{ID: "6", Name: "db*"}, {ID: "7", Name: "db-prod"}, {ID: "7b1c", Name: "Mail"}, {ID: "8"}, {ID: "9", Name: "  "},
}

func TestServersMatchByIDNameAndPattern(t *testing.T) {
	for asked, want := range map[string]string{
		"2": "2", "web-01": "2", "7b1c": "7b1c", "Mail": "7b1c", "5": "5",
		"web-*": "2 1", "web-0?": "2 1", "t*": "3 4", "m*": "7b1c", "db*": "6", "d*": "6 7", "d*d": "7",
	} {
		servers, err := matchServers(asked, testServers)
		if err != nil || strings.ReplaceAll(joinIDs(servers), ",", "") != want {
			t.Errorf("%s: %s, %v, want %s", asked, joinIDs(servers), err, want)
		}
	}
	for asked, message := range map[string]string{
		"twin":       `"twin" matches 2 servers: use an ID, one of 3, 4`,
		"1":          `"1" matches 2 servers: use an ID, one of 1, 5`,
		"web":        `there is no server "web": see vpsdeck list servers`,
		"mail":       `there is no server "mail"`,
		"":           `the server name is empty`,
		"  ":         `the server name is empty`,
		"nobody-*":   `no server matches "nobody-*"`,
		"a\x1b[2Jb":  `there is no server "a^[[2Jb"`,
		"vps_s3cret": `hidden`,
	} {
		_, err := matchServers(asked, testServers)
		if settings.CodeOf(err) != settings.ExitNotFound || !strings.Contains(model.ErrorMessage(err), message) {
			t.Errorf("%s: %v, want %q", asked, err, message)
		}
	}
}

func TestServerNamedTwiceIsMatchedOnce(t *testing.T) {
	servers, err := (&Runner{}).matchAllServers([]string{"web-01", "web-*", "2"}, testServers)
	if err != nil || joinIDs(servers) != "2, 1" {
		t.Errorf("%s, %v", joinIDs(servers), err)
	}
	if _, err := (&Runner{}).matchAllServers([]string{"web-01", "gone"},
		testServers); settings.CodeOf(err) != settings.ExitNotFound {
		t.Errorf("%v", err)
	}
}

var hostileRows = []pointRow{
	{ID: "1", Server: "日本", Name: "a\x1b[31mb", Description: "quoted \"twice\", and\nbroken",
		CreatedAt: timestamp(time.Unix(0, 0)), point: model.Point{CreatedAt: time.Unix(0, 0)}},
	{ID: "22", Server: "web", Name: "x", SizeMB: size{2048, true}, point: model.Point{SizeMB: 2048}},
}

func TestTableAlignsColumnsAndEscapesControlCodes(t *testing.T) {
	var out bytes.Buffer
	if err := writeRows(&out, Table, hostileRows, pointColumns(model.Snapshot, time.Unix(3600, 0))); err != nil {
		t.Fatal(err)
	}
	want := "" +
		"ID  SERVER  NAME      STATUS    SIZE  CREATED  DESCRIPTION\n" +
		"1   日本    a^[[31mb               -  1 h ago  quoted \"twice\", and↵broken\n" +
		"22  web     x                 2.0 GB        -\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

func TestCSVQuoting(t *testing.T) {
	var out bytes.Buffer
	if err := writeRows(&out, CSV, hostileRows, pointColumns(model.Backup, time.Unix(3600, 0))); err != nil {
		t.Fatal(err)
	}
	if want := ",\"quoted \"\"twice\"\", and\r\nbroken\",\r\n22,,,web,x,,,2048,,,,\r\n"; !strings.HasSuffix(
		out.String(), want) {
		t.Errorf("got %q, want it to end with %q", &out, want)
	}
}

func TestJSONUsesNullAndEmptyList(t *testing.T) {
	var out bytes.Buffer
	if err := writeRows(&out, JSON, hostileRows[1:], pointColumns(model.Backup, time.Time{})); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{`"id": 22,`, `"size_mb": 2048,`, `"created_at": null,`, `"expires_at": null,`} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("%s is not in %s", line, &out)
		}
	}
	out.Reset()
	if err := writeRows(&out, JSON, []pointRow(nil), nil); err != nil || out.String() != "[]\n" {
		t.Errorf("%q, %v", &out, err)
	}
}

// brokenWriter is an output whose reader is gone.
type brokenWriter struct{}

func (brokenWriter) Write([]byte) (int, error) { return 0, errors.New("write |1: broken pipe") }

func TestClosedOutputIsReported(t *testing.T) {
	for _, format := range []Format{Table, JSON, CSV} {
		err := writeRows(brokenWriter{}, format, hostileRows, pointColumns(model.Backup, time.Time{}))
		if settings.CodeOf(err) != settings.ExitOther ||
			!strings.HasPrefix(model.ErrorMessage(err), "standard output") {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestActionRunsThoughOutputFails(t *testing.T) {
	h := newHarness(t, func(o *Options) { o.Out = brokenWriter{} })
	err := h.Create(t.Context(), snapshotOptions("mail-01", "vpn-gw"))
	if h.sentCount() != 2 || settings.CodeOf(err) != settings.ExitOther ||
		!strings.HasPrefix(model.ErrorMessage(err), "standard output") {
		t.Errorf("%d sent, %v", h.sentCount(), err)
	}
}

func TestScreenShowsUsualDuration(t *testing.T) {
	var terminal bytes.Buffer
	history := &simtest.Journal{}
	h := newHarness(t, func(o *Options) {
		o.Screen, o.Notes, o.Journal = &Screen{W: &terminal, Width: func() int { return 80 }}, &terminal, history
	})
	for i, minutes := range []int{4, 5, 9} {
		sent := h.clock.Now().Add(-time.Duration(i+1) * 24 * time.Hour)
		_ = history.Append(model.Record{ // never fails
			Version: model.RecordVersion, Time: sent, ID: fmt.Sprintf("before-%d", i), Event: model.EventDone,
			Host:   h.opts.Client.Host(),
			Action: "create", Kind: "snapshot", Server: model.RecordServer{ID: "12345", Name: "web-server-01"},
			Point: model.RecordPoint{ID: model.ID(fmt.Sprint(700 + i))}, SentAt: sent,
			EndedAt: sent.Add(time.Duration(minutes) * time.Minute), Timed: true,
		})
	}
	if err := h.Create(t.Context(), withWait(snapshotOptions("mail-01"))); err != nil {
		t.Fatal(err)
	}
	if want := "snapshot mail-01-x of mail-01, 1 s (usually 5-9 m here)"; !strings.Contains(terminal.String(), want) {
		t.Errorf("%q is not in %q", want, terminal.String())
	}
}

func TestScreenShowsProgressBetweenMessages(t *testing.T) {
	var terminal bytes.Buffer
	h := newHarness(t, func(o *Options) {
		o.Screen = &Screen{W: &terminal, Width: func() int { return 40 }}
		o.Notes, o.Out = &terminal, &terminal
	})
	if err := h.Create(t.Context(),
		withWait(snapshotOptions("mail-01", "legacy-app"))); settings.CodeOf(err) != settings.ExitOther {
		t.Fatal(err)
	}
	text := terminal.String()
	for _, piece := range []string{"snapshot mail-01-x of mail-01, 1 s (us…", "\r\x1b[Kvpsdeck: snapshot legacy-app-x",
		"\r\x1b[Ksnapshot mail-01-x of mail-01 (#802): completed"} {
		if !strings.Contains(text, piece) {
			t.Errorf("%q is not in %q", piece, text)
		}
	}
	lines := strings.Split(text, "\r\x1b[K")
	if same := len(lines) - len(slices.Compact(slices.Clone(lines))); same > 0 {
		t.Errorf("%d lines were drawn twice in a row", same)
	}
	if !strings.HasSuffix(text, " GB\n") {
		t.Errorf("it ends with %q", text[len(text)-40:])
	}
}

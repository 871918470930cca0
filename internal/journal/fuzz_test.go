package journal

import (
	"encoding/json"
	"reflect"
	"testing"

	"vpsdeck/model"
)

// Any file can be read, and each accepted line is the same after it is written and read again.
func FuzzParsedLinesRoundTrip(f *testing.F) {
	line := `{"v":1,"time":"2025-01-16T12:00:00Z","id":"20250116T120000.000.7-1","event":"intent",` +
		`"host":"admin.vps.org","action":"create","kind":"snapshot","server":{"id":12345,"name":"web-server-01"},` +
		`"point":{"name":"before"},"sent_at":"2025-01-16T12:00:00.5+01:00",` +
		`"then":{"kind":"backup","id":"a-uuid","created_at":"2025-01-15T03:00:00Z"}}`
	for _, seed := range []string{
		"", "\n", line, line + "\n" + line[:80], line[:80] + "\n" + line + "\n", "\x00\x00\n" + line,
		"[]\nnull\n\"\"\n1e999",
		`{"v":1,"id":"x"}`, `{"v":1,"id":"x","server":{"id":null}}`, `{"v":1,"id":"x","server":{"id":"../.."}}`,
		`{"v":1,"id":"x","server":{"id":1},"time":"9999-12-31T23:59:59-23:59"}`, `{"V":1,"ID":"x","SERVER":{"Id":1}}`,
		`{"v":1,"id":"\ud800","server":{"id":"0x1"},"reason":"` + "\xff" + `"}`, `{"v":2,"id":"x"}`,
		`{"v":1,"v":2,"id":"x"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		records, unreadable, err := parseLines(data)
		if err != nil || unreadable < 0 {
			t.Fatalf("%d unreadable, %v", unreadable, err)
		}
		var again []byte
		for _, r := range records {
			line, err := json.Marshal(r)
			if err != nil {
				t.Fatalf("accepted, but cannot be written: %+v: %v", r, err)
			}
			again = append(append(again, line...), '\n')
		}
		same, bad, err := parseLines(again)
		if err != nil || bad != 0 || len(same) != len(records) {
			t.Fatalf("of %d lines written again, %d are accepted and %d are not, %v: %s", len(records), len(same), bad,
				err, again)
		}
		for i := range same {
			if !equalRecords(same[i], records[i]) {
				t.Errorf("%+v\nis read as\n%+v", records[i], same[i])
			}
		}
	})
}

// equalRecords compares records. The same time may have another name of its zone.
func equalRecords(a, b model.Record) bool {
	same := a.Time.Equal(b.Time) && a.SentAt.Equal(b.SentAt) && a.Point.CreatedAt.Equal(b.Point.CreatedAt)
	a.Time, a.SentAt, a.Point.CreatedAt = b.Time, b.SentAt, b.Point.CreatedAt
	if a.ThenRestore != nil && b.ThenRestore != nil {
		x, y := *a.ThenRestore, *b.ThenRestore
		same = same && x.CreatedAt.Equal(y.CreatedAt)
		x.CreatedAt = y.CreatedAt
		a.ThenRestore, b.ThenRestore = &x, &y
	}
	return same && reflect.DeepEqual(a, b)
}

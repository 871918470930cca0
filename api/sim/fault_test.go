package sim

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestFaultsAreReadFromText(t *testing.T) {
	for text, want := range map[string]Fault{
		"POST /snapshots/: cut-after-send": {Method: "POST", Path: "/snapshots/", Kind: CutAfterSend},
		"GET /backups/: status 503":        {Method: "GET", Path: "/backups/", Kind: Status, Status: 503},
		"GET /: delay 2s":                  {Method: "GET", Path: "/", Kind: Delay, Time: 2 * time.Second},
		"DELETE /backups/{id}/: status 500 x1": {Method: "DELETE", Path: "/backups/{id}/", Kind: Status,
			Status: 500, Times: 1},
		"* /servers/12345/restore/: cut-before x20": {Method: "*", Path: "/servers/12345/restore/", Kind: CutBefore,
			Times: 20},
		"GET /: cut-in-body":     {Method: "GET", Path: "/", Kind: CutInBody},
		"GET /: truncated":       {Method: "GET", Path: "/", Kind: Truncated},
		"GET /: garbage":         {Method: "GET", Path: "/", Kind: Garbage},
		"GET /: html 502 x3":     {Method: "GET", Path: "/", Kind: HTML, Status: 502, Times: 3},
		"GET /: empty 200":       {Method: "GET", Path: "/", Kind: Empty, Status: 200},
		"GET /: nulls":           {Method: "GET", Path: "/", Kind: Nulls},
		"GET /: wrong-length x1": {Method: "GET", Path: "/", Kind: WrongLength, Times: 1},
		"POST /: status 307 to https://x.example/y": {Method: "POST", Path: "/", Kind: Status, Status: 307,
			Location: "https://x.example/y"},
		"POST /: status 400 says {\"a\":  [\"b\"]} x2": {Method: "POST", Path: "/", Kind: Status, Status: 400,
			Body: "{\"a\": [\"b\"]}", Times: 2},
		"GET /: huge":       {Method: "GET", Path: "/", Kind: Huge},
		"GET /: hold x1":    {Method: "GET", Path: "/", Kind: Hold, Times: 1},
		"GET /: drip":       {Method: "GET", Path: "/", Kind: Drip, Time: time.Second},
		"GET /: drip 1m30s": {Method: "GET", Path: "/", Kind: Drip, Time: 90 * time.Second},
		"GET /account/me/: status 429 retry 3s x2": {Method: "GET", Path: "/account/me/", Kind: Status, Status: 429,
			Time: 3 * time.Second, Times: 2},
		"  GET   /servers/{id}/:delay   300ms   x2   ": {Method: "GET", Path: "/servers/{id}/", Kind: Delay,
			Time: 300 * time.Millisecond, Times: 2},
	} {
		got, err := ParseFault(text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v, %v, want %+v", text, got, err, want)
		}
		if again, err := ParseFault(got.String()); err != nil || again != got {
			t.Errorf("%q comes back as %+v, %v", got.String(), again, err)
		}
	}
}

func TestBadFaultIsExplained(t *testing.T) {
	for text, words := range map[string]string{
		"":                                         "write METHOD PATH: FAULT",
		"GET /backups/":                            "write METHOD PATH: FAULT",
		"GET /backups/:":                           "write METHOD PATH: FAULT",
		"/backups/: status 503":                    "write METHOD PATH: FAULT",
		"GET POST /backups/: hold":                 "write METHOD PATH: FAULT",
		"get /backups/: hold":                      `"get" is not a method`,
		"GOT /backups/: hold":                      `"GOT" is not a method`,
		"GET backups: hold":                        `"backups" is not a path`,
		"GET /backups: hold":                       `"/backups" is not a path`,
		"GET /backups/{n}/: hold":                  `"/backups/{n}/" is not a path`,
		"GET /volumes/: hold":                      `"/volumes/" is not a path`,
		"GET /: explode":                           `"explode" is not a fault`,
		"GET /: x2":                                `"x2" is not a fault`,
		"GET /: status":                            "status needs a number",
		"GET /: status x1":                         "status needs a number",
		"GET /: status five":                       `"five" is not a status`,
		"GET /: status 100":                        `"100" is not a status`,
		"GET /: status 600":                        `"600" is not a status`,
		"GET /: status 500 500":                    `unexpected word "500"`,
		"GET /: status 429 retry":                  `unexpected word "retry"`,
		"GET /: status 429 retry 1500ms":           "Retry-After is in whole seconds",
		"GET /: status 429 retry soon":             `"soon" is not a time`,
		"GET /: status 429 retry 3s please":        `unexpected word "please"`,
		"GET /: status 4290 retry 3s":              `"4290" is not a status`,
		"GET /: status 301 to":                     `unexpected word "to"`,
		"GET /: status 30 to here":                 `"30" is not a status`,
		"GET /: strange 200":                       `unexpected word "200"`,
		"GET /: html 5":                            `"5" is not a status`,
		"GET /: delay":                             "delay needs a time",
		"GET /: delay 2":                           `"2" is not a time`,
		"GET /: delay -2s":                         `"-2s" is not a time`,
		"GET /: delay 2h":                          `"2h" is not a time`,
		"GET /: drip soon":                         `"soon" is not a time`,
		"GET /: hold 2s":                           `unexpected word "2s"`,
		"GET /: hold x0":                           `"x0" is not a number of times`,
		"GET /: hold x-1":                          `"x-1" is not a number of times`,
		"GET /: hold xx":                           `"xx" is not a number of times`,
		"GET /: hold x99999999999999999999":        `is not a number of times`,
		"GET /: hold x1 x1":                        `unexpected word "x1"`,
		"GET /servers/12345678901234567890/: hold": "is not a path",
	} {
		_, err := ParseFault(text)
		if err == nil || !strings.Contains(err.Error(), words) || strings.ContainsAny(err.Error(), "\n") {
			t.Errorf("%q: got %v, want %s", text, err, words)
		}
	}
}

func FuzzParseFault(f *testing.F) {
	for _, seed := range []string{
		"POST /snapshots/: cut-after-send", "GET /: delay 2s x3", "DELETE /backups/{id}/: status 429 retry 3s x1",
		"* /servers/12345/restore/: drip 1m", "GET /: html 502", "GET : x", ": :", "GET /: status 301 to x2 x2",
		"GET /: status 400 says x1 x1", "GET /: delay 1h0m0.000000001s",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		fault, err := ParseFault(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %v", err)
			}
			return
		}
		if again, err := ParseFault(fault.String()); err != nil || again != fault {
			t.Errorf("%q is read as %v, which comes back as %v, %v", text, fault, again, err)
		}
	})
}

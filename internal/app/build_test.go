package app

import (
	"runtime"
	"runtime/debug"
	"testing"
)

func TestBuildPrefersLinkerThenGo(t *testing.T) {
	recorded := &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}, Settings: []debug.BuildSetting{
		{Key: "vcs.revision", Value: "aaaa"}, {Key: "vcs.time", Value: "2026-01-02T03:04:05Z"},
	}}
	linkedCommit, linkedDate := "bbbb", "2026-05-06T07:08:09Z"
	goVersion := runtime.Version()
	for name, c := range map[string]struct {
		linked Build
		info   *debug.BuildInfo
		want   string
	}{
		"release": {Build{Version: "2.0.0", Commit: &linkedCommit, Date: &linkedDate}, recorded,
			"2.0.0 (commit bbbb, 2026-05-06T07:08:09Z, " + goVersion + ")"},
		"release without a date": {Build{Version: "2.0.0", Commit: &linkedCommit}, recorded,
			"2.0.0 (commit bbbb, " + goVersion + ")"},
		"only a version": {Build{Version: "v2.0.0", Date: &linkedDate}, recorded,
			"2.0.0 (commit aaaa, 2026-01-02T03:04:05Z, " + goVersion + ")"},
		"checkout": {Build{}, recorded, "1.2.3 (commit aaaa, 2026-01-02T03:04:05Z, " + goVersion + ")"},
		"go install of a version": {Build{}, &debug.BuildInfo{Main: debug.Module{Version: "v1.2.3"}},
			"1.2.3 (" + goVersion + ")"},
		"no git": {Build{}, &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}},
			"devel (" + goVersion + ")"},
		"nothing known": {Build{}, nil, "devel (" + goVersion + ")"},
	} {
		if got := buildFrom(c.linked, c.info).Details(); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

package process

import "testing"

func TestMemoryIsReadFromTheProcessStatus(t *testing.T) {
	const status = "Name:\tvpsdeck\nVmRSS:\t    7168 kB\nRssAnon:\t    2048 kB\n"
	for name, want := range map[string]float64{"VmRSS:": 7, "RssAnon:": 2} {
		if mb, ok := parseMegabytes(status, name); mb != want || !ok {
			t.Errorf("%s %v MB, ok: %v", name, mb, ok)
		}
	}
	if _, ok := parseMegabytes(status, "RssShmem:"); ok {
		t.Error("a missing line was read")
	}
}

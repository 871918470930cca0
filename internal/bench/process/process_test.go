package process

import "testing"

func TestMemoryIsReadFromTheProcessStatus(t *testing.T) {
	const status = "Name:\tvpsdeck\nVmRSS:\t    7168 kB\nRssAnon:\t    2048 kB\n"
	for name, want := range map[string]float64{"VmRSS:": 7, "RssAnon:": 2} {
		if mb, told := parseMegabytes(status, name); mb != want || !told {
			t.Errorf("%s %v MB, told: %v", name, mb, told)
		}
	}
	if _, told := parseMegabytes(status, "RssShmem:"); told {
		t.Error("a missing line was read")
	}
}

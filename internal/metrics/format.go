package metrics

import (
	"io"
	"strconv"
	"strings"
)

// ContentType is the media type of what Write writes.
const ContentType = "text/plain; version=0.0.4; charset=utf-8"

// metricType is a Prometheus metric type.
type metricType string

const (
	counter   metricType = "counter"
	gauge     metricType = "gauge"
	histogram metricType = "histogram"
)

// formatter writes Prometheus's text format: https://prometheus.io/docs/instrumenting/exposition_formats
//
// It is not Prometheus's library, because every start of the program would pay for that one's set-up:
// docs/PERFORMANCE.md. The tests read what it writes with that library.
type formatter struct {
	w    io.Writer
	line []byte
	err  error // the first one; nothing is written after it
}

// family begins the metrics of one name.
func (f *formatter) family(name, help string, t metricType) {
	f.line = append(f.line[:0], "# HELP "+name+" "+helpEscapes.Replace(help)+"\n# TYPE "+name+" "+string(t)+"\n"...)
	f.flush()
}

// sample writes one value. labels is from labelText; it may be empty.
func (f *formatter) sample(name, labels string, value float64) {
	f.line = append(f.line[:0], name...)
	if labels != "" {
		f.line = append(f.line, '{')
		f.line = append(f.line, labels...)
		f.line = append(f.line, '}')
	}
	f.line = append(f.line, ' ')
	f.line = append(strconv.AppendFloat(f.line, value, 'g', -1, 64), '\n')
	f.flush()
}

func (f *formatter) flush() {
	if f.err == nil {
		_, f.err = f.w.Write(f.line)
	}
}

var (
	helpEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	labelEscapes = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// labelText is one label as it is written. Several are joined with commas. The value is valid UTF-8.
func labelText(name, value string) string { return name + `="` + labelEscapes.Replace(value) + `"` }

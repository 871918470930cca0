package report

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// requireBrowserVar names the environment variable that turns on the tests with Chromium.
const requireBrowserVar = "VPSDECK_BROWSER"

var pictures = flag.String("pictures", "", "directory for pictures of the report, made by the tests with Chromium")

// browser is a Chromium without a window. It is driven by its DevTools protocol over two pipes:
// messages are JSON, each followed by a zero byte.
type browser struct {
	t        *testing.T
	out      *os.File
	messages *bufio.Reader
	session  string
	number   int
	problems []string // what its console and its network have reported
}

// message is an answer or an event of the protocol.
type message struct {
	ID     int
	Method string
	Params json.RawMessage
	Result json.RawMessage
	Error  *struct{ Message string }
}

// newBrowser starts Chromium, with a profile of its own, and opens an empty page.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	if os.Getenv(requireBrowserVar) == "" {
		t.Skip("set " + requireBrowserVar + "=1 to open the report in Chromium")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal(err)
	}
	commands, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	in, answers, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--no-first-run", "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir())
	cmd.ExtraFiles = []*os.File{commands, answers} // 3 and 4 there
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = commands.Close(), answers.Close()
	b := &browser{t: t, out: out, messages: bufio.NewReaderSize(in, 1<<20)}
	t.Cleanup(func() {
		b.session = ""
		b.call("Browser.close", nil, nil)
		_ = cmd.Wait()
		_, _ = out.Close(), in.Close()
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

// call sends a command and reads its result.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.number++
	request := map[string]any{"id": b.number, "method": method}
	if params != nil {
		request["params"] = params
	}
	if b.session != "" {
		request["sessionId"] = b.session
	}
	text, err := json.Marshal(request)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.out.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	answer := b.await(func(m message) bool { return m.ID == b.number })
	if answer.Error != nil {
		b.t.Fatalf("%s: %s", method, answer.Error.Message)
	}
	if result != nil {
		if err := json.Unmarshal(answer.Result, result); err != nil {
			b.t.Fatal(err)
		}
	}
}

// await reads messages until one is wanted, and collects what the others report.
func (b *browser) await(wanted func(message) bool) message {
	b.t.Helper()
	for {
		text, err := b.messages.ReadBytes(0)
		if err != nil {
			b.t.Fatalf("Chromium has ended: %v", err)
		}
		var m message
		if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
			b.t.Fatal(err)
		}
		switch m.Method {
		case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded":
			b.problems = append(b.problems, m.Method+" "+string(m.Params))
		case "Network.requestWillBeSent":
			var sent struct{ Request struct{ URL string } }
			_ = json.Unmarshal(m.Params, &sent)
			if !strings.HasPrefix(sent.Request.URL, "file:///") || !strings.HasSuffix(sent.Request.URL, ".html") {
				b.problems = append(b.problems, "it requests "+sent.Request.URL)
			}
		}
		if wanted(m) {
			return m
		}
	}
}

// open opens a file on a screen of a width in CSS pixels, and waits until it is loaded. look is a
// colour scheme, or "print" for the page as a printer gets it.
func (b *browser) open(path string, width int, look string) {
	b.t.Helper()
	media, scheme := "", look
	if look == "print" {
		media, scheme = look, "dark" // paper is white for a reader of dark pages too
	}
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 844,
		"deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": media, "features": []map[string]string{
		{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	b.call("Page.navigate", map[string]any{"url": "file://" + path}, nil)
	b.await(func(m message) bool { return m.Method == "Page.loadEventFired" })
}

// eval evaluates an expression in the page.
func (b *browser) eval(expression string) any {
	b.t.Helper()
	var out struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &out)
	if out.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, out.ExceptionDetails.Text)
	}
	return out.Result.Value
}

// save writes what a method of the page returns, such as a picture, to a file in *pictures.
func (b *browser) save(name, method string, params map[string]any) {
	b.t.Helper()
	var out struct{ Data string }
	b.call(method, params, &out)
	data, err := base64.StdEncoding.DecodeString(out.Data)
	if err == nil {
		err = os.WriteFile(filepath.Join(*pictures, name), data, 0o644)
	}
	if err != nil || len(data) == 0 {
		b.t.Fatalf("%s: %d bytes, %v", name, len(data), err)
	}
}

// writeReport writes the page of a report to a file, and returns its path.
func writeReport(t *testing.T, r *Report) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "report.html")
	file, err := os.Create(path)
	if err == nil {
		err = r.WriteHTML(file)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// paperWidth is the width of A4 without its margins of 14 mm, in CSS pixels.
const paperWidth = 688

// pageColours are the colours of the page's background in report.css.
var pageColours = map[string]any{"light": "rgb(246, 245, 242)", "dark": "rgb(20, 23, 27)",
	"print": "rgb(255, 255, 255)"}

func TestBrowserShowsTheReportAtEverySize(t *testing.T) {
	b := newBrowser(t)
	for name, in := range map[string]Input{
		"small": smallInput(t), "partial": partialInput(t), "hostile": hostileInput(t), "large": fleetInput(t, 120),
		"empty": {State: loadedState(t, nil, nil), Days: 1}, "year": withDays(smallInput(t), MaxDays),
	} {
		path := writeReport(t, New(in))
		for _, width := range []int{320, 390, paperWidth, 1280} {
			looks := []string{"light", "dark"}
			if width == paperWidth {
				looks = append(looks, "print")
			}
			for _, look := range looks {
				b.open(path, width, look)
				b.check(fmt.Sprintf("%s at %d, %s", name, width, look), width)
				if got := b.eval("getComputedStyle(document.body).backgroundColor"); got != pageColours[look] {
					t.Errorf("%s at %d is not %s", name, width, look)
				}
				if *pictures != "" {
					b.save(fmt.Sprintf("%s-%d-%s.png", name, width, look), "Page.captureScreenshot",
						map[string]any{"captureBeyondViewport": true})
				}
			}
		}
	}
}

// check fails the test if the page does not fit, or the console or the network has said something.
func (b *browser) check(name string, width int) {
	b.t.Helper()
	if got := b.eval("document.documentElement.scrollWidth"); got != float64(width) {
		b.t.Errorf("%s: it is %v wide: %v", name, got, b.eval(
			fmt.Sprintf(`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > %d)
			.slice(0, 5).map(e => e.outerHTML.slice(0, 200)).join("\n")`, width)))
	}
	if got := b.eval(`getComputedStyle(document.querySelector(".summary")).borderTopStyle`); got != "solid" {
		b.t.Errorf("%s: the style does not apply: %v", name, got)
	}
	if got := b.eval("document.querySelectorAll('h1').length"); got != float64(1) {
		b.t.Errorf("%s: %v main headings", name, got)
	}
	if len(b.problems) > 0 {
		b.t.Errorf("%s: %s", name, strings.Join(b.problems, "\n"))
		b.problems = nil
	}
}

func TestBrowserOpensTheReportOf10000Servers(t *testing.T) {
	b := newBrowser(t)
	path := writeReport(t, New(fleetInput(t, 10000)))
	start := time.Now()
	b.open(path, 390, "light")
	b.check("10,000 servers", 390)
	t.Logf("opened and checked in %s", time.Since(start).Round(time.Millisecond))
	start = time.Now()
	b.eval("document.querySelectorAll('#coverage details')[3].open = true; document.body.offsetHeight")
	b.check("with a part unfolded", 390)
	t.Logf("unfolded 500 servers in %s", time.Since(start).Round(time.Millisecond))
}

// TestBrowserMakesThePictures makes the pictures of docs/REPORT.md: each is a part of the page.
func TestBrowserMakesThePictures(t *testing.T) {
	if *pictures == "" {
		t.Skip("name a directory: -args -pictures DIR")
	}
	b := newBrowser(t)
	path := writeReport(t, New(pictureInput(t)))
	for _, p := range []struct {
		name, look  string
		width       int
		first, last string // elements
	}{
		{"report.png", "light", 1000, "header", "#attention"},
		{"report-calendar.png", "dark", 1000, "#coverage", "#coverage"},
		{"report-phone.png", "light", 390, "#coverage", "#coverage"},
	} {
		b.open(path, p.width, p.look)
		const margin = 16
		top := b.eval(`document.querySelector("` + p.first + `").getBoundingClientRect().top`).(float64)
		bottom := b.eval(`document.querySelector("` + p.last + `").getBoundingClientRect().bottom`).(float64)
		b.save(p.name, "Page.captureScreenshot", map[string]any{"captureBeyondViewport": true, "clip": map[string]any{
			"x": 0, "y": top - margin, "width": p.width, "height": bottom - top + 2*margin, "scale": 1}})
	}
}

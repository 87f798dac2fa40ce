package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// opened opens the page in a headless browser, at a hash, and returns the
// document as its script left it. What the script complained of is an error.
func opened(t *testing.T, page, hash string) string {
	t.Helper()
	browser := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("not ready: no chromium in PATH")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "report.html")
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir="+filepath.Join(dir, "profile"), "--enable-logging=stderr",
		"--virtual-time-budget=2000", "--window-size=1200,900", "--dump-dom", "file://"+file+hash)
	cmd.Env = append(os.Environ(), "LANG=C.UTF-8")
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	for _, line := range strings.Split(said.String(), "\n") {
		if strings.Contains(line, ":CONSOLE") {
			t.Errorf("the page complains: %s", line)
		}
	}
	return out.String()
}

func detail(dom string) string {
	_, after, _ := strings.Cut(dom, `<div id="detail" aria-live="polite">`)
	text, _, _ := strings.Cut(after, "</div>")
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(text, "|")
}

func TestBrowserRunsThePage(t *testing.T) {
	dom := opened(t, html(t, crashRun()), "")
	if !strings.Contains(dom, `data-ready="yes"`) {
		t.Error("the script did not come to its end")
	}
	if got := detail(dom); got != "" {
		t.Errorf("details without a selection: %s", got)
	}
}

func TestBrowserAddressSelectsACall(t *testing.T) {
	r := crashRun()
	var line int
	for i, e := range r.Events {
		if e.Err == "ConnectionLoss" {
			line = i // the event before is the call, and lines count from 1
		}
	}
	dom := opened(t, html(t, r), fmt.Sprintf("#t=0.9_1.2&e=%d", line))
	got := detail(dom)
	for _, want := range []string{"c1", "set /r", "unknown", "ConnectionLoss", "n1 down"} {
		if !strings.Contains(got, want) {
			t.Errorf("details %s, without %q", got, want)
		}
	}
}

func TestBrowserShowsAnEmptyRun(t *testing.T) {
	if dom := opened(t, html(t, Report{Verdict: "vacuous"}), "#t=nonsense&m=x"); !strings.Contains(dom, `data-ready="yes"`) {
		t.Error("the script did not come to its end")
	}
}

func TestBrowserSaysWhatWasLeftOut(t *testing.T) {
	r := crashRun()
	r.Events = nil
	for i := range 2 * (MaxOps + 10) {
		r.Events = append(r.Events, crashRun().Events[9+i%2])
		r.Events[i].Num = i / 2
		r.Events[i].T = int64(i) * ms
	}
	dom := opened(t, html(t, r), "")
	if want := fmt.Sprintf("The lanes show %d of %d calls", MaxOps, MaxOps+10); !strings.Contains(dom, want) {
		t.Errorf("the page does not say %q", want)
	}
}

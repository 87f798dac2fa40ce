package report

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
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

// A reader's hand: each act is followed by what the address then says.
const acts = `<script>
const seen = [];
const act = (name, f) => { f(); seen.push(name + " " + location.hash + " " + document.getElementById("detail").textContent); };
const key = (k) => document.dispatchEvent(new KeyboardEvent("keydown", { key: k, bubbles: true, cancelable: true }));
const box = () => canvas.getBoundingClientRect();
const point = (type, px, py) => canvas.dispatchEvent(new PointerEvent(type, { clientX: box().left + px, clientY: box().top + py, pointerId: 1, bubbles: true }));
canvas.setPointerCapture = () => {}; // a made-up pointer cannot be captured
act("fault", () => key("n"));
act("whole", () => key("0"));
act("wheel", () => canvas.dispatchEvent(new WheelEvent("wheel", { deltaY: -300, clientX: box().left + 400, clientY: box().top + 50, bubbles: true, cancelable: true })));
act("drag", () => { point("pointerdown", 400, 60); point("pointermove", 300, 60); point("pointerup", 300, 60); });
const o = ops[10], lane = laneOf("client", 1);
look(o.from - 50000, o.to + 50000);
draw();
act("click", () => { point("pointerdown", x((o.from + o.to) / 2), lane.y + 20); point("pointerup", x((o.from + o.to) / 2), lane.y + 20); });
act("next", () => key("j"));
act("escape", () => key("Escape"));
look(o.from - 50000, o.to + 50000);
point("pointermove", x((o.from + o.to) / 2), lane.y + 20);
seen.push("tip " + document.getElementById("tip").textContent.replaceAll("\n", ", "));
document.getElementById("calls").open = true;
document.getElementById("f-out").value = "2";
fill();
seen.push("rows " + document.getElementById("rows").children.length);
const out = document.createElement("pre");
out.id = "acted";
out.textContent = seen.join("\n");
document.body.append(out);
</script></body>`

func TestBrowserFollowsTheReadersHand(t *testing.T) {
	dom := opened(t, strings.Replace(html(t, crashRun()), "</body>", acts, 1), "")
	_, after, _ := strings.Cut(dom, `<pre id="acted">`)
	text, _, _ := strings.Cut(after, "</pre>")
	views := map[string][2]float64{}
	said := map[string]string{}
	for _, line := range strings.Split(strings.ReplaceAll(text, "&amp;", "&"), "\n") {
		name, rest, _ := strings.Cut(line, " ")
		if m := regexp.MustCompile(`^#t=(-?[\d.]+)_(-?[\d.]+)`).FindStringSubmatch(rest); m != nil {
			from, _ := strconv.ParseFloat(m[1], 64)
			to, _ := strconv.ParseFloat(m[2], 64)
			views[name] = [2]float64{from, to}
		}
		said[name] = rest
	}
	if v := views["fault"]; !(v[0] < 1.3 && v[1] > 1.9) || !strings.Contains(said["fault"], "m=1.300000") {
		t.Errorf("to the fault: %s, want it in view and its beginning, at 1.3 s, marked", said["fault"])
	}
	whole, wheel, drag := views["whole"], views["wheel"], views["drag"]
	if w := whole[1] - whole[0]; w < 2.4 || wheel[1]-wheel[0] > w*0.6 {
		t.Errorf("whole %v, after the wheel %v: want it narrower by half", whole, wheel)
	}
	if drag[0] <= wheel[0] {
		t.Errorf("dragged to the left from %v to %v: want a later view", wheel, drag)
	}
	if got := said["click"]; !strings.Contains(got, "&e=") || !strings.Contains(got, "ConnectionLoss") {
		t.Errorf("clicked on the unknown call: %s", got)
	}
	if got := said["next"]; !strings.Contains(got, "version 11") {
		t.Errorf("the next call: %s", got)
	}
	if got := said["escape"]; strings.Contains(got, "e=") || strings.Contains(got, "client") {
		t.Errorf("after Escape: %s", got)
	}
	if got := said["tip"]; !strings.HasPrefix(got, "c1 set /r") || said["rows"] != "1" {
		t.Errorf("tip %q, rows of unknown calls %q", got, said["rows"])
	}
}

// What the reader does: pointer, keys, address, details, tables.

const $ = (id) => document.getElementById(id);
let asked = false;

// redraw draws once a frame, however many wheel events come in between.
function redraw(keepAddress) {
  if (!keepAddress) toHash();
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => {
    asked = false;
    draw();
  });
}

// ---- what is under the pointer ----

function under(px, py) {
  const lane = lanes.find((l) => py >= l.y - 3 && py <= l.y + l.h + 3);
  if (!lane || px < GUTTER) return null;
  const at = t(px), slack = (view.to - view.from) / (width - GUTTER) * 5;
  if (lane.kind === "faults") {
    const row = Math.floor((py - lane.y) / 20);
    const f = run.faults.find((f) => f.row === row && f.from - slack <= at && at <= f.to + slack);
    return f ? { fault: f } : null;
  }
  if (lane.kind === "server") {
    const s = run.servers[lane.i].spans.find((s) => s[0] <= at && at <= s[1]);
    return s ? { span: s, server: run.servers[lane.i].name } : null;
  }
  const o = opAt(lane.i, at, slack);
  const w = run.clients[lane.i].watches.find((w) => Math.abs(w[0] - at) <= slack);
  if (w && (py < lane.y + 5 || !o)) return { watch: w, client: lane.name };
  if (o) return { op: o };
  const c = run.clients[lane.i].conns.find((c) => c[0] <= at && at <= c[1]);
  return { idle: c, client: lane.name };
}

function words(hit) {
  if (hit.op) {
    const o = hit.op;
    return `${run.clients[o.client].name} ${o.call}\n${OUTCOMES[o.out]}${o.result ? ": " + o.result : ""}\n${seconds(o.from)}, took ${took(o.to - o.from)}` + (o.node ? `, at n${o.node}` : "");
  }
  if (hit.fault) {
    const f = hit.fault;
    return `${f.text}\n${f.kind} from ${seconds(f.from)} ` + (f.open ? "to the end" : `to ${seconds(f.to)}, ${took(f.to - f.from)}`);
  }
  if (hit.span) {
    const [from, to, is, epoch, , token] = hit.span;
    if (is === "office") return `${hit.server} leads, by its own word, with token ${token}…\n${seconds(from)} to ${seconds(to)}, ${took(to - from)}`;
    return `${hit.server} ${is}` + (epoch ? `, epoch ${epoch}` : "") + `\n${seconds(from)} to ${seconds(to)}, ${took(to - from)}`;
  }
  if (hit.watch) return `${hit.client}: watch fired, ${hit.watch[2]} ${hit.watch[1]}\n${seconds(hit.watch[0])}`;
  return hit.idle ? `${hit.client}, connected to n${hit.idle[2]}` : `${hit.client}, not connected`;
}

function showTip(hit, px, py) {
  const tip = $("tip");
  tip.hidden = !hit;
  if (!hit) return;
  tip.textContent = words(hit);
  const box = tip.getBoundingClientRect();
  tip.style.left = Math.max(4, Math.min(px + 14, width - box.width - 6)) + "px";
  const below = py + 18 + overview.offsetHeight;
  tip.style.top = (below + box.height > overview.offsetHeight + laneHeight ? Math.max(0, below - box.height - 30) : below) + "px";
}

// ---- details ----

function showDetail(rows) {
  const dl = document.createElement("dl");
  for (const [name, value] of rows) {
    const dt = document.createElement("dt"), dd = document.createElement("dd");
    dt.textContent = name;
    dd.textContent = value;
    dl.append(dt, dd);
  }
  $("detail").replaceChildren(...(rows.length ? [dl] : []));
}

function select(o) {
  selected = o;
  marked = null;
  if (!o) {
    showDetail([]);
    return;
  }
  const inForce = run.faults.filter((f) => f.from <= o.to && f.to >= o.from).map((f) => f.text);
  showDetail([
    ["client", run.clients[o.client].name],
    ["call", o.call],
    ["outcome", OUTCOMES[o.out] + (o.out === 2 ? ": it may have taken effect, may still, or never will" : o.out === 1 ? ": it certainly had no effect" : "")],
    ["result", o.result || "–"],
    ["server", o.node ? "n" + o.node : "not connected"],
    ["time", `${seconds(o.from)} to ${seconds(o.to)}, took ${took(o.to - o.from)}`],
    ["faults meanwhile", inForce.join("; ") || "none"],
    ["event in the log", String(o.line)],
  ]);
}

function pick(hit) {
  if (!hit) select(null);
  else if (hit.op) select(hit.op);
  else {
    select(null);
    showDetail(words(hit).split("\n").map((line, i) => [i ? "time" : "what", line]));
  }
}

function into(at) {
  const length = view.to - view.from;
  if (at < view.from + length * 0.05 || at > view.to - length * 0.05) look(at - length / 2, at + length / 2);
}

// ---- moving about ----

function toFault(step) {
  const now = marked !== null ? marked : (view.from + view.to) / 2;
  const list = step > 0 ? run.faults : [...run.faults].reverse();
  const f = list.find((f) => (step > 0 ? f.from > now + 1 : f.from < now - 1)) || list[0];
  if (!f) return;
  const around = Math.max((f.to - f.from) / 4, 400000);
  selected = null;
  look(f.from - around, f.to + around);
  marked = f.from;
}

function toOp(step) {
  const list = selected ? opsOf[selected.client] : ops;
  const i = selected ? list.indexOf(selected) + step : firstAt(list, view.from, opFrom);
  const o = list[i];
  if (!o) return;
  select(o);
  into((o.from + o.to) / 2);
}

const actions = {
  in: () => zoom(0.5),
  out: () => zoom(2),
  fit: () => look(whole.from, whole.to),
  next: () => toFault(1),
  previous: () => toFault(-1),
  help: () => ($("help").hidden = !$("help").hidden),
  left: () => move((view.from - view.to) / 5),
  right: () => move((view.to - view.from) / 5),
  nextOp: () => toOp(1),
  previousOp: () => toOp(-1),
  none: () => {
    marked = null;
    select(null);
  },
};
const keys = { "+": "in", "=": "in", "-": "out", 0: "fit", n: "next", p: "previous", "?": "help", ArrowLeft: "left", ArrowRight: "right", j: "nextOp", k: "previousOp", Escape: "none" };

document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
  const name = keys[e.key];
  if (!name) return;
  e.preventDefault();
  actions[name]();
  redraw();
});
for (const b of document.querySelectorAll("[data-do]"))
  b.addEventListener("click", () => {
    actions[b.dataset.do]();
    redraw();
  });

canvas.addEventListener("wheel", (e) => {
  e.preventDefault();
  const line = e.deltaMode === 1 ? 16 : 1;
  if (Math.abs(e.deltaX) > Math.abs(e.deltaY) || e.shiftKey) move(((e.deltaX || e.deltaY) * line * (view.to - view.from)) / width);
  else zoom(Math.exp(e.deltaY * line * 0.0022), t(e.offsetX));
  redraw();
}, { passive: false });

let held = null;
canvas.addEventListener("pointerdown", (e) => {
  held = { px: e.offsetX, from: view.from, moved: false };
  canvas.setPointerCapture(e.pointerId);
});
canvas.addEventListener("pointermove", (e) => {
  if (!held) {
    showTip(under(e.offsetX, e.offsetY), e.offsetX, e.offsetY);
    return;
  }
  const by = e.offsetX - held.px;
  if (Math.abs(by) < 4 && !held.moved) return;
  held.moved = true;
  canvas.classList.add("held");
  $("tip").hidden = true;
  const length = view.to - view.from, from = held.from - (by * length) / (width - GUTTER - 8);
  look(from, from + length);
  redraw();
});
canvas.addEventListener("pointerup", (e) => {
  if (held && !held.moved) {
    pick(under(e.offsetX, e.offsetY));
    redraw();
  }
  held = null;
  canvas.classList.remove("held");
});
canvas.addEventListener("pointercancel", () => (held = null));
canvas.addEventListener("pointerleave", () => ($("tip").hidden = true));

let brush = null;
overview.addEventListener("pointerdown", (e) => {
  brush = e.offsetX;
  overview.setPointerCapture(e.pointerId);
});
overview.addEventListener("pointermove", (e) => {
  if (brush === null || Math.abs(e.offsetX - brush) < 4) return;
  look(overviewT(Math.min(brush, e.offsetX)), overviewT(Math.max(brush, e.offsetX)));
  redraw();
});
overview.addEventListener("pointerup", (e) => {
  if (brush !== null && Math.abs(e.offsetX - brush) < 4) {
    const half = (view.to - view.from) / 2, at = overviewT(e.offsetX);
    look(at - half, at + half);
    redraw();
  }
  brush = null;
});

// ---- the table of calls ----

const PAGE = 200;
let at = 0;

function filtered() {
  const client = $("f-client").value, out = $("f-out").value, text = $("f-text").value;
  return ops.filter((o) => (client === "" || o.client === +client) && (out === "" || o.out === +out) && (text === "" || o.call.includes(text) || o.result.includes(text)));
}

function fill() {
  const list = filtered();
  at = Math.max(0, Math.min(at, list.length - 1));
  at -= at % PAGE;
  $("page").textContent = list.length ? `${at + 1} to ${Math.min(at + PAGE, list.length)} of ${list.length}` : "none";
  $("rows").replaceChildren(...list.slice(at, at + PAGE).map((o) => {
    const row = document.createElement("tr");
    const cells = [seconds(o.from), took(o.to - o.from), run.clients[o.client].name, o.node ? "n" + o.node : "", o.call, OUTCOMES[o.out], o.result];
    cells.forEach((text, i) => {
      const cell = document.createElement("td");
      if (i === 0) {
        const a = document.createElement("a");
        a.href = "#t=" + ((o.from - 5e5) / 1e6).toFixed(6) + "_" + ((o.to + 5e5) / 1e6).toFixed(6) + "&e=" + o.line;
        a.textContent = text;
        cell.append(a);
        cell.className = "num";
      } else cell.textContent = text;
      row.append(cell);
    });
    return row;
  }));
}

run.clients.forEach((c, i) => {
  if (opsOf[i].length) $("f-client").append(new Option(c.name, i));
});
for (const id of ["f-client", "f-out", "f-text"]) $(id).addEventListener("input", () => { at = 0; fill(); });
$("earlier").addEventListener("click", () => { at -= PAGE; fill(); });
$("later").addEventListener("click", () => { if (at + PAGE < filtered().length) at += PAGE; fill(); });
$("calls").addEventListener("toggle", () => { if ($("calls").open) fill(); });

// ---- the rest ----

if ($("copy"))
  $("copy").addEventListener("click", async () => {
    const range = document.createRange();
    range.selectNodeContents($("reproduce"));
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    // From a file there may be no clipboard; then the line is at least selected.
    try {
      await navigator.clipboard.writeText($("reproduce").textContent);
      $("copy").textContent = "copied";
    } catch {
      $("copy").textContent = "selected: press Ctrl+C";
    }
  });

const left = [];
if (run.total > ops.length) left.push(`The lanes show ${ops.length} of ${run.total} calls, those from ${seconds(run.from)} to ${seconds(run.to)}; the strip above counts all.`);
if (run.dropped) left.push(`${run.dropped} roles, watches or steps are not shown.`);
if (left.length) {
  $("left").textContent = left.join(" ") + " The log has them all.";
  $("left").hidden = false;
}

window.addEventListener("hashchange", () => {
  if (!fromHash()) return;
  select2();
  $("time").scrollIntoView({ block: "nearest" });
  redraw(true);
});

// select2 shows the details of what the address selects, and keeps its mark.
function select2() {
  const mark = marked;
  if (selected) select(selected);
  else showDetail([]);
  marked = mark;
}

window.addEventListener("resize", () => redraw(true));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { readColours(); redraw(true); });
// On paper the picture is light and shows the whole run.
window.addEventListener("beforeprint", () => { look(whole.from, whole.to); readColours(); draw(); });
window.addEventListener("afterprint", () => { readColours(); redraw(true); });

readColours();
look(atFirst.from, atFirst.to);
if (fromHash()) select2();
draw();
document.documentElement.dataset.ready = "yes"; // for the tests

"use strict";
// The run, and where it lies on the canvas. All times are microseconds since
// the clients began; a view is a pair of them.

const run = JSON.parse(document.getElementById("run").textContent);
const OPEN = { client: 0, from: 1, to: 2, write: 3, out: 4, node: 5, line: 6, call: 7, result: 8 };
const OUTCOMES = ["ok", "refused", "unknown"];

// An operation arrives as an array, which is half the size of an object.
const ops = run.ops.map((a, index) => {
  const o = { index };
  for (const k in OPEN) o[k] = a[OPEN[k]];
  return o;
});
const opsOf = run.clients.map(() => []);
for (const o of ops) opsOf[o.client].push(o);

const view = { from: 0, to: 1 };
const whole = around(run.start, run.end);
// A reader comes for what the clients saw, not for how the servers started.
const atFirst = around(Math.max(run.start, -200000), Math.min(run.done + 300000, run.end));

function around(from, to) {
  to = Math.max(to, from + 1000);
  return { from: from - (to - from) * 0.015, to: to + (to - from) * 0.015 };
}

let selected = null; // an operation
let marked = null; // a time

// ---- lanes, from top to bottom ----

const GUTTER = 74, AXIS = 24, GAP = 6;
const lanes = [];
let laneHeight = 0;

function layOut() {
  let y = AXIS;
  const add = (kind, i, name, h) => {
    lanes.push({ kind, i, name, y, h });
    y += h + GAP;
  };
  const rows = stack(run.faults);
  if (run.faults.length > 0) add("faults", 0, "faults", Math.min(rows, 4) * 20);
  run.servers.forEach((s, i) => add("server", i, s.name, 30));
  run.clients.forEach((c, i) => {
    if (i > 0) add("client", i, c.name, 32);
  });
  if (opsOf.length > 0 && opsOf[0].length > 0) add("client", 0, "setup", 32);
  laneHeight = y;
}

// stack gives faults rows such that none hides another, and returns their number.
function stack(faults) {
  const ends = [];
  for (const f of faults) {
    let row = ends.findIndex((end) => end <= f.from);
    if (row < 0) row = ends.length;
    ends[row] = f.to;
    f.row = row % 4;
  }
  return Math.max(1, ends.length);
}

// laneOf is the lane of a server or client: whatever joins two of them, such as
// a message, goes from the middle of one to the middle of another.
const laneOf = (kind, i) => lanes.find((l) => l.kind === kind && l.i === i);

// ---- time and place ----

let width = 800;
const x = (t) => GUTTER + ((t - view.from) / (view.to - view.from)) * (width - GUTTER - 8);
const t = (px) => view.from + ((px - GUTTER) / (width - GUTTER - 8)) * (view.to - view.from);

const LEAST = 200; // microseconds: closer than this there is nothing to see

function look(from, to) {
  let length = Math.min(Math.max(to - from, LEAST), whole.to - whole.from);
  const middle = (from + to) / 2;
  from = Math.min(Math.max(middle - length / 2, whole.from), whole.to - length);
  view.from = from;
  view.to = from + length;
}

function zoom(factor, around) {
  const at = around === undefined ? (view.from + view.to) / 2 : around;
  const length = Math.min(Math.max((view.to - view.from) * factor, LEAST), whole.to - whole.from);
  const part = (at - view.from) / (view.to - view.from);
  look(at - part * length, at + (1 - part) * length);
}

function move(us) {
  look(view.from + us, view.to + us);
}

function seconds(us) {
  const s = us / 1e6;
  return s.toFixed(Math.abs(s) < 10 ? 3 : 2) + " s";
}

function took(us) {
  if (us < 1000) return us + " µs";
  if (us < 1e6) return (us / 1000).toFixed(us < 10000 ? 1 : 0) + " ms";
  return seconds(us);
}

// ---- the address ----

function toHash() {
  let h = "#t=" + (view.from / 1e6).toFixed(6) + "_" + (view.to / 1e6).toFixed(6);
  if (selected) h += "&e=" + selected.line;
  else if (marked !== null) h += "&m=" + (marked / 1e6).toFixed(6);
  history.replaceState(null, "", h);
}

// fromHash is true if the address asks for a view.
function fromHash() {
  const h = new URLSearchParams(location.hash.slice(1));
  const m = /^(-?[\d.]+)_(-?[\d.]+)$/.exec(h.get("t") || "");
  if (!m) return false;
  look(+m[1] * 1e6, +m[2] * 1e6);
  marked = h.has("m") && isFinite(+h.get("m")) ? +h.get("m") * 1e6 : null;
  selected = ops.find((o) => o.line === +h.get("e")) || null;
  return true;
}

// ---- searching sorted times ----

// firstAt is the index of the first element whose key is at least at.
function firstAt(list, at, key) {
  let lo = 0, hi = list.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (key(list[mid]) < at) lo = mid + 1;
    else hi = mid;
  }
  return lo;
}

// A client has one operation open at a time, so both ends are in order.
const opTo = (o) => o.to, opFrom = (o) => o.from;

function opAt(client, at, slack) {
  const list = opsOf[client];
  let best = null, least = slack;
  for (let i = Math.max(0, firstAt(list, at - slack, opTo)); i < list.length && list[i].from <= at + slack; i++) {
    const off = at < list[i].from ? list[i].from - at : Math.max(0, at - list[i].to);
    if (off <= least) {
      best = list[i];
      least = off;
    }
  }
  return best;
}

layOut();

// Drawing. Only what is in view is drawn; what would share a pixel is drawn once.

const canvas = document.getElementById("lanes"), overview = document.getElementById("overview");
let colour = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  colour = new Proxy({}, { get: (cache, name) => (cache[name] ??= style.getPropertyValue("--" + name).trim()) });
}

function sized(c, w, h) {
  const dpr = window.devicePixelRatio || 1;
  if (c.width !== Math.round(w * dpr) || c.height !== Math.round(h * dpr)) {
    c.width = Math.round(w * dpr);
    c.height = Math.round(h * dpr);
    c.style.height = h + "px";
  }
  const g = c.getContext("2d");
  g.setTransform(dpr, 0, 0, dpr, 0, 0);
  g.clearRect(0, 0, w, h);
  g.font = "12px system-ui, sans-serif";
  g.textBaseline = "middle";
  return g;
}

function draw() {
  width = canvas.clientWidth;
  const g = sized(canvas, width, laneHeight);
  drawGrid(g);
  drawBands(g);
  for (const lane of lanes) {
    g.save();
    g.beginPath();
    g.rect(GUTTER, lane.y - 2, width - GUTTER - 8, lane.h + 4);
    g.clip();
    drawers[lane.kind](g, lane);
    g.restore();
    g.fillStyle = colour.soft;
    g.textAlign = "right";
    g.fillText(lane.name, GUTTER - 10, lane.y + lane.h / 2);
  }
  drawMoments(g);
  drawOverview();
}

// ---- the grid and what crosses all lanes ----

function drawGrid(g) {
  const span = view.to - view.from;
  const room = Math.max(2, Math.floor((width - GUTTER) / 90));
  const step = [1, 2, 5].map((m) => m * 10 ** Math.floor(Math.log10(span / room))).concat(10 ** Math.ceil(Math.log10(span / room))).find((s) => span / s <= room) || span;
  g.textAlign = "center";
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
    const px = Math.round(x(at)) + 0.5;
    g.strokeStyle = colour.line;
    g.beginPath();
    g.moveTo(px, AXIS - 4);
    g.lineTo(px, laneHeight);
    g.stroke();
    g.fillStyle = colour.soft;
    const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step / 1e6) + 1e-9)));
    if (px > GUTTER + 14 && px < width - 24) g.fillText((at / 1e6).toFixed(digits) + " s", px, AXIS / 2);
  }
}

function drawBands(g) {
  for (const f of run.faults) {
    if (f.to < view.from || f.from > view.to) continue;
    const from = Math.max(x(f.from), GUTTER), to = Math.min(x(f.to), width - 8);
    g.globalAlpha = 0.09;
    g.fillStyle = colour[f.kind];
    g.fillRect(from, AXIS, Math.max(to - from, 1), laneHeight - AXIS);
    g.globalAlpha = 1;
  }
}

function line(g, at, style, dash, w) {
  const px = Math.round(x(at)) + 0.5;
  if (px < GUTTER || px > width - 8) return;
  g.strokeStyle = style;
  g.lineWidth = w || 1;
  g.setLineDash(dash);
  g.beginPath();
  g.moveTo(px, AXIS - 2);
  g.lineTo(px, laneHeight);
  g.stroke();
  g.setLineDash([]);
  g.lineWidth = 1;
}

function drawMoments(g) {
  for (const m of run.marks) {
    if (m.kind === "violated") line(g, m.t, colour.violation, [], 2);
    else if (m.kind === "begin" || m.kind === "done") line(g, m.t, colour.soft, [2, 4]);
  }
  if (marked !== null) line(g, marked, colour.mark, [6, 3], 1.5);
}

// ---- lanes ----

function hatch(g, px, y, w, h, style, angle) {
  g.save();
  g.beginPath();
  g.rect(px, y, w, h);
  g.clip();
  g.strokeStyle = style;
  g.lineWidth = 1.6;
  g.beginPath();
  const slope = angle < 0 ? -h : angle > 0 ? h : 0;
  const start = Math.max(px, GUTTER) - h, end = Math.min(px + w, width) + h;
  for (let at = Math.floor(start / 6) * 6; at < end; at += 6) {
    g.moveTo(at, y + h);
    g.lineTo(at + slope, y);
  }
  g.stroke();
  g.restore();
}

// label writes text between two places, cut short if need be. Of a list of
// texts it writes the first that fits, or nothing.
function label(g, text, from, to, y, style) {
  from = Math.max(from, GUTTER) + 6;
  to = Math.min(to, width - 8) - 4;
  if (to - from < 14) return;
  g.fillStyle = style;
  g.textAlign = "left";
  if (Array.isArray(text)) {
    const fits = text.find((one) => g.measureText(one).width <= to - from);
    if (fits) g.fillText(fits, from, y);
    return;
  }
  while (text.length > 1 && g.measureText(text).width > to - from) text = text.slice(0, text.endsWith("…") ? -2 : -1) + "…";
  if (text.length > 1) g.fillText(text, from, y);
}

// plate goes under a label: stripes and letters do not go together.
function plate(g, text, px, w, y, h) {
  const from = Math.max(px, GUTTER) + 3, to = Math.min(from + g.measureText(text).width + 6, px + w - 2);
  if (to - from < 20) return;
  g.globalAlpha = 0.82;
  g.fillStyle = colour.card;
  g.fillRect(from, y, to - from, h);
  g.globalAlpha = 1;
}

const drawers = {
  faults(g, lane) {
    for (const f of run.faults) {
      if (f.to < view.from || f.from > view.to) continue;
      const y = lane.y + f.row * 20, from = x(f.from), to = Math.max(x(f.to), from + 3);
      g.globalAlpha = 0.22;
      g.fillStyle = colour[f.kind];
      g.fillRect(from, y, to - from, 17);
      g.globalAlpha = 1;
      g.fillRect(from, y, 3, 17);
      if (!f.open) g.fillRect(to - 1.5, y, 1.5, 17);
      label(g, f.text, from + 2, to, y + 9, colour.ink);
    }
  },

  server(g, lane) {
    const spans = run.servers[lane.i].spans;
    for (let i = firstAt(spans, view.from, (s) => s[1]); i < spans.length && spans[i][0] <= view.to; i++) drawSpan(g, lane, spans[i]);
    for (const tick of run.servers[lane.i].ticks || []) drawTick(g, lane, tick);
    // Stripes over a server that a cut or slow link touches, whatever its role.
    for (const f of run.faults) {
      if ((f.kind !== "cut" && f.kind !== "slow") || !f.servers.includes(lane.i + 1) || f.to < view.from || f.from > view.to) continue;
      const from = x(f.from), w = x(f.to) - from;
      hatch(g, from, lane.y - 2, w, 4, colour[f.kind], 1);
      hatch(g, from, lane.y + lane.h - 2, w, 4, colour[f.kind], 1);
    }
  },

  client(g, lane) {
    drawConnections(g, lane);
    drawOps(g, lane);
    const c = run.clients[lane.i];
    g.textAlign = "center";
    g.fillStyle = colour.ink;
    let last = -99;
    for (let i = firstAt(c.watches, view.from, (w) => w[0]); i < c.watches.length && c.watches[i][0] <= view.to; i++) {
      const px = x(c.watches[i][0]);
      if (px - last < 5) continue;
      last = px;
      g.beginPath();
      g.moveTo(px - 3.5, lane.y - 2);
      g.lineTo(px + 3.5, lane.y - 2);
      g.lineTo(px, lane.y + 3);
      g.fill();
    }
    g.font = "bold 14px system-ui, sans-serif";
    g.fillStyle = colour.violation;
    for (const at of c.expired) g.fillText("✕", x(at), lane.y + 12);
    g.font = "12px system-ui, sans-serif";
  },
};

function drawSpan(g, lane, [from, to, is, epoch, serves, token]) {
  const px = x(from), w = Math.max(x(to) - px, 1), y = lane.y + 2, h = lane.h - 4, hue = "e" + (epoch % 4);
  const text = (words, style) => label(g, words, px, px + w, lane.y + lane.h / 2 + 1, style);
  switch (is) {
    case "leading":
      g.fillStyle = serves ? colour[hue] : colour[hue + "s"];
      g.fillRect(px, y, w, h);
      if (!serves) hatch(g, px, y, w, h, colour[hue], 1);
      text(["leads, epoch " + epoch, "leads " + epoch, String(epoch)], serves ? colour.card : colour.ink);
      break;
    case "office":
      g.fillStyle = colour[hue];
      g.fillRect(px, y, w, h);
      text(["leads, token " + token, "leads"], colour.card);
      break;
    case "up":
      g.fillStyle = colour.ink;
      g.fillRect(px, y + h - 3, w, 1);
      break;
    case "job running":
      g.fillStyle = colour.read;
      g.globalAlpha = 0.3;
      g.fillRect(px, y + 4, w, h - 8);
      g.globalAlpha = 1;
      text(["runs"], colour.ink);
      break;
    case "following":
    case "observing":
      g.fillStyle = colour[hue + "s"];
      g.fillRect(px, y + 4, w, h - 8);
      g.fillStyle = colour[hue];
      g.fillRect(px, y + h - 5, w, 1.5);
      text([(is === "following" ? "follows" : "observes") + ", epoch " + epoch, "epoch " + epoch, String(epoch)], colour.ink);
      break;
    case "looking":
      hatch(g, px, y + 4, w, h - 8, colour.look, 1);
      plate(g, "looking", px, w, y + 3, h - 6);
      text(["looking"], colour.ink);
      break;
    case "down":
      g.fillStyle = colour.down;
      g.fillRect(px, lane.y + lane.h / 2 - 1.5, w, 3);
      g.fillRect(px, y, 3, h);
      label(g, ["✕ down", "✕"], px, px + w, lane.y + 8, colour.ink);
      break;
    case "paused":
      hatch(g, px, y + 4, w, h - 8, colour.paused, 0);
      plate(g, "❚❚ paused", px, w, y + 3, h - 6);
      text(["❚❚ paused", "❚❚"], colour.ink);
      break;
    default:
      g.strokeStyle = colour.soft;
      g.setLineDash([2, 3]);
      g.strokeRect(px + 0.5, y + 6.5, w - 1, h - 13);
      g.setLineDash([]);
      text([is], colour.soft);
  }
}

// A completed checkpoint is a short line, a restored one a triangle at the place
// where the job went on, an alert an exclamation mark, a round at which jobs have met
// a dot.
function drawTick(g, lane, tick) {
  if (tick.t < view.from || tick.t > view.to) return;
  const px = x(tick.t), y = lane.y + lane.h - 2;
  g.fillStyle = tick.kind === "raised" ? colour.violation : colour.ink;
  g.textAlign = "center";
  if (tick.kind === "completed") g.fillRect(px, y - 5, 1, 5);
  else if (tick.kind === "met") g.fillRect(px - 1, lane.y + 2, 3, 3);
  else g.fillText(tick.kind === "raised" ? "!" : "▲", px, tick.kind === "raised" ? lane.y + 7 : y - 4);
}

function drawConnections(g, lane) {
  const conns = run.clients[lane.i].conns, y = lane.y + lane.h - 2;
  g.textAlign = "left";
  for (let i = firstAt(conns, view.from, (c) => c[1]); i < conns.length && conns[i][0] <= view.to; i++) {
    const from = x(conns[i][0]), to = x(conns[i][1]);
    g.fillStyle = colour.soft;
    g.fillRect(from, y, Math.max(to - from, 1), 1.5);
    g.fillRect(from, y - 3, 1.5, 4);
  }
}

// Height says read or write, and the form says the outcome, so that colour is
// not needed to tell them apart.
function drawOps(g, lane) {
  const list = opsOf[lane.i], base = lane.y + lane.h - 5;
  if (run.total > ops.length) {
    for (const [from, to] of [[0, run.from], [run.to, run.done]]) {
      if (to > from) label(g, ["calls not on this page", "…"], x(from), x(to), lane.y + lane.h / 2, colour.soft);
    }
  }
  let edge = -1, worst = -1;
  for (let i = firstAt(list, view.from, opTo); i < list.length && list[i].from <= view.to; i++) {
    const o = list[i], px = x(o.from), w = Math.max(x(o.to) - px, 1.5), h = o.write ? 22 : 13;
    const rank = o.out * 2 + o.write;
    if (px + w <= edge + 0.7 && rank <= worst && o !== selected) continue;
    if (px > edge) worst = -1;
    edge = Math.max(edge, px + w);
    worst = Math.max(worst, rank);
    drawOp(g, o, px, base - h, w, h);
  }
}

function drawOp(g, o, px, y, w, h) {
  if (o.out === 0) {
    g.fillStyle = colour.read;
    g.fillRect(px, y, w, h);
  } else if (o.out === 1) {
    g.strokeStyle = colour.refused;
    g.lineWidth = 1.3;
    g.strokeRect(px + 0.65, y + 0.65, Math.max(w - 1.3, 0.4), h - 1.3);
    g.lineWidth = 1;
  } else {
    g.globalAlpha = 0.18;
    g.fillStyle = colour.doubt;
    g.fillRect(px, y, w, h);
    g.globalAlpha = 1;
    if (w > 6) hatch(g, px, y, w, h, colour.doubt, -1);
    g.strokeStyle = colour.doubt;
    g.strokeRect(px + 0.5, y + 0.5, Math.max(w - 1, 0.5), h - 1);
  }
  if (o === selected) {
    g.strokeStyle = colour.mark;
    g.lineWidth = 2;
    g.strokeRect(px - 2, y - 2, w + 4, h + 4);
    g.lineWidth = 1;
  }
  if (w > 80) {
    g.font = "11px ui-monospace, Menlo, Consolas, monospace";
    // What is unknown keeps some of its stripes.
    const room = o.out === 2 ? w * 0.7 : w;
    if (o.out === 2) plate(g, o.call, px - 3, room + 3, y + 1.5, h - 3);
    label(g, o.call, px - 3, px + room, y + h / 2 + 0.5, o.out === 0 ? colour.card : colour.ink);
    g.font = "12px system-ui, sans-serif";
  }
}

// ---- the whole run, above ----

const overviewX = (at) => GUTTER + ((at - whole.from) / (whole.to - whole.from)) * (width - GUTTER - 8);
const overviewT = (px) => whole.from + ((px - GUTTER) / (width - GUTTER - 8)) * (whole.to - whole.from);

function drawOverview() {
  const h = 46, g = sized(overview, width, h), bins = run.bins;
  let most = 1;
  for (let i = 0; i < bins.out[0].length; i++) most = Math.max(most, bins.out[0][i] + bins.out[1][i] + bins.out[2][i]);
  for (const f of run.faults) {
    g.globalAlpha = 0.25;
    g.fillStyle = colour[f.kind];
    g.fillRect(overviewX(f.from), 0, Math.max(overviewX(f.to) - overviewX(f.from), 1.5), h);
    g.globalAlpha = 1;
  }
  const barWidth = Math.max(overviewX(bins.width) - overviewX(0), 1);
  for (let i = 0; i < bins.out[0].length; i++) {
    let y = h - 1;
    const px = overviewX(run.start + i * bins.width);
    [colour.read, colour.refused, colour.doubt].forEach((style, out) => {
      const part = (bins.out[out][i] / most) * (h - 6);
      if (part === 0) return;
      // Few unknown calls must not vanish beside many good ones.
      const tall = out === 2 ? Math.max(part, 4) : part;
      g.fillStyle = style;
      g.fillRect(px, y - tall, barWidth, tall);
      y -= tall;
    });
  }
  g.fillStyle = colour.soft;
  g.textAlign = "right";
  g.fillText("calls", GUTTER - 10, h / 2);
  const from = overviewX(view.from), to = overviewX(view.to);
  if (view.to - view.from < (whole.to - whole.from) * 0.999) {
    g.globalAlpha = 0.6;
    g.fillStyle = colour.card;
    g.fillRect(GUTTER, 0, from - GUTTER, h);
    g.fillRect(to, 0, width - 8 - to, h);
    g.globalAlpha = 1;
    g.strokeStyle = colour.accent;
    g.lineWidth = 1.5;
    g.strokeRect(from, 1, Math.max(to - from, 2), h - 2);
    g.lineWidth = 1;
  }
}

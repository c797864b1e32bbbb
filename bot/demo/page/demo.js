// The clock, the servers and their channels, around the channel that simcord shows.

const capability = decodeURIComponent(location.hash.slice(1));
const byId = (id) => document.getElementById(id);
const INTERVAL = 500;
const PATIENCE = 10_000;
const MARKS = { text: "#", news: "📢", direct: "@" };
const KEPT = "byeol-view";

let state = null;
let shown = "";
let failures = 0;
let restored = false;
let marked = "";
const marks = new CSSStyleSheet();
document.adoptedStyleSheets.push(marks);
/** The view that was chosen and has not been shown yet: its viewer, its channel, and until when it is waited for. */
let wanted = null;

const context = () => window.simcordPreview?.contextId;

async function ask(what = {}) {
  const answer = await fetch("/api/action", {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Simcord-Capability": capability, "X-Simcord-Context": context() },
    body: JSON.stringify({ demo: what }),
  });
  if (!answer.ok) throw new Error(`The demo answered ${answer.status}`);
  draw(await answer.json());
}

/** Asks because somebody pressed something; whatever was pressed waits for the answer. */
async function press(control, what) {
  control.disabled = true;
  notify(null);
  try {
    await ask(what);
  } catch {
    notify("The demo did not answer. Is it still running?");
  } finally {
    control.disabled = false;
    if (document.activeElement === document.body) control.focus();
  }
}

/** Somebody looks at a channel: simcord's own picker takes it, so that it waits its turn like any action. */
function look(viewer, channel) {
  const picker = byId("viewer-picker");
  const view = `${viewer}:${channel}`;
  picker.append(new Option(view, view));
  picker.value = view;
  picker.dispatchEvent(new Event("change"));
  sessionStorage.setItem(KEPT, JSON.stringify([viewer, channel]));
  wanted = { viewer, channel, until: Date.now() + PATIENCE };
  draw(state);
}

function notify(words) {
  const notice = byId("demo-notice");
  if (words !== null || !notice.dataset.stays) {
    notice.textContent = words ?? "";
    notice.hidden = words === null;
  }
}

function time(zone, options) {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", ...options,
  }).format(new Date(state.now));
}

function day(moment) {
  return new Intl.DateTimeFormat("en-GB", {
    timeZone: "Asia/Seoul", day: "numeric", month: "long", year: "numeric",
  }).format(new Date(moment));
}

/** Says below each message whom it pinged, and marks those that pinged the viewer. simcord draws messages anew at any time,
 * so this is done by rules of style and not in the messages. */
function mark(pings) {
  const rules = pings.map(({ message, names, mine }) => {
    const chosen = `.channel-message[data-message-id="${message}"]`;
    const note = `${chosen}::after { content: ${JSON.stringify(`🔔 Pinged ${names.join(" and ")}`)}; }`;
    return mine ? `${note}\n${chosen} { background: #f0b2321a; box-shadow: inset 2px 0 #f0b232; }` : note;
  }).join("\n");
  if (rules !== marked) {
    marked = rules;
    marks.replaceSync(rules);
  }
}

function draw(next) {
  const arrived = wanted && next.viewer === wanted.viewer && next.channel === wanted.channel;
  if (arrived || Date.now() > wanted?.until) wanted = null;
  state = wanted ? { ...next, viewer: wanted.viewer, channel: wanted.channel } : next;
  const [weekday, ...rest] = time("Asia/Seoul", { year: "numeric" }).split(", ");
  byId("demo-weekday").textContent = `${weekday}, `;
  byId("demo-date").textContent = `${rest.join(", ")} KST`;
  const city = state.zone.split("/").pop().replace("_", " ");
  byId("demo-zone").textContent = city === "Seoul" ? "your time is Korean time" : `${time(state.zone)} in ${city}, your time`;
  for (const button of byId("demo-speeds").children) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.speed) === state.speed));
  }
  byId("demo-next").setAttribute("aria-disabled", String(!state.due.length));
  if (state.notice) notify(state.notice);
  mark(state.pings);
  const { now: _now, notice: _notice, speed: _speed, ...others } = state;
  const drawn = JSON.stringify(others);
  if (drawn !== shown) {
    shown = drawn;
    drawPeople();
    drawPlaces();
    drawDue();
    byId("demo-reach").textContent = `The catalogue's last date is ${day(state.reach)}. After it, /upcoming has nothing to show.`;
  }
  if (!restored) restore();
}

function drawPeople() {
  const people = byId("demo-people");
  people.replaceChildren(...state.people.map((person) => new Option(`${person.name} · ${person.speaks}`, person.id)));
  people.value = state.viewer;
}

function drawPlaces() {
  const focused = document.activeElement?.dataset?.channel;
  const parts = state.places.flatMap((place) => {
    const list = document.createElement("ul");
    list.append(...place.channels.map(row));
    return [Object.assign(document.createElement("h2"), { textContent: place.name }), list];
  });
  byId("demo-places").replaceChildren(...parts);
  const unread = state.places.some((place) => place.channels.some((channel) => channel.unread));
  byId("demo-menu").classList.toggle("unread", unread);
  if (focused) byId("demo-places").querySelector(`[data-channel="${focused}"]`)?.focus();
}

function row(channel) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.channel = channel.id;
  const mark = Object.assign(document.createElement("span"), { className: "channel-mark", textContent: MARKS[channel.kind] });
  mark.setAttribute("aria-hidden", "true");
  button.append(mark, Object.assign(document.createElement("span"), { className: "channel-title", textContent: channel.name }));
  if (channel.id === state.channel) button.setAttribute("aria-current", "page");
  else if (channel.unread) {
    button.classList.add("unread");
    const count = Object.assign(document.createElement("span"), { className: "channel-count", textContent: channel.unread });
    count.classList.toggle("pings", channel.pinged > 0);
    const words = Object.assign(document.createElement("span"), {
      className: "visually-hidden", textContent: channel.pinged ? `unread, ${channel.pinged} of them pinged you` : "unread",
    });
    button.append(count, words);
  }
  button.addEventListener("click", () => {
    look(state.viewer, channel.id);
    openSide(false);
  });
  const item = document.createElement("li");
  item.append(button);
  return item;
}

function drawDue() {
  const items = state.due.map((due) => {
    const item = document.createElement("li");
    const at = new Intl.DateTimeFormat("en-GB", {
      timeZone: "Asia/Seoul", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
    }).format(new Date(due.at));
    item.append(Object.assign(document.createElement("time"), { dateTime: due.at, textContent: `${at} KST` }), due.title);
    return item;
  });
  const none = Object.assign(document.createElement("li"), { textContent: "Nothing is left." });
  byId("demo-due").replaceChildren(...(items.length ? items : [none]));
}

/** After a reload, shows what was shown before it. */
function restore() {
  restored = true;
  try {
    const [viewer, channel] = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
    if (viewer && (viewer !== state.viewer || channel !== state.channel)) look(viewer, channel);
  } catch {
    sessionStorage.removeItem(KEPT);
  }
}

function openSide(open) {
  byId("demo-side").classList.toggle("open", open);
  byId("demo-menu").setAttribute("aria-expanded", String(open));
  byId("demo-scrim").hidden = !open;
  if (open) byId("demo-places").querySelector("button")?.focus();
}

/** Without a Korean font, every syllable is drawn as the same empty box. */
function lacksKorean() {
  const drawn = (text) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 32, height: 32 });
    const pen = canvas.getContext("2d", { willReadFrequently: true });
    pen.font = "24px sans-serif";
    pen.fillText(text, 2, 26);
    return pen.getImageData(0, 0, 32, 32).data.join();
  };
  return drawn("별") === drawn("쫒");
}

async function poll() {
  try {
    if (context()) await ask();
    failures = 0;
  } catch {
    failures += 1;
    if (failures === 3) notify("The demo has ended. Start it again, and open the address that it prints.");
  }
  if (failures < 3) setTimeout(poll, INTERVAL);
}

byId("demo-people").addEventListener("change", (event) => {
  const viewer = event.target.value;
  const direct = Object.values(state.direct).includes(state.channel);
  look(viewer, direct ? state.direct[viewer] : state.channel);
});
byId("demo-speeds").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) void press(button, { speed: Number(button.dataset.speed) });
});
byId("demo-next").addEventListener("click", (event) => void press(event.currentTarget, { next: true }));
byId("demo-jump").addEventListener("submit", (event) => {
  event.preventDefault();
  void press(event.submitter, { jump: byId("demo-day").value });
});
byId("demo-menu").addEventListener("click", () => openSide(!byId("demo-side").classList.contains("open")));
byId("demo-more").addEventListener("click", () => {
  const open = byId("demo-top").classList.toggle("open");
  byId("demo-more").setAttribute("aria-expanded", String(open));
});
byId("demo-scrim").addEventListener("click", () => openSide(false));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && byId("demo-side").classList.contains("open")) {
    openSide(false);
    byId("demo-menu").focus();
  }
});

if (lacksKorean()) {
  notify("This machine has no Korean font, so Hangul is drawn as boxes. Install one, such as Noto Sans CJK.");
  byId("demo-notice").dataset.stays = "yes";
}
if (!capability) notify("Open the whole address that the demo printed: its end, after #, is the key to this page.");
void poll();

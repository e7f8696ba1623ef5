// The frame of all screens: who looks, where they are, and what goes on.
import { Failure, get, post, remove, signedOut } from "./api.js";
import { Commands, grant } from "./commands.js";
import { html, Problem, render, useAddress, useEffect, useLoaded, useState, useTitle } from "./ui.js";
import { Agents } from "./agents.js";
import { Cost } from "./cost.js";
import { Graphs } from "./definitions.js";
import { Inbox } from "./inbox.js";
import { DeadLetters } from "./letters.js";
import { Errors, Queue, Schedules, Workers } from "./operations.js";
import { Run } from "./run.js";
import { Runs } from "./runs.js";

const SCREENS = [
  ["runs", "Runs", Runs],
  ["inbox", "Inbox", Inbox],
  ["agents", "Agents", Agents],
  ["graphs", "Graphs", Graphs],
  ["queue", "Queue", Queue],
  ["errors", "Errors", Errors],
  ["schedules", "Schedules", Schedules],
  ["workers", "Workers", Workers],
  ["cost", "Cost", Cost],
  ["dead-letters", "Dead letters", DeadLetters],
];

/** What is of all runs is nothing for those who see some of them alone. */
const OF_ALL = ["cost", "dead-letters"];

function App() {
  const [me, setMe] = useState(undefined);
  const [failure, setFailure] = useState(undefined);
  const enter = async () => {
    try {
      const found = await get("/api/me");
      grant(found);
      setFailure(undefined);
      setMe(found);
    } catch (refused) {
      if (refused.status === 401) setMe(null);
      else setFailure(refused);
    }
  };
  useEffect(() => {
    const out = () => setMe(null);
    signedOut.addEventListener("signed-out", out);
    enter();
    return () => signedOut.removeEventListener("signed-out", out);
  }, []);
  if (failure) return html`<main class="alone"><${Problem} failure=${failure} again=${enter} /></main>`;
  if (me === undefined) return null;
  if (me === null) return html`<${SignIn} onIn=${enter} />`;
  return html`<${Frame} me=${me} onOut=${() => setMe(null)} />`;
}

function SignIn({ onIn }) {
  const [failure, setFailure] = useState(undefined);
  useTitle("Sign in");
  const send = async (event) => {
    event.preventDefault();
    const field = event.target.elements.token;
    try {
      await post("/api/session", { token: field.value.trim() });
      field.value = "";
      await onIn();
    } catch (refused) {
      setFailure(refused.status === 401 ? new Failure("That is not a token of this worker.", 401) : refused);
    }
  };
  return html`<main class="alone">
    <h1>Postroad</h1>
    <form onSubmit=${send}>
      <p class="field">
        <label for="token">Token of this worker</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
        <span class="help">What POSTROAD_HTTP_TOKEN is there. It is kept in a cookie until the browser closes.</span>
      </p>
      <${Problem} failure=${failure} />
      <footer><button class="primary">Sign in</button></footer>
    </form>
  </main>`;
}

function Frame({ me, onOut }) {
  const { path } = useAddress();
  const parts = path.split("/").filter(Boolean);
  const here = parts[0] ?? "runs";
  const found = SCREENS.find(([name]) => name === here);
  const { data: counts } = useLoaded("/api/counts?status=waiting", 10_000);
  useEffect(() => {
    const on = (event) => {
      if (event.key !== "/" || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.ctrlKey) return;
      const first = document.querySelector("main input, main select");
      if (first) {
        event.preventDefault();
        first.focus();
      }
    };
    addEventListener("keydown", on);
    return () => removeEventListener("keydown", on);
  }, []);
  // On a narrow screen it may be beside what is seen of them.
  useEffect(() => document.querySelector(".frame nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }), [here]);
  const leave = async () => {
    await remove("/api/session");
    onOut();
  };
  const [, , Screen] = found ?? [];
  const isBounded = Object.keys(me.tags).length > 0;
  const rest = parts.slice(1).map(decodeURIComponent);
  return html`<div>
    <a class="skip" href="#main" onClick=${toMain}>To the content</a>
    <header class="frame">
      <a class="brand" href="/runs">Postroad</a>
      <nav aria-label="Screens">
        ${SCREENS.filter(([name]) => !(isBounded && OF_ALL.includes(name))).map(
          ([name, title]) =>
            html`<a href=${`/${name}`} aria-current=${name === here ? "page" : undefined}
              >${title}${name === "inbox" && counts?.questions > 0 && html` <span class="badge">${counts.questions}</span>`}</a
            >`,
        )}
      </nav>
      <div class="who">
        <${Theme} />
        ${me.signedIn && html`<button class="quiet" title=${`${me.name}, ${me.role}`} onClick=${leave}>Sign out</button>`}
      </div>
    </header>
    <main id="main" tabindex="-1">${screen(Screen, here, rest)}</main>
    <${Commands} />
  </div>`;
}

function toMain(event) {
  event.preventDefault();
  document.getElementById("main").focus();
}

function screen(Screen, here, rest) {
  if (!Screen) return html`<h1>There is nothing here</h1><p><a href="/runs">To the runs</a></p>`;
  if (here === "runs" && rest.length > 0) return html`<${Run} key=${rest[0]} runId=${rest[0]} />`;
  return html`<${Screen} name=${rest[0]} />`;
}

const THEMES = ["auto", "light", "dark"];

function Theme() {
  const [theme, setTheme] = useState(() => localStorage.getItem("theme") ?? "auto");
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem("theme", theme);
  }, [theme]);
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
  return html`<button class="quiet" onClick=${() => setTheme(next)} title=${`Colours: ${theme}; press for ${next}`}>
    <span aria-hidden="true">◐</span> <span>${theme}</span><span class="unseen"> colours, press for ${next}</span>
  </button>`;
}

render(html`<${App} />`, document.getElementById("app"));

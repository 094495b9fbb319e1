import { signal } from "@preact/signals";
import { render } from "preact";
import { Health } from "./Health";
import { Market } from "./Market";
import { Migrations } from "./Migrations";
import "./style.css";
import { local } from "./text";

const views = { market: Market, health: Health, migrations: Migrations };
type View = keyof typeof views;

const named = () => (location.hash.slice(1).split("/")[0] || "market") as View;
const view = signal<View>(named() in views ? named() : "market");
window.addEventListener("hashchange", () => (view.value = named() in views ? named() : "market"));

const titles: Record<View, string> = { market: "Market", health: "Health", migrations: "Migrations" };

function App() {
  const Shown = views[view.value];
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}>
        Skip to content
      </a>
      <header>
        <strong>DxyOrleans</strong>
        <nav aria-label="Views">
          {(Object.keys(views) as View[]).map((name) => (
            <a key={name} href={`#${name}`} aria-current={view.value === name ? "page" : undefined}>
              {titles[name]}
            </a>
          ))}
        </nav>
        <button type="button" aria-pressed={local.value} onClick={() => (local.value = !local.value)}>
          {local.value ? "My time" : "UTC"}
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        <h1>{titles[view.value]}</h1>
        <Shown />
      </main>
      <footer>
        Charts by <a href="https://www.tradingview.com/">TradingView</a> Lightweight Charts™
      </footer>
    </>
  );
}

render(<App />, document.getElementById("app")!);

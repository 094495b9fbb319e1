import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { type Check, read, words } from "./api";
import { time } from "./text";

const checks = signal<Check[]>([]);
const status = signal("");
const asked = signal("");
const failure = signal("");
const every = 10_000;

// When a check became what it is, as this page has seen it.
const since = new Map<string, { status: string; at: string }>();

export function Health() {
  useEffect(() => {
    let over = false;
    let timer = 0;
    async function look() {
      try {
        const found = await read<{ status: string; checks: Check[] }>("health");
        asked.value = new Date().toISOString();
        for (const check of found.checks) {
          const key = `${check.name} ${check.subject}`;
          if (since.get(key)?.status !== check.status) since.set(key, { status: check.status, at: asked.value });
        }
        [checks.value, status.value, failure.value] = [found.checks, found.status, ""];
      } catch (error) {
        failure.value = words(error);
      }
      if (!over) timer = window.setTimeout(look, every);
    }
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, []);

  const order = { FAIL: 0, WARN: 1, PASS: 2 };
  const sorted = [...checks.value].sort((one, two) => order[one.status] - order[two.status]);
  return (
    <>
      {failure.value && <p class="refused">{failure.value}</p>}
      <p role="status" aria-live="polite">
        <strong class={status.value}>{status.value || "asking…"}</strong>{" "}
        <span class="quiet">
          {checks.value.filter((check) => check.status === "PASS").length} of {checks.value.length} checks pass; asked {time(asked.value)}
        </span>
      </p>
      <div class="wide" tabIndex={0} role="region" aria-label="Checks, the worst first">
        <table>
          <thead>
            <tr>
              <th>Status</th>
              <th>What</th>
              <th>Seen</th>
              <th>Since at least</th>
            </tr>
          </thead>
          <tbody>
            {sorted.map((check) => (
              <tr key={`${check.name} ${check.subject}`}>
                <td class={check.status}>{check.status}</td>
                <td>
                  {check.name} {check.subject}
                </td>
                <td>{check.text}</td>
                <td>{time(since.get(`${check.name} ${check.subject}`)?.at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p>
        What each means and what to do stands in docs/operations.md, “Alarms”. Where grains live: <a href="/dashboard/">Orleans’ dashboard</a>.
      </p>
    </>
  );
}

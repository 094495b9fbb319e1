import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { read, type Run, type RunDetail, send, type Session, words } from "./api";
import { listen } from "./stream";
import { time } from "./text";

const runs = signal<Run[]>([]);
const chosen = signal("");
const detail = signal<RunDetail | null>(null);
const session = signal<Session | null>(null);
const failure = signal("");
const said = signal("");

async function look(): Promise<void> {
  try {
    runs.value = (await read<{ runs: Run[] }>("runs")).runs;
    const name = chosen.value || runs.value[0]?.run;
    detail.value = name ? await read<RunDetail>(`runs/${name}`) : null;
    session.value = await read<Session>("session");
    failure.value = "";
  } catch (error) {
    failure.value = words(error);
  }
}

export function Migrations() {
  useEffect(() => {
    void look();
    return listen([], ["runs"], { ready: look, reset: look, run: look });
  }, []);
  const shown = detail.value;
  return (
    <>
      {failure.value && <p class="refused">{failure.value}</p>}
      <p role="status" aria-live="polite">
        {said.value}
      </p>
      {runs.value.length === 0 && <p>No migration was started here. `./dxy migrate plan` shows what one would do.</p>}
      {runs.value.length > 0 && (
        <div class="wide" tabIndex={0} role="region" aria-label="Runs, the newest first">
          <table>
            <thead>
              <tr>
                <th>Run</th>
                <th>Symbol</th>
                <th>State</th>
                <th>Phase</th>
                <th>Step</th>
                <th>Started</th>
                <th>By</th>
              </tr>
            </thead>
            <tbody>
              {runs.value.map((run) => (
                <tr key={run.run}>
                  <td>
                    <button type="button" onClick={() => ((chosen.value = run.run), void look())}>
                      {run.run}
                    </button>
                  </td>
                  <td>{run.symbol}</td>
                  <td>{run.state.replace("_", " ") + (run.direction === "back" ? ", going back" : "")}</td>
                  <td>
                    {run.phase} {run.title}
                  </td>
                  <td>{run.step}</td>
                  <td>{time(run.started_at)}</td>
                  <td>{run.started_by}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown && <Detail of={shown} />}
      <Login />
    </>
  );
}

function Detail({ of }: { of: RunDetail }) {
  const held = of.gates.filter((gate) => gate.verdict === "FAIL" || (gate.verdict === "WARN" && !gate.accepted_by));
  return (
    <>
      <h2>
        {of.run.run}: {of.run.state.replace("_", " ")}, phase {of.run.phase} {of.run.title}, step {of.run.step}
      </h2>
      <p class="quiet">
        {of.run.waiting_since ? `waits since ${time(of.run.waiting_since)}. ` : ""}
        {of.run.throttled ? `held back: ${of.run.throttled}. ` : ""}
        {of.run.error ?? ""}
      </p>
      {session.value?.may_order && <Orders run={of.run} />}
      <div class="sides">
        <section>
          <h2>Gates{held.length ? `, ${held.length} in the way` : ""}</h2>
          <div class="wide" tabIndex={0} role="region" aria-label="Gates">
            <table>
              <tbody>
                {[...held, ...of.gates.filter((gate) => !held.includes(gate))].map((gate) => (
                  <tr key={gate.gate}>
                    <td class={gate.verdict}>{gate.verdict}</td>
                    <td>
                      {gate.gate} <span class="quiet">since {time(gate.since)}</span>
                      <br />
                      expected {gate.expected}; observed {gate.observed}
                      {gate.unblock && (
                        <>
                          <br />
                          {gate.unblock}
                        </>
                      )}
                      {gate.evidence && (
                        <details>
                          <summary>evidence</summary>
                          {gate.evidence}
                        </details>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
        <section>
          <h2>Steps</h2>
          <table>
            <tbody>
              {of.steps.map((step) => (
                <tr key={step.step}>
                  <td>{step.phase}</td>
                  <td>{step.step}</td>
                  <td>{step.state}</td>
                  <td class="number">{step.total ? `${step.done} of ${step.total}` : step.done || ""}</td>
                  <td>{time(step.began_at)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section>
          <h2>Log</h2>
          <div class="wide" tabIndex={0} role="region" aria-label="Log, the newest first">
            <table>
              <tbody>
                {[...of.events].reverse().map((event) => (
                  <tr key={event.seq}>
                    <td>{time(event.at)}</td>
                    <td>{event.role}</td>
                    <td>{event.kind}</td>
                    <td>{event.detail}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      </div>
    </>
  );
}

const orders = ["pause", "resume", "retry", "rollback"];

function Orders({ run }: { run: Run }) {
  return (
    <form
      class="tools"
      onSubmit={async (event) => {
        event.preventDefault();
        const order = (event.submitter as HTMLButtonElement).value;
        const reason = String(new FormData(event.currentTarget).get("reason") ?? "");
        if (order === "rollback" && !confirm(`Roll ${run.run} back? What it did is undone, in reverse.`)) return;
        try {
          await send(`runs/${run.run}/${order}`, { revision: run.revision, reason }, session.value?.token);
          said.value = `${order}: given as ${session.value?.role}`;
        } catch (error) {
          said.value = words(error);
        }
        await look();
      }}
    >
      <label>
        Reason, for the log
        <input name="reason" required maxLength={200} />
      </label>
      {orders.map((order) => (
        <button key={order} value={order}>
          {order}
        </button>
      ))}
    </form>
  );
}

function Login() {
  if (session.value?.role) {
    return (
      <p>
        Logged in as {session.value.role}.{" "}
        <button type="button" onClick={async () => (await send("logout", {}), await look())}>
          Log out
        </button>
      </p>
    );
  }
  return (
    <form
      class="tools"
      onSubmit={async (event) => {
        event.preventDefault();
        const form = event.currentTarget;
        const data = new FormData(form);
        try {
          await send("login", { name: data.get("name"), password: data.get("password") });
          said.value = "";
        } catch (error) {
          said.value = words(error);
        }
        form.reset();
        await look();
      }}
    >
      <label>
        Database role
        <input name="name" autoComplete="username" required />
      </label>
      <label>
        Password
        <input name="password" type="password" autoComplete="current-password" required />
      </label>
      <button>Log in to give orders</button>
    </form>
  );
}

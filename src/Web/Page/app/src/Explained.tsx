import type { Explanation } from "./api";
import { price, signed, time } from "./text";

/** One bar taken apart, or why it is missing. */
export function Explained({ of, close }: { of: { time: string; said?: Explanation; error?: string }; close: () => void }) {
  return (
    <section aria-live="polite">
      <h2>
        Why {time(of.time)}{" "}
        <button type="button" onClick={close}>
          Close
        </button>
      </h2>
      {of.error && <p class="refused">{of.error}</p>}
      {!of.error && !of.said && <p class="quiet">asking…</p>}
      {of.said && (
        <>
          <p>
            {of.said.status}
            {of.said.todo ? `; ${of.said.todo}` : ""}
          </p>
          <p class="quiet">
            close {price(of.said.close, 8)}, recomputed {price(of.said.recomputed, 8)}, deriving version {of.said.version}, corrected{" "}
            {of.said.corrections} times
          </p>
          <table>
            <thead>
              <tr>
                <th>Pair</th>
                <th class="number">Close</th>
                <th class="number">Age, min</th>
                <th class="number">Contributed</th>
              </tr>
            </thead>
            <tbody>
              {of.said.inputs.map((input) => (
                <tr key={input.symbol}>
                  <td>{input.symbol}</td>
                  <td class="number">{input.missing ? (input.unfit ?? "missing") : price(input.close, 5)}</td>
                  <td class="number">{input.missing ? "–" : input.age_minutes}</td>
                  <td class="number">{input.contributed_points === null ? "–" : signed(input.contributed_points, 5)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}

import type { Bar } from "./bars";

export interface SymbolEntry {
  symbol: string;
  description: string | null;
  active: boolean;
  timeframes: string[];
  index: { components: { symbol: string; exponent: number }[] } | null;
}

export interface Check {
  name: string;
  subject: string;
  status: "PASS" | "WARN" | "FAIL";
  text: string;
}

export interface Run {
  run: string;
  symbol: string;
  state: string;
  direction: string;
  phase: number;
  title: string;
  step: string;
  started_by: string;
  started_at: string;
  finished_at: string | null;
  waiting_since: string | null;
  throttled: string | null;
  error: string | null;
  revision: string;
}

export interface RunDetail {
  run: Run;
  steps: { step: string; phase: number; state: string; done: number; total: number | null; began_at: string; ended_at: string | null }[];
  gates: {
    gate: string;
    phase: number;
    verdict: string;
    expected: string;
    observed: string;
    evidence: string | null;
    unblock: string | null;
    since: string;
    accepted_by: string | null;
  }[];
  events: { seq: number; at: string; role: string; kind: string; detail: string }[];
}

export interface Session {
  role: string | null;
  may_order: boolean;
  may_approve: boolean;
  token: string | null;
}

export interface Explanation {
  present: boolean;
  status: string;
  todo: string | null;
  close: number | null;
  recomputed: number | null;
  version: number;
  corrections: number;
  before_ts_utc: string | null;
  inputs: {
    symbol: string;
    close: number | null;
    age_minutes: number;
    contributed_points: number | null;
    missing: boolean;
    unfit: string | null;
  }[];
}

/** What the server refused, with what it says to do. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly todo: string | null,
  ) {
    super(detail);
  }
}

async function answer<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const problem = await response.json().catch(() => ({}));
  throw new Refusal(response.status, problem.code ?? "unexpected", problem.detail ?? response.statusText, problem.todo ?? null);
}

export const read = async <T>(path: string) => answer<T>(await fetch(`/api/v1/${path}`));

export const send = async <T>(path: string, body: unknown, token?: string | null) =>
  answer<T>(
    await fetch(`/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token ? { "X-Dxy-Token": token } : {}) },
      body: JSON.stringify(body),
    }),
  );

export const barsUrl = (symbol: string, timeframe: string, query: Record<string, string | number | undefined>) => {
  const parts = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return `bars/${symbol}/${timeframe}?${new URLSearchParams(parts.map(([name, value]) => [name, String(value)]))}`;
};

export const readBars = async (symbol: string, timeframe: string, query: Record<string, string | number | undefined>) =>
  (await read<{ bars: Bar[] }>(barsUrl(symbol, timeframe, query))).bars;

/** What went wrong, for people. */
export const words = (error: unknown) =>
  error instanceof Refusal ? error.message + (error.todo ? `: ${error.todo}` : "") : `The silo doesn't answer: ${error}`;

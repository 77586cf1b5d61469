// Writing to the gateway. A write that got no answer is sent again with the same key, so it is never done twice.
import { w } from "./words.js";

const TRIES = 3;
// A network that died in silence answers nothing, and says nothing either.
const PATIENCE_MS = 5000;
const key = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Problem extends Error {
  constructor(code, status) {
    super(code);
    this.code = code;
    this.status = status;
  }
  /** What to tell the person. */
  get text() {
    return w[`problem_${this.code}`] ?? w.problem;
  }
}

function ask(path, request) {
  const late = new AbortController();
  const clock = setTimeout(() => late.abort(), PATIENCE_MS);
  return fetch(path, { ...request, signal: late.signal }).finally(() => clearTimeout(clock));
}

/** Sends, and gives the answer's body; throws a Problem. */
export async function send(method, path, body) {
  const headers = { "Idempotency-Key": key() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" };
  for (let attempt = 1; ; attempt += 1) {
    let response;
    try {
      response = await ask(path, request);
    } catch {
      if (attempt === TRIES) throw new Problem("offline", 0);
      await pause(400 * attempt);
      continue;
    }
    if (response.status === 503 && attempt < TRIES) {
      await pause(1000);
      continue;
    }
    return read(response);
  }
}

/** Reads, without trying again. */
export async function get(path) {
  try {
    return await read(await ask(path, { cache: "no-store" }));
  } catch (problem) {
    throw problem instanceof Problem ? problem : new Problem("offline", 0);
  }
}

/** Whoever is no longer signed in does that, and comes back here. */
export function signIn() {
  location.assign(`/sign-in?to=${location.pathname}`);
}

async function read(response) {
  if (response.status === 401) signIn();
  if (response.status === 204) return null;
  const body = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(body?.code ?? "internal", response.status);
  return body;
}

// What every check of the real-kernel tests uses: running and counting checks, waiting with a limit, running a client.
import { spawn } from 'node:child_process';

const begun = Date.now();
const counts = { passed: 0, failed: 0 };

export const seconds = (since) => ((Date.now() - since) / 1000).toFixed(1);

/** Runs one check, prints its line and goes on whatever comes of it. `fn` may return a word to print with it. */
export async function check(name, fn) {
  const from = Date.now();
  let line;
  try {
    const note = await fn();
    counts.passed++;
    line = `ok    ${name}${note ? ` – ${note}` : ''}`;
  } catch (error) {
    counts.failed++;
    line = `FAIL  ${name}\n      ${String(error?.message ?? error).trim().replaceAll('\n', '\n      ')}`;
  }
  const [first, ...rest] = line.split('\n');
  console.log(`[${seconds(begun).padStart(6)} s] ${first} (${seconds(from)} s)`);
  for (const each of rest) console.log(each);
}

export const note = (text) => console.log(`[${seconds(begun).padStart(6)} s] ${text}`);

/** Prints the closing line; the exit status. */
export function summary() {
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

export function assert(condition, message) {
  if (!condition) throw new Error(message);
}

/** Asks until the answer is truthy. An emulated machine is slow, so limits are generous; nothing here sleeps a fixed time. */
export async function until(what, ask, limit = 90_000) {
  const from = Date.now();
  let last;
  for (;;) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    if (Date.now() - from > limit) throw new Error(`waited ${seconds(from)} s for ${what}; last: ${last}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Starts a client. `done` resolves with its exit code and what it printed; after `limit` it is ended and `done` rejects. */
export function start(program, args, { input = '', limit = 90_000, env = {}, cwd } = {}) {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env }, cwd });
  const from = Date.now();
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const done = new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${program} ${args.join(' ')} did not end within ${limit / 1000} s\n${stderr}`));
    }, limit);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(late);
      resolve({ code, signal, stdout, stderr, took: Date.now() - from });
    });
  });
  return { child, done };
}

export const run = (program, args, options) => start(program, args, options).done;

/** Runs a client that must succeed; what it printed. */
export async function runs(program, args, options) {
  const { code, stdout, stderr } = await run(program, args, options);
  assert(code === 0, `${program} ${args.join(' ')} left with ${code}\n${stderr}${stdout}`);
  return stdout;
}

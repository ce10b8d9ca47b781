// What every browser test needs: an appliance of its own, a browser, and axe.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const require = createRequire(import.meta.url);
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
export const BINARY = process.env.POCKETKEY_BINARY;
const SHOTS = 'screenshots';
export const PATIENCE = 60_000;

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Polls until `ask` gives something. */
export async function until(what, ask, patience = PATIENCE) {
  const end = Date.now() + patience;
  let last;
  while (Date.now() < end) {
    try {
      last = await ask();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`${what}; last: ${last}`);
}

/** Starts `pocketkey serve` or `pocketkey sandbox` with a fresh data folder. */
export async function appliance(command, ...args) {
  const data = mkdtempSync(join(tmpdir(), 'pocketkey-'));
  const [http, smtp] = [await freePort(), await freePort()];
  const url = `http://localhost:${http}`;
  let child;
  let output = '';
  async function start() {
    child = spawn(BINARY, [command, '--data', join(data, 'data'), '--listen', `127.0.0.1:${http}`,
      '--smtp-listen', `127.0.0.1:${smtp}`, '--log', 'warn', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    child.stdout.on('data', (bytes) => { output += bytes; });
    await until('the appliance answers', async () => (await fetch(`${url}/healthz`)).ok);
  }
  /** Ends the program; its data and address stay. */
  async function halt() {
    if (child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    await gone;
  }
  await start();
  return {
    start,
    halt,
    url,
    smtp,
    data,
    setupLink: () => until('a set-up link', () => output.match(/http\S+\/setup#\S+/)?.[0]),
    get: async (path) => (await fetch(url + path)).json(),
    post: (path, body) => fetch(url + path, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    }),
    async stop() {
      await halt();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

export function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync'],
  });
}

/** A page that fails the test on script errors and on anything the Content-Security-Policy refuses. */
export async function page(launched, options = {}) {
  const context = await launched.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-US', ...options });
  const opened = await context.newPage();
  opened.setDefaultTimeout(PATIENCE);
  opened.faults = [];
  opened.on('pageerror', (error) => opened.faults.push(String(error)));
  opened.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4\d\d|503)|net::ERR_/.test(message.text())) opened.faults.push(message.text());
  });
  return opened;
}

export function noFaults(opened) {
  assert.deepEqual(opened.faults, [], 'script errors or refusals by the Content-Security-Policy');
}

/** axe-core finds nothing. Injected by evaluation: script tags are what the policy forbids. */
export async function accessible(opened, where) {
  await opened.evaluate(AXE);
  const { violations } = await opened.evaluate(() => globalThis.axe.run(document, { iframes: false }));
  assert.deepEqual(
    violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((node) => node.html.slice(0, 160)) })), [], where);
}

/** Screenshots in light and dark, wide and narrow, each checked by axe; also that nothing is wider than the screen. */
export async function everyLook(opened, name) {
  mkdirSync(SHOTS, { recursive: true });
  for (const [width, height] of [[1280, 900], [360, 800]]) {
    await opened.setViewportSize({ width, height });
    for (const colorScheme of ['light', 'dark']) {
      await opened.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      // Colours on their way from one scheme to the other are neither.
      await opened.evaluate(() => Promise.all(document.getAnimations()
        .filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => {}))));
      await opened.screenshot({ path: join(SHOTS, `${name}-${colorScheme}-${width}.png`), fullPage: true });
      await accessible(opened, `${name}, ${colorScheme}, ${width}`);
    }
    const overflow = await opened.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${name} is ${overflow} px wider than a screen of ${width} px`);
  }
  await opened.setViewportSize({ width: 1280, height: 900 });
  await opened.emulateMedia({ colorScheme: 'light' });
}

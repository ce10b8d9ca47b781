// A headless, unmodified Chromium, driven over its debugging interface. A driver library would do the same, but only
// reading one takes an emulated machine half a minute.
import { spawn } from 'node:child_process';
import { openSync, writeFileSync } from 'node:fs';
import { assert, until } from './kit.mjs';

const pages = 9222;
const views = 9223;
const flags = [
  '--headless',
  '--no-sandbox', // root
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-gpu',
  '--window-size=1100,900',
  '--user-data-dir=/tmp/chromium',
  `--remote-debugging-port=${pages}`,
  // The browser's own windows and dialogs: see chromium-dialog.mjs.
  `--enable-ui-devtools=${views}`,
  // … and pressed and typed into, which is otherwise refused.
  '--enable-features=ui-debug-tools-enable-synthetic-events',
];

/** Questions and answers over one web socket, as both debugging interfaces speak them. */
export class Wire {
  static async connect(url) {
    const wire = new Wire();
    wire.asked = 0;
    wire.waiting = new Map();
    wire.socket = new WebSocket(url);
    wire.socket.onmessage = ({ data }) => {
      const answer = JSON.parse(data);
      wire.waiting.get(answer.id)?.(answer);
    };
    await until(`${url} to answer`, () => wire.socket.readyState === WebSocket.OPEN);
    return wire;
  }

  async ask(method, params = {}, limit = 120_000) {
    const id = ++this.asked;
    let timer;
    try {
      const { result, error } = await new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer to ${method} for ${limit / 1000} s`)), limit);
        this.waiting.set(id, resolve);
        this.socket.send(JSON.stringify({ id, method, params }));
      });
      assert(!error, `${method}: ${error?.message}`);
      return result;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }
}

export class Browser {
  /** Starts Chromium and waits until its page can be talked to. */
  static async launch(log) {
    const browser = new Browser();
    const out = openSync(log, 'w');
    browser.child = spawn(process.env.CHROMIUM ?? '/usr/bin/chromium', [...flags, 'about:blank'], { stdio: ['ignore', out, out] });
    browser.child.on('error', (error) => (browser.ended = error.message));
    browser.child.on('exit', (code, signal) => (browser.ended = `it left with ${code ?? signal}`));
    const page = await until(
      'Chromium to start',
      async () => {
        if (browser.ended) return 'ended';
        const targets = await (await fetch(`http://127.0.0.1:${pages}/json/list`)).json();
        return targets.find(({ type }) => type === 'page');
      },
      300_000,
    );
    assert(!browser.ended, `Chromium did not start: ${browser.ended}`);
    browser.page = await Wire.connect(page.webSocketDebuggerUrl);
    // One connection at a time is answered here.
    browser.views = await Wire.connect(`ws://127.0.0.1:${views}/0`);
    return browser;
  }

  async open(url) {
    const { errorText } = await this.page.ask('Page.navigate', { url });
    assert(!errorText, `${url}: ${errorText}`);
    await this.page.ask('Page.bringToFront'); // WebAuthn wants the focus
  }

  /** What `fn(...args)` gives in the page, run as if the person had just pressed something. */
  async evaluate(fn, ...args) {
    const { result, exceptionDetails } = await this.page.ask('Runtime.evaluate', {
      expression: `(${fn})(...${JSON.stringify(args)})`,
      userGesture: true,
      awaitPromise: true,
      returnByValue: true,
    });
    assert(!exceptionDetails, exceptionDetails?.exception?.description ?? exceptionDetails?.text);
    return result.value;
  }

  /** Another tab beside this one, in front of it. */
  async tab(url) {
    const { targetId } = await this.page.ask('Target.createTarget', { url });
    const { webSocketDebuggerUrl } = await until('the tab to open', async () => {
      const targets = await (await fetch(`http://127.0.0.1:${pages}/json/list`)).json();
      return targets.find(({ id }) => id === targetId);
    });
    const tab = new Browser();
    tab.page = await Wire.connect(webSocketDebuggerUrl);
    await tab.page.ask('Page.bringToFront');
    return tab;
  }

  async picture(file) {
    const { data } = await this.page.ask('Page.captureScreenshot');
    writeFileSync(file, Buffer.from(data, 'base64'));
  }

  async close() {
    this.child.kill('SIGTERM');
    await until('Chromium to end', () => this.ended, 60_000).catch(() => this.child.kill('SIGKILL'));
  }
}

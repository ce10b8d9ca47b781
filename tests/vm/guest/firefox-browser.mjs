// A headless, unmodified Firefox, driven over Marionette: the protocol below WebDriver, JSON with its length in front.
import { spawn } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { assert, until } from './kit.mjs';

const port = 2828;
const profile = '/tmp/firefox';
/** Nothing that reaches for the network or asks the person on a first start; security keys are as they come. */
const settings = {
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'browser.startup.page': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'extensions.update.enabled': false,
  'marionette.port': port,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

/** Commands and their answers, as `[0, id, name, parameters]` and `[1, id, error, result]`. */
class Marionette {
  static async connect() {
    const marionette = new Marionette();
    marionette.asked = 0;
    marionette.waiting = new Map();
    marionette.unread = Buffer.alloc(0);
    marionette.socket = await new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => resolve(socket));
      socket.on('error', reject);
    });
    marionette.socket.on('data', (chunk) => marionette.read(chunk));
    return marionette;
  }

  read(chunk) {
    this.unread = Buffer.concat([this.unread, chunk]);
    for (;;) {
      const colon = this.unread.indexOf(':');
      const end = colon + 1 + Number(this.unread.subarray(0, Math.max(colon, 0)));
      if (colon < 0 || this.unread.length < end) return;
      const message = JSON.parse(this.unread.subarray(colon + 1, end));
      this.unread = this.unread.subarray(end);
      // The first message is a greeting, not an answer.
      if (Array.isArray(message)) this.waiting.get(message[1])?.(message);
    }
  }

  async ask(name, parameters = {}, limit = 180_000) {
    const id = ++this.asked;
    let timer;
    try {
      const [, , error, result] = await new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer to ${name} for ${limit / 1000} s`)), limit);
        this.waiting.set(id, resolve);
        const message = JSON.stringify([0, id, name, parameters]);
        this.socket.write(`${Buffer.byteLength(message)}:${message}`);
      });
      assert(!error, `${name}: ${error?.error}: ${error?.message}`);
      return result;
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }
}

export class FirefoxBrowser {
  /** Starts Firefox and waits until its page can be talked to. */
  static async launch(log) {
    const browser = new FirefoxBrowser();
    const out = openSync(log, 'w');
    mkdirSync(profile, { recursive: true });
    const line = ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`;
    writeFileSync(`${profile}/user.js`, Object.entries(settings).map(line).join(''));
    // The second: so that Marionette may see Firefox's own dialogs, too.
    const flags = ['--headless', '--remote-allow-system-access', '--marionette', '--no-remote', '--profile', profile, '--width', '1100', '--height', '900'];
    browser.child = spawn(process.env.FIREFOX ?? '/usr/bin/firefox-esr', flags, { stdio: ['ignore', out, out] });
    browser.child.on('error', (error) => (browser.ended = error.message));
    browser.child.on('exit', (code, signal) => (browser.ended = `it left with ${code ?? signal}`));
    browser.page = await until('Firefox to start', () => browser.ended || Marionette.connect(), 300_000);
    assert(!browser.ended, `Firefox did not start: ${browser.ended}`);
    await browser.page.ask('WebDriver:NewSession', { capabilities: { alwaysMatch: { unhandledPromptBehavior: 'ignore' } } });
    await browser.page.ask('WebDriver:SetTimeouts', { script: 180_000, pageLoad: 180_000 });
    return browser;
  }

  async open(url) {
    await this.page.ask('WebDriver:Navigate', { url });
  }

  /** What `fn(...args)` gives in the page. */
  async evaluate(fn, ...args) {
    const { value } = await this.page.ask('WebDriver:ExecuteScript', { script: `return (${fn})(...arguments);`, args });
    return value;
  }

  /** What `fn(...args)` gives in Firefox itself, rather than in the page. */
  async inside(fn, ...args) {
    await this.page.ask('Marionette:SetContext', { value: 'chrome' });
    try {
      const script = `return (${fn})(...arguments);`;
      return (await this.page.ask('WebDriver:ExecuteScript', { script, args, sandbox: 'system' })).value;
    } finally {
      await this.page.ask('Marionette:SetContext', { value: 'content' });
    }
  }

  /** From now on, types these into Firefox's own dialogs as they come up, one each, and presses OK. */
  async typeInDialogs(texts) {
    await this.inside((texts) => {
      window.dialogTexts = texts;
      window.dialogsSeen = [];
      window.dialogTyper ??= {
        observe(subject) {
          const { ui } = subject.Dialog;
          window.dialogsSeen.push(ui.infoBody.textContent);
          const text = window.dialogTexts.shift();
          if (text === undefined) return;
          ui.password1Textbox.value = text;
          const press = () => (ui.button0.disabled ? subject.setTimeout(press, 50) : ui.button0.click());
          subject.setTimeout(press, 0);
        },
      };
      if (!window.dialogTyper.there) Services.obs.addObserver(window.dialogTyper, 'common-dialog-loaded');
      window.dialogTyper.there = true;
      return true;
    }, texts);
  }

  /** What those dialogs said since then. */
  dialogs() {
    return this.inside(() => window.dialogsSeen);
  }

  async picture(file) {
    const { value } = await this.page.ask('WebDriver:TakeScreenshot', { full: false });
    writeFileSync(file, Buffer.from(value, 'base64'));
  }

  async close() {
    await this.page.ask('Marionette:Quit', { flags: ['eForceQuit'] }).catch(() => {});
    await until('Firefox to end', () => this.ended, 60_000).catch(() => this.child.kill('SIGKILL'));
  }
}

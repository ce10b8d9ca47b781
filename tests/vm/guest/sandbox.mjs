// `pocketkey sandbox` as the tests see it: the process, its state, and the simulated phone it answers with.
import { spawn } from 'node:child_process';
import { openSync, readdirSync } from 'node:fs';
import { assert, until } from './kit.mjs';

export const origin = 'http://localhost:8080';

/** The HID devices there are, by names that are never used twice. */
const devices = () => readdirSync('/sys/bus/hid/devices');

export class Sandbox {
  constructor(binary, log, options) {
    const out = openSync(log, 'w');
    this.child = spawn(binary, ['sandbox', '--listen', '127.0.0.1:8080', '--log', 'info,pocketkey_phone=trace', ...options], {
      stdio: ['ignore', out, out],
    });
    this.child.on('error', (error) => (this.ended = error.message));
    this.child.on('exit', (code, signal) => (this.ended = `it left with ${code ?? signal}`));
  }

  async call(method, path, body) {
    assert(!this.ended, `the sandbox is gone: ${this.ended}`);
    const answer = await fetch(`${origin}/api/v1/sandbox${path}`, {
      method,
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    assert(answer.ok, `${method} /api/v1/sandbox${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  state() {
    return this.call('GET', '');
  }

  /** The key is plugged in and its phone is there; the answer. */
  async ready(limit) {
    await until('the sandbox to answer', async () => this.ended || (await this.state()), limit);
    assert(!this.ended, `the sandbox did not start: ${this.ended}`);
    return until('the key to be ready', async () => {
      const state = await this.state();
      if (state.key.state === 'ready') return state;
      throw new Error(`key is ${JSON.stringify(state.key)}`);
    });
  }

  async phone() {
    return (await this.state()).phones[0];
  }

  /** How the phone answers from now on: approve, deny, ignore or ask. */
  async script(mode) {
    await this.call('POST', `/phones/${(await this.phone()).id}/script`, { mode });
  }

  /** What a person does on the phone's screen: approve, deny, unlock, unlock_wrong. */
  async touch(touch) {
    await this.call('POST', `/phones/${(await this.phone()).id}/touch`, { touch });
  }

  /** The phone scans a QR code with this text. */
  async scan(text) {
    await this.call('POST', `/phones/${(await this.phone()).id}/touch`, { touch: 'scan', text });
  }

  /** The phone shows this screen; the screen. */
  shows(kind, limit) {
    return until(
      `the phone to show "${kind}"`,
      async () => {
        const { screen } = await this.phone();
        if (screen.kind === kind) return screen;
        throw new Error(`it shows ${JSON.stringify(screen)}`);
      },
      limit,
    );
  }

  /** Switches the phone on or off and waits until the key knows. */
  async online(online) {
    await this.call('POST', `/phones/${(await this.phone()).id}/online`, { online });
    if (online) await this.ready();
    else await until('the key to notice', async () => (await this.state()).key.state !== 'ready');
  }

  /** How the phone's authenticator works from now on; what is left out is as in a new phone. Waits for the key. */
  async authenticator(settings) {
    await this.pluggedInAnew(async () => this.call('PUT', `/phones/${(await this.phone()).id}/authenticator`, settings));
  }

  /** How the key says that it still works: prompt, late or missing. */
  async keepalives(keepalives) {
    await this.pluggedInAnew(() => this.call('PUT', '/key/keepalives', { keepalives }));
  }

  /** Switches the key on or off and waits until it says so. */
  async switchKey(on) {
    await this.call('PUT', '/key/on', { on });
    if (on) await this.ready();
    else await until('the key to be off', async () => (await this.state()).key.state === 'disabled');
  }

  /** Unplugs the key and plugs it in again. */
  async replug() {
    await this.pluggedInAnew(() => this.call('POST', '/key/replug'));
  }

  /** Does it, and waits until another device has taken the place of the present one. */
  async pluggedInAnew(act) {
    const before = await until('the key to be plugged in', () => devices().length === 1 && devices());
    await act();
    await until('the key to be plugged in again', async () => {
      const now = devices();
      if (now.length === 1 && now[0] !== before[0]) return true;
      throw new Error(`there are ${now.join(', ') || 'none'}`);
    });
  }

  /** A request has reached the phone's screen. */
  asking(limit) {
    return this.shows('request', limit);
  }

  /** Nothing is on the phone's screen any more. */
  home(limit) {
    return this.shows('home', limit);
  }

  async stop() {
    if (this.ended) return;
    this.child.kill('SIGTERM');
    await until('the sandbox to stop', () => this.ended, 20_000).catch(() => this.child.kill('SIGKILL'));
  }
}

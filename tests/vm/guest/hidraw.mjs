// CTAPHID without a library, on the kernel's own hidraw node: several clients at once, lock, cancel, and how long the key
// takes to answer what it answers by itself. Times are told, not judged.
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, check, runs, until } from './kit.mjs';

const broadcast = 0xffffffff;
const command = { ping: 0x01, lock: 0x04, init: 0x06, wink: 0x08, cbor: 0x10, cancel: 0x11, keepalive: 0x3b, error: 0x3f };
const getInfo = [0x04];
const selection = [0x0b];
const text = (words) => [0x60 + words.length, ...Buffer.from(words)];
const bytes = (byte) => [0x58, 32, ...Array(32).fill(byte)];
const makeCredential = [
  0x01, 0xa5, 1, ...bytes(7),
  2, 0xa2, ...text('id'), ...text('bench.example'), ...text('name'), ...text('Bench'),
  3, 0xa2, ...text('id'), 0x41, 1, ...text('name'), ...text('ada'),
  4, 0x81, 0xa2, ...text('alg'), 0x26, ...text('type'), ...text('public-key'),
  7, 0xa1, ...text('rk'), 0xf5,
];
const getAssertion = [0x02, 0xa3, 1, ...text('bench.example'), 2, ...bytes(8), 5, 0xa1, ...text('uv'), 0xf5];
const busy = 0x06;
const keepaliveCancel = 0x2d;

/** A client with the node open for itself. What is for other channels passes it by. */
class Client {
  static async open(device) {
    const client = new Client();
    client.node = await open(device, 'r+');
    client.messages = [];
    client.waiting = [];
    client.reading = client.read();
    const nonce = randomBytes(8);
    client.cid = broadcast;
    await client.send(command.init, nonce);
    for (;;) {
      const { payload } = await client.receive();
      if (!payload.subarray(0, 8).equals(nonce)) continue; // another client's
      client.cid = payload.readUInt32BE(8);
      return client;
    }
  }

  async send(cmd, payload = []) {
    const data = Buffer.from(payload);
    const head = Buffer.alloc(7);
    head.writeUInt32BE(this.cid);
    head[4] = cmd | 0x80;
    head.writeUInt16BE(data.length, 5);
    let packet = Buffer.concat([head, data.subarray(0, 57)]);
    let rest = data.subarray(57);
    for (let sequence = 0; ; sequence++) {
      const report = Buffer.alloc(65); // a report number, which is 0, and the report
      packet.copy(report, 1);
      await this.node.write(report);
      if (rest.length === 0) return;
      const next = Buffer.alloc(5);
      next.writeUInt32BE(this.cid);
      next[4] = sequence;
      packet = Buffer.concat([next, rest.subarray(0, 59)]);
      rest = rest.subarray(59);
    }
  }

  async read() {
    const report = Buffer.alloc(64);
    let message;
    for (;;) {
      const { bytesRead } = await this.node.read(report, 0, 64, null).catch(() => ({ bytesRead: 0 }));
      if (bytesRead === 0 || this.closed) return;
      if (report.readUInt32BE(0) !== this.cid) continue;
      if (report[4] & 0x80) message = { cmd: report[4] & 0x7f, length: report.readUInt16BE(5), payload: Buffer.from(report.subarray(7)) };
      else if (message) message.payload = Buffer.concat([message.payload, report.subarray(5)]);
      if (!message || message.payload.length < message.length) continue;
      const whole = { cmd: message.cmd, payload: message.payload.subarray(0, message.length) };
      message = undefined;
      if (this.waiting.length) this.waiting.shift()(whole);
      else this.messages.push(whole);
    }
  }

  /** The next message, whatever it is. */
  receive() {
    if (this.messages.length) return Promise.resolve(this.messages.shift());
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** The next message that is no keep-alive. */
  async answer() {
    for (;;) {
      const message = await this.receive();
      if (message.cmd !== command.keepalive) return message;
    }
  }

  async ask(cmd, payload) {
    await this.send(cmd, payload);
    return this.answer();
  }

  /** Closes the node. The read that waits on it ends with the next report: a ping of its own. */
  async close() {
    this.closed = true;
    await this.send(command.ping, [0]);
    await this.reading;
    await this.node.close();
  }
}

const device = () => until('the key to be listed', async () => (await runs('fido2-token', ['-L'])).split(':')[0]);

/** The median time of an act, in milliseconds. */
async function median(count, act, pause = 0) {
  const times = [];
  for (let round = 0; round < count; round++) {
    await sleep(pause);
    const from = process.hrtime.bigint();
    await act();
    times.push(Number(process.hrtime.bigint() - from) / 1e6);
  }
  times.sort((a, b) => a - b);
  return times[count >> 1];
}

export async function hidraw(sandbox) {
  const path = await device();
  await sandbox.script('ask');
  const [one, two] = [await Client.open(path), await Client.open(path)];
  await check('hidraw: two clients have channels of their own', () => assert(one.cid !== two.cid, `both have ${one.cid}`));
  await check('hidraw: a ping of 1,200 bytes comes back', async () => {
    const sent = randomBytes(1200);
    const { cmd, payload } = await one.ask(command.ping, sent);
    assert(cmd === command.ping && payload.equals(sent), `it answers ${cmd} with ${payload.length} bytes`);
  });
  await check('hidraw: while one is served, another is told that the key is busy', async () => {
    await one.send(command.cbor, selection);
    await sandbox.asking();
    const { cmd, payload } = await two.ask(command.cbor, getInfo);
    assert(cmd === command.error && payload[0] === busy, `it answers ${cmd} ${payload.toString('hex')}`);
    const third = await Client.open(path);
    assert(third.cid > two.cid, 'INIT is not answered meanwhile');
    await third.close();
  });
  await check('hidraw: cancelling is answered at once, once', async () => {
    const from = process.hrtime.bigint();
    await one.send(command.cancel);
    const { cmd, payload } = await one.answer();
    const took = Number(process.hrtime.bigint() - from) / 1e6;
    assert(cmd === command.cbor && payload[0] === keepaliveCancel, `it answers ${cmd} ${payload.toString('hex')}`);
    await one.send(command.cancel);
    const next = await one.ask(command.ping, [7]);
    assert(next.cmd === command.ping, `the second is answered with ${next.cmd}`);
    await sandbox.home();
    return `after ${took.toFixed(2)} ms`;
  });
  await check('hidraw: a locked key serves its holder alone, until it is let go', async () => {
    await one.ask(command.lock, [10]);
    const shut = await two.ask(command.cbor, getInfo);
    assert(shut.cmd === command.error && shut.payload[0] === busy, `it answers ${shut.cmd}`);
    const served = await one.ask(command.cbor, getInfo);
    assert(served.cmd === command.cbor && served.payload[0] === 0, `the holder gets ${served.cmd}`);
    await one.ask(command.lock, [0]);
    const again = await two.ask(command.cbor, getInfo);
    assert(again.cmd === command.cbor, `it answers ${again.cmd}`);
  });
  await check('hidraw: getInfo, the phone being on and off', async () => {
    const asked = async () => {
      const { cmd, payload } = await one.ask(command.cbor, getInfo);
      assert(cmd === command.cbor && payload[0] === 0, `it answers ${cmd} ${payload.toString('hex')}`);
    };
    const on = await median(100, asked);
    await sandbox.online(false);
    const off = await median(100, asked).finally(() => sandbox.online(true));
    return `p50 ${on.toFixed(2)} ms on, ${off.toFixed(2)} ms off`;
  });
  await check('hidraw: a whole sign-in through uhid, relay and phone', async () => {
    await sandbox.script('approve');
    const asks = async (request) => {
      const { cmd, payload } = await one.ask(command.cbor, request);
      assert(cmd === command.cbor && payload[0] === 0, `it answers ${cmd} ${payload.toString('hex')}`);
    };
    await asks(makeCredential);
    // No faster than the relay takes frames of one device.
    const whole = await median(40, () => asks(getAssertion), 60);
    await sandbox.script('ask');
    const bench = `${process.env.CLIENTS}/bench`; // by `make bench` only
    if (!existsSync(bench)) return `p50 ${whole.toFixed(2)} ms`;
    const core = Number(await runs(bench, ['core']));
    return `p50 ${whole.toFixed(2)} ms, ${(whole / core).toFixed(1)} × the core asked directly (${core.toFixed(2)} ms)`;
  });
  await one.close();
  await two.close();
}

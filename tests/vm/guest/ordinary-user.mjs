// A user who is not root: what the pairing tool says where they may not have a key, `pocketkey udev --install`, and then
// pairing, registering and signing in. In the guest only, since it loads modules, makes users and starts udev.
import { statSync } from 'node:fs';
import { assert, check, run, runs, start, until } from './kit.mjs';
import { origin, Sandbox } from './sandbox.mjs';

const user = 'udo';
const client = `${process.env.CLIENTS}/vm-client`;

/** The command line that runs this as the user, with the groups they have by now, or with those of before. */
const asUser = (...command) => ['runuser', '-u', user, '--', ...command];
const asUserOfBefore = (...command) => [
  'setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', 'env', `HOME=/home/${user}`, ...command,
];

/** The pairing tool, which runs until it is stopped; what it has said so far is `said()`. */
class PairingTool {
  constructor(binary, as) {
    const [program, ...args] = as(binary, 'pair', '--server', origin, '--name', 'guest');
    this.tool = start(program, args, { limit: 600_000 });
    this.tool.done.catch(() => {}).finally(() => (this.ended = true));
    this.text = '';
    for (const stream of [this.tool.child.stdout, this.tool.child.stderr]) stream.on('data', (chunk) => (this.text += chunk));
  }

  /** Waits until it has said this; the match. */
  async says(pattern) {
    await until(`the pairing tool to say ${pattern}`, () => pattern.test(this.text) || this.ended).catch(() => {});
    assert(pattern.test(this.text), `it does not say ${pattern}${this.ended ? ', and is gone' : ''}:\n${this.text}`);
    return this.text.match(pattern);
  }

  async stop() {
    this.tool.child.kill('SIGTERM');
    await until('the pairing tool to end', () => this.ended, 20_000).catch(() => this.tool.child.kill('SIGKILL'));
  }
}

/** What the pairing tool says to the user as things are, up to this. */
async function advice(binary, as, pattern) {
  const tool = new PairingTool(binary, as);
  try {
    const [found] = await tool.says(pattern);
    return found;
  } finally {
    await tool.stop();
  }
}

/** The owner's group and the permissions of a device file, as `ls` would say. */
async function standing(file) {
  return (await runs('stat', ['-c', '%G %a', file])).trim();
}

/** Device files are made, and given their permissions, by udev from here on. */
async function startUdev() {
  const { code } = await run('udevadm', ['control', '--ping']);
  if (code !== 0) await runs('/lib/systemd/systemd-udevd', ['--daemon']);
  await runs('udevadm', ['trigger', '--action=add']);
  await runs('udevadm', ['settle']);
}

export async function ordinaryUser(binary, out) {
  let tool;
  const sandbox = new Sandbox(binary, `${out}/sandbox-of-user.log`, ['--no-uhid', '--data', '/tmp/sandbox-of-user']);
  await check('ordinary user: a sandbox without a key of its own', async () => {
    await until('the sandbox to have a phone', async () => (await sandbox.phone())?.screen.kind === 'home');
    await sandbox.script('approve');
  });
  await check('ordinary user: udev runs', startUdev);
  await check('ordinary user: is told how to have /dev/uhid', async () => {
    await runs('useradd', ['--create-home', user]);
    await runs('modprobe', ['-r', 'uhid']);
    return advice(binary, asUser, /no usable \/dev\/uhid[^]*sudo \S+ udev --install/).then(() => 'sudo … udev --install');
  });
  await check('ordinary user: is told how to be allowed to open it', async () => {
    await runs('modprobe', ['uhid']);
    await runs('udevadm', ['settle']);
    return advice(binary, asUser, /may not open \/dev\/uhid[^]*sudo \S+ udev --install/).then(() => 'sudo … udev --install');
  });
  await check('ordinary user: the installation is shown, and changes nothing', async () => {
    const script = await runs(...split(asUser(binary, 'udev')));
    assert(script.includes('/etc/udev/rules.d/70-pocketkey.rules'), `it shows:\n${script}`);
    assert((await standing('/dev/uhid')) === 'root 600', `/dev/uhid is ${await standing('/dev/uhid')}`);
  });
  await check('ordinary user: cannot install it', async () => {
    const { code, stderr } = await run(...split(asUser(binary, 'udev', '--install')));
    assert(code === 1 && stderr.includes('sudo'), `it left with ${code}:\n${stderr}`);
  });
  await check('ordinary user: root installs it for them', async () => {
    const said = await runs(binary, ['udev', '--install'], { env: { SUDO_USER: user } });
    const now = await standing('/dev/uhid');
    assert(now === 'pocketkey 660', `/dev/uhid is ${now} after:\n${said}`);
    return `/dev/uhid is ${now}`;
  });
  await check('ordinary user: signed in before that, is told to sign in again', () =>
    advice(binary, asUserOfBefore, /sign out and in again/),
  );
  await check('ordinary user: pairs a phone, and the key is plugged in', async () => {
    tool = new PairingTool(binary, asUser);
    const [text] = await tool.says(/http:\S+\/pair#\S+/);
    await sandbox.scan(text);
    await tool.says(/Paired with/);
    await until('the key', () => statSync('/dev/hidraw0'));
    await runs('udevadm', ['settle']);
    const now = await standing('/dev/hidraw0');
    assert(now === 'pocketkey 660', `/dev/hidraw0 is ${now}`);
    return `/dev/hidraw0 is ${now}`;
  });
  await check('ordinary user: fido2-token -L lists it', async () => {
    const listed = await runs(...split(asUser('fido2-token', '-L')));
    assert(listed.startsWith('/dev/hidraw0'), `it lists: ${listed}`);
  });
  await check('ordinary user: registers and signs in', async () => {
    return (await runs(...split(asUser(client, 'round-trip', 'user.test', 'uv')))).trim().replaceAll('\n', '; ');
  });
  await check('ordinary user: somebody else may not use the key', async () => {
    const { code } = await run('runuser', ['-u', 'nobody', '--', 'fido2-token', '-I', '/dev/hidraw0']);
    assert(code !== 0, 'nobody read what the key can do');
  });
  await tool?.stop();
  await sandbox.stop();
}

/** A command line as `run` and `runs` take it. */
const split = ([program, ...args]) => [program, args];

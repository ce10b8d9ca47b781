// OpenSSH: keys that only work together with the security key, and logging in with them at a local sshd.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { assert, check, run, runs, start, until } from './kit.mjs';

const port = 2222;
export const home = '/tmp/openssh';
const authorized = `${home}/authorized_keys`;

/** What `ssh-keygen` is asked to make. Who has several security keys touches the one that is meant; here is one. */
export function keygen(type, file, options = []) {
  const wishes = options.flatMap((option) => ['-O', option]);
  return ['-q', '-t', type, '-N', '', '-C', file, '-f', `${home}/${file}`, ...wishes];
}

/** Only this key may log in from now on. */
export function authorize(file, options = '') {
  writeFileSync(authorized, `${options}${readFileSync(`${home}/${file}.pub`, 'utf8')}`);
}

/** What `ssh` is asked: log in with this key and nothing else, and say so. */
export function login(file) {
  const settings = {
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    PreferredAuthentications: 'publickey',
    StrictHostKeyChecking: 'no',
    UserKnownHostsFile: '/dev/null',
    LogLevel: 'ERROR',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  return ['-F', 'none', '-p', `${port}`, '-i', `${home}/${file}`, ...options, `${userInfo().username}@127.0.0.1`, 'echo logged in'];
}

/** An sshd that knows only the keys authorised above; keys of before are gone. */
export async function startSshd() {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  writeFileSync(authorized, '');
  await runs('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${home}/host`]);
  const settings = {
    Port: port,
    ListenAddress: '127.0.0.1',
    HostKey: `${home}/host`,
    AuthorizedKeysFile: authorized,
    PidFile: 'none',
    PasswordAuthentication: 'no',
    KbdInteractiveAuthentication: 'no',
    PermitRootLogin: 'yes',
    StrictModes: 'no',
    UsePAM: 'no',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const sshd = start('/usr/sbin/sshd', ['-D', '-e', '-f', '/dev/null', ...options], { limit: 600_000 });
  sshd.done.catch(() => {});
  await until('sshd to listen', async () => (await run('ssh-keyscan', ['-p', `${port}`, '127.0.0.1'])).stdout.includes('ed25519'));
  return { stop: () => sshd.child.kill('SIGTERM') };
}

/** Makes a key of this type and logs in with it. */
export async function roundTrip(type, file) {
  await runs('ssh-keygen', keygen(type, file));
  authorize(file);
  const said = await runs('ssh', login(file));
  assert(said.trim() === 'logged in', `ssh said ${said}`);
}

export async function openssh(sandbox) {
  let sshd;
  await check('openssh: a local sshd', async () => {
    sshd = await startSshd();
  });
  if (!sshd) return;
  await sandbox.script('approve');
  await check('openssh: ecdsa-sk, made and logged in with', async () => {
    await roundTrip('ecdsa-sk', 'id_ecdsa_sk');
    const key = readFileSync(`${home}/id_ecdsa_sk.pub`, 'utf8');
    assert(key.startsWith('sk-ecdsa-sha2-nistp256@openssh.com '), `the key is ${key}`);
  });
  await check('openssh: the phone shows which key is asked for', async () => {
    await sandbox.script('ask');
    const client = start('ssh', login('id_ecdsa_sk'));
    const { request } = await sandbox.asking();
    await sandbox.touch('approve');
    const { code, stdout, stderr } = await client.done;
    assert(code === 0 && stdout.trim() === 'logged in', `ssh left with ${code}\n${stderr}`);
    return `${request.action} at ${request.rp_id}`;
  });
  await check('openssh: the phone denies', async () => {
    await sandbox.script('deny');
    const { code, stderr } = await run('ssh', login('id_ecdsa_sk'));
    assert(code === 255, `ssh left with ${code}`);
    return stderr.trim().split('\n').at(-1);
  });
  await check('openssh: and the next login passes', async () => {
    await sandbox.script('approve');
    await runs('ssh', login('id_ecdsa_sk'));
  });
  sshd.stop();
}

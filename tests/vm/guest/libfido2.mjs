// libfido2's own command-line tools against the virtual key: what OpenSSH, pam_u2f and Firefox are built on or behave like.
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { assert, check, run, runs, start, until } from './kit.mjs';

const rp = 'libfido2.test';
const hash = () => randomBytes(32).toString('base64');

let device;

/** Creates a credential; libfido2's file about it. */
async function create(flags, type = 'es256') {
  return run('fido2-cred', ['-M', ...flags, device, type], { input: creation() });
}

const creation = () => `${hash()}\n${rp}\nalice\n${randomBytes(16).toString('base64')}\n`;

/** Verifies the attestation; the credential's id and its public key in a file. */
async function verified(credential, flags = [], type = 'es256') {
  const lines = (await runs('fido2-cred', ['-V', ...flags, type], { input: credential })).split('\n');
  const file = `/tmp/public-key-${randomBytes(4).toString('hex')}.pem`;
  writeFileSync(file, lines.slice(1).join('\n'));
  return { id: lines[0], file };
}

const question = (id) => `${hash()}\n${rp}\n${id ? `${id}\n` : ''}`;

function expect(code, answer) {
  assert(answer.code !== 0, `it succeeded:\n${answer.stdout}`);
  assert(answer.stderr.includes(code), `expected ${code}, got:\n${answer.stderr}`);
}

/** What libfido2 calls the error it got. */
const named = (answer) => answer.stderr.match(/FIDO_ERR_\w+/)?.[0];

/** Creates with these flags, asserts with those, and verifies both with libfido2. */
async function roundTrip({ type = 'es256', flags = [], resident = false, uv = [] }) {
  const made = await create([...flags, ...(resident ? ['-r'] : []), ...uv], type);
  assert(made.code === 0, `fido2-cred -M left with ${made.code}\n${made.stderr}`);
  const key = await verified(made.stdout, uv, type);
  const flagsOfGet = [...flags, ...(resident ? ['-r'] : []), ...(uv.length ? ['-t', 'uv=true'] : [])];
  const given = await run('fido2-assert', ['-G', ...flagsOfGet, device], { input: question(resident ? null : key.id) });
  assert(given.code === 0, `fido2-assert -G left with ${given.code}\n${given.stderr}`);
  await runs('fido2-assert', ['-V', '-p', ...uv, key.file, type], { input: given.stdout });
  return key;
}

export async function libfido2(sandbox) {
  await check('libfido2: fido2-token -L lists one key', async () => {
    const listed = (await runs('fido2-token', ['-L'])).trim().split('\n');
    assert(listed.length === 1 && listed[0].startsWith('/dev/hidraw'), `it lists:\n${listed.join('\n')}`);
    device = listed[0].split(':')[0];
    return listed[0];
  });
  if (!device) return;

  await check('libfido2: fido2-token -I says what the key can do', async () => {
    const info = await runs('fido2-token', ['-I', device]);
    for (const wanted of [/version strings:.*FIDO_2_1\b/, /options:.*\brk\b/, /options:.*\buv\b/]) {
      assert(wanted.test(info), `no ${wanted} in:\n${info}`);
    }
    assert(!info.includes('FIDO_2_2'), `it advertises FIDO_2_2:\n${info}`);
    const largest = Number(info.match(/maxmsgsiz: (\d+)/)?.[1]);
    // More than 1,800 bytes do not fit the kernel's uhid ring of 32 reports.
    assert(largest >= 1024 && largest <= 1800, `maxMsgSize is ${largest}`);
    return `maxMsgSize ${largest}`;
  });

  await sandbox.script('approve');
  let key;
  await check('libfido2: es256, registers and signs in', async () => {
    key = await roundTrip({});
  });
  await check('libfido2: eddsa and es384, registers and signs in', async () => {
    for (const type of ['eddsa', 'es384']) await roundTrip({ type });
  });
  await check('libfido2: U2F, registers and signs in', async () => {
    await roundTrip({ flags: ['-u'] });
  });
  await check('libfido2: resident, with user verification', async () => {
    await roundTrip({ resident: true, uv: ['-v'] });
  });

  await check('libfido2: approved and unlocked by hand, after a wrong finger', async () => {
    assert(key, 'there is no credential to sign in with');
    await sandbox.script('ask');
    const client = start('fido2-assert', ['-G', '-t', 'uv=true', device], { input: question(key.id) });
    const { request } = await sandbox.asking();
    assert(request.rp_id === rp && request.action === 'sign_in', `the phone asks ${JSON.stringify(request)}`);
    await sandbox.touch('approve');
    await sandbox.shows('unlock');
    await sandbox.touch('unlock_wrong');
    await until('the phone to say so', async () => (await sandbox.shows('unlock')).tries_left !== undefined);
    await sandbox.touch('unlock');
    const given = await client.done;
    assert(given.code === 0, `fido2-assert -G left with ${given.code}\n${given.stderr}`);
    await runs('fido2-assert', ['-V', '-p', '-v', key.file, 'es256'], { input: given.stdout });
  });

  await check('libfido2: the phone denies a registration', async () => {
    await sandbox.script('deny');
    expect('FIDO_ERR_OPERATION_DENIED', await create([]));
  });
  await check('libfido2: the phone denies a sign-in', async () => {
    assert(key, 'there is no credential to sign in with');
    await sandbox.script('deny');
    expect('FIDO_ERR_OPERATION_DENIED', await run('fido2-assert', ['-G', device], { input: question(key.id) }));
  });
  await check('libfido2: the phone is off: the request waits, and passes once it is back', async () => {
    await sandbox.script('approve');
    await sandbox.online(false);
    const asked = create([]);
    await sleep(2_000);
    await sandbox.online(true);
    const answer = await asked;
    assert(answer.code === 0, answer.stderr);
    return `after ${answer.took} ms`;
  });
  await check('libfido2: the phone stays off, and the key says so when the time is over', async () => {
    await sandbox.online(false);
    const answer = await create([]).finally(() => sandbox.online(true));
    expect('FIDO_ERR_OPERATION_DENIED', answer);
    return `after ${answer.took} ms`;
  });
  await check('libfido2: the key is switched off, and what it asks and is asked ends at once', async () => {
    await sandbox.script('ask');
    const client = start('fido2-cred', ['-M', device, 'es256'], { input: creation() });
    await sandbox.asking();
    await sandbox.switchKey(false);
    try {
      expect('FIDO_ERR_OPERATION_DENIED', await client.done);
      await sandbox.home();
      const next = await create([]);
      expect('FIDO_ERR_OPERATION_DENIED', next);
      assert((await sandbox.phone()).screen.kind === 'home', 'the phone received it');
      await runs('fido2-token', ['-I', device]);
      return `the next after ${next.took} ms`;
    } finally {
      await sandbox.switchKey(true);
      await sandbox.script('approve');
    }
  });
  await check('libfido2: a client that goes away takes its request off the phone', async () => {
    assert(key, 'there is no credential to sign in with');
    await sandbox.script('ask');
    const client = start('fido2-assert', ['-G', '-t', 'uv=true', device], { input: question(key.id) });
    await sandbox.asking();
    client.child.kill('SIGKILL');
    await client.done;
    // Sooner than the request would run out by itself.
    await sandbox.home(30_000);
  });
  await check('libfido2: nobody answers, and the key gives up', async () => {
    await sandbox.script('ignore');
    const answer = await run('fido2-cred', ['-M', device, 'es256'], { input: creation(), limit: 180_000 });
    expect('FIDO_ERR_USER_ACTION_TIMEOUT', answer);
    await sandbox.home();
    return `after ${(answer.took / 1000).toFixed(1)} s`;
  });
  await check('libfido2: and the next request passes', async () => {
    await sandbox.script('approve');
    await roundTrip({});
  });
}

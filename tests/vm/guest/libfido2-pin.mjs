// The key's PIN, with libfido2's tools: set, changed, mistaken. Leaves the key with `pin`.
import { writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { assert, check, run, runs } from './kit.mjs';

/** The PIN that the key has afterwards. */
export const pin = '84712';

/** A tool that asks for PINs: it reads them from its terminal, or from its input where it has none (setsid). */
export const withPins = (program, args, ...pins) => run('setsid', ['-w', program, ...args], { input: pins.map((each) => `${each}\n`).join('') });

export async function passes(program, args, ...pins) {
  const { code, stdout, stderr } = await withPins(program, args, ...pins);
  assert(code === 0, `${program} ${args.join(' ')} left with ${code}\n${stderr}${stdout}`);
  return stdout;
}

async function retries(device) {
  return Number((await runs('fido2-token', ['-I', device])).match(/pin retries: (\d+)/)?.[1]);
}

export async function libfido2Pin(sandbox) {
  const [device] = (await runs('fido2-token', ['-L'])).split(':');
  await sandbox.script('approve');
  await check('libfido2: it has no PIN at first', async () => {
    const info = await runs('fido2-token', ['-I', device]);
    assert(/options:.*\bnoclientPin\b/.test(info), `it says:\n${info}`);
  });
  await check('libfido2: sets a PIN', async () => {
    await passes('fido2-token', ['-S', device], '1234567', '1234567');
    const info = await runs('fido2-token', ['-I', device]);
    assert(/options:.*[ ,]clientPin\b/.test(info), `it says:\n${info}`);
    return `${await retries(device)} tries`;
  });
  await check('libfido2: changes the PIN', () => passes('fido2-token', ['-C', device], '1234567', pin, pin));
  await check('libfido2: a wrong PIN is refused and counted', async () => {
    const before = await retries(device);
    const { code, stderr } = await withPins('fido2-token', ['-C', device], 'wrong', '000000', '000000');
    assert(code !== 0 && stderr.includes('FIDO_ERR_PIN_INVALID'), `it left with ${code}:\n${stderr}`);
    const after = await retries(device);
    assert(after === before - 1, `${before} tries before, ${after} after`);
    return `${after} tries left`;
  });
  await check('libfido2: too short a PIN is refused', async () => {
    const { code, stderr } = await withPins('fido2-token', ['-C', device], pin, '123', '123');
    assert(code !== 0, `it took it:\n${stderr}`);
    return stderr.trim().split('\n').at(-1);
  });
  await check('libfido2: the right PIN sets the tries back', async () => {
    await passes('fido2-token', ['-C', device], pin, pin, pin);
    assert((await retries(device)) === 8, `${await retries(device)} tries are left`);
  });
  await check('libfido2: registers with the PIN', async () => {
    const lines = [randomBytes(32).toString('base64'), 'pin.test', 'alice', randomBytes(16).toString('base64'), ''];
    writeFileSync('/tmp/pin-request', lines.join('\n'));
    await passes('fido2-cred', ['-M', '-v', '-i', '/tmp/pin-request', '-o', '/tmp/pin-credential', device, 'es256'], pin);
    await runs('fido2-cred', ['-V', '-v', '-i', '/tmp/pin-credential', '-o', '/tmp/pin-verified', 'es256']);
  });
}

// What is in the key, with libfido2's tools: its credentials, its large blobs, its settings. Runs after libfido2-pin.mjs.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { assert, check, runs } from './kit.mjs';
import { passes, pin } from './libfido2-pin.mjs';

const rp = 'management.test';
const request = '/tmp/management-request';
const credential = '/tmp/management-credential';

export async function libfido2Management(sandbox) {
  const [device] = (await runs('fido2-token', ['-L'])).split(':');
  const token = (...args) => passes('fido2-token', [...args, device], pin);
  const keys = async () => (await token('-L', '-k', rp)).trim().split('\n').filter(Boolean);
  await sandbox.script('approve');
  let id;

  await check('libfido2: lists a credential it has made', async () => {
    const lines = [randomBytes(32).toString('base64'), rp, 'alice', randomBytes(16).toString('base64'), ''];
    writeFileSync(request, lines.join('\n'));
    await passes('fido2-cred', ['-M', '-r', '-b', '-v', '-i', request, '-o', credential, device, 'es256'], pin);
    const rps = await token('-L', '-r');
    assert(rps.includes(rp), `it lists the relying parties:\n${rps}`);
    const listed = await keys();
    assert(listed.length === 1, `it lists the credentials:\n${listed.join('\n')}`);
    id = listed[0].split(' ')[1];
    return listed[0];
  });
  if (!id) return;

  await check('libfido2: keeps a large blob', async () => {
    const [blob, read] = ['/tmp/blob', '/tmp/blob-read'];
    writeFileSync(blob, randomBytes(700));
    await token('-S', '-b', '-n', rp, '-i', id, blob);
    const listed = await token('-L', '-b');
    assert(/\b700\b/.test(listed), `it lists:\n${listed}`);
    await token('-G', '-b', '-n', rp, '-i', id, read);
    assert(readFileSync(read).equals(readFileSync(blob)), 'it reads something else');
    await token('-D', '-b', '-n', rp, '-i', id);
  });
  await check('libfido2: always asks for verification once told to', async () => {
    const info = async () => runs('fido2-token', ['-I', device]);
    await token('-S', '-u');
    const told = await info();
    await token('-D', '-u');
    assert(/options:.*[ ,]alwaysUv\b/.test(told), `it says:\n${told}`);
    assert(/options:.*\bnoalwaysUv\b/.test(await info()), `it says:\n${await info()}`);
  });
  await check('libfido2: wants a longer PIN once told to', async () => {
    await token('-S', '-l', '5');
    const info = await runs('fido2-token', ['-I', device]);
    assert(/minpinlen: 5/.test(info), `it says:\n${info}`);
  });
  await check('libfido2: deletes a credential', async () => {
    await token('-D', '-i', id);
    assert((await keys().catch(() => [])).length === 0, 'it is still listed');
  });
}

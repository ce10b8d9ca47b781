// A key that verifies by PIN alone, and has one: for the browsers' PIN dialogs.
import { assert, runs } from './kit.mjs';
import { passes } from './libfido2-pin.mjs';

/** Sets this PIN, unless there is one. */
export async function hasPin(sandbox, pin) {
  const [device] = (await runs('fido2-token', ['-L'])).split(':');
  assert(device, 'there is no key');
  await sandbox.script('approve');
  if (/options:.*\bnoclientPin\b/.test(await runs('fido2-token', ['-I', device]))) {
    await passes('fido2-token', ['-S', device], pin, pin);
  }
}

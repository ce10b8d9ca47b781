// python-fido2, as client and as the server that verifies: python_fido2.py does it, this says what it should come to.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { assert, check } from './kit.mjs';

/** The Python program: questions and answers, a line each. */
class Program {
  constructor(...args) {
    this.child = spawn('python3', ['-B', new URL('python_fido2.py', import.meta.url).pathname, ...args], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONPATH: `${process.env.CLIENTS}/python` },
    });
    this.answers = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  tell(line) {
    this.child.stdin.write(`${line}\n`);
  }

  async answer() {
    const { value, done } = await this.answers.next();
    assert(!done, 'the Python program is gone');
    return JSON.parse(value);
  }

  /** What a command that must succeed gives. */
  async does(command) {
    this.tell(command);
    const { ok, error } = await this.answer();
    assert(error === undefined, error);
    return ok;
  }

  end() {
    this.child.stdin.end();
  }
}

const expect = (code, { error }) => assert(error === code, `expected ${code}, got ${error ?? 'success'}`);

export const pythonFido2 = (sandbox) => tried('python-fido2', sandbox, new Program());

/** The same with the library's own client, which needs a key with pinUvAuthToken. */
export const pythonFido2Client = (sandbox) => tried("python-fido2's client", sandbox, new Program('client'));

async function tried(name, sandbox, python) {
  await check(`${name}: lists one key`, async () => {
    const keys = await python.does('list');
    assert(keys.length === 1, `it lists:\n${keys.join('\n')}`);
    return keys[0];
  });
  await sandbox.script('approve');
  await check(`${name}: registers and signs in`, () => python.does('round-trip'));
  await check(`${name}: discoverable, user verified`, () => python.does('discoverable'));
  await check(`${name}: the phone denies`, async () => {
    await sandbox.script('deny');
    python.tell('sign-in');
    expect('OPERATION_DENIED', await python.answer());
  });
  await check(`${name}: cancelling takes the request off the phone`, async () => {
    await sandbox.script('ask');
    python.tell('sign-in');
    await sandbox.asking();
    python.tell('cancel');
    expect('KEEPALIVE_CANCEL', await python.answer());
    await sandbox.home(30_000);
  });
  await check(`${name}: and the next sign-in passes`, async () => {
    await sandbox.script('approve');
    await python.does('sign-in');
  });
  python.end();
}

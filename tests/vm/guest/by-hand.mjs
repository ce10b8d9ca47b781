// WebAuthn asked for by hand at the demo site's origin: what the demo page itself has no button for.
import { randomBytes } from 'node:crypto';
import { assert, until } from './kit.mjs';
import { origin } from './sandbox.mjs';

/** A page of the site with nothing on it that takes an emulated machine its time. */
export const page = `${origin}/healthz`;

const random = (length) => randomBytes(length).toString('base64url');
const flags = { up: 0x01, uv: 0x04, be: 0x08, bs: 0x10, at: 0x40, ed: 0x80 };

/** What stands in a credential's authenticator data: whether the person was verified, and so on. */
export function flag(credential, name) {
  return Boolean(Buffer.from(credential.response.authenticatorData, 'base64url')[32] & flags[name]);
}

/** The options of a registration; in JSON, as WebAuthn has it. `more` goes over them. */
export function creation(account, more = {}) {
  return {
    rp: { id: 'localhost', name: 'By hand' },
    user: { id: random(16), name: account, displayName: account },
    challenge: random(32),
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    timeout: 180_000,
    authenticatorSelection: { residentKey: 'discouraged', userVerification: 'discouraged' },
    ...more,
  };
}

/** The options of a sign-in with these credentials. */
export function request(credentials, more = {}) {
  const allowed = credentials.map(({ id }) => ({ type: 'public-key', id, transports: ['usb'] }));
  return {
    rpId: 'localhost',
    challenge: random(32),
    timeout: 180_000,
    userVerification: 'discouraged',
    allowCredentials: allowed,
    ...more,
  };
}

export class ByHand {
  constructor(browser) {
    this.browser = browser;
  }

  /** Opens a page of the site. */
  async open() {
    await this.browser.open(page);
    await this.stands();
  }

  async stands() {
    await until('a page of the site to stand', () =>
      this.browser.evaluate((page) => location.href === page && document.readyState === 'complete', page),
    );
  }

  /** Asks, and does not wait for the answer. `beside` are options beside publicKey, such as the mediation. */
  async begin(kind, options, beside = {}) {
    await this.browser.evaluate(
      (kind, options, beside) => {
        const parse = { create: 'parseCreationOptionsFromJSON', get: 'parseRequestOptionsFromJSON' }[kind];
        const publicKey = PublicKeyCredential[parse](options);
        window.asking = new AbortController();
        window.answer = null;
        navigator.credentials[kind]({ publicKey, signal: window.asking.signal, ...beside }).then(
          (credential) => (window.answer = { credential: credential.toJSON() }),
          ({ name, message }) => (window.answer = { error: name, message }),
        );
        return true;
      },
      kind,
      options,
      beside,
    );
  }

  /** What came of it so far: { credential }, { error, message } or null. */
  peek() {
    return this.browser.evaluate(() => window.answer);
  }

  answer(limit = 60_000) {
    return until('an answer', () => this.peek(), limit);
  }

  async abort() {
    await this.browser.evaluate(() => {
      window.asking?.abort();
      return true;
    });
  }

  async create(options) {
    await this.begin('create', options);
    return this.credential();
  }

  async get(options) {
    await this.begin('get', options);
    return this.credential();
  }

  /** The credential that the answer must be. */
  async credential() {
    const { credential, error, message } = await this.answer();
    assert(credential, `${error}: ${message}`);
    return credential;
  }
}

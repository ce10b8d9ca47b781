// The demo site's page as a test sees it. Every name the page gives its parts stands here and nowhere else.
import { until } from './kit.mjs';
import { origin } from './sandbox.mjs';

const parts = {
  account: '#demo-account',
  register: '[data-testid=demo-register]',
  signIn: '[data-testid=demo-sign-in]',
  passkeyRegister: '[data-testid=demo-passkey-register]',
  passkeySignIn: '[data-testid=demo-passkey-sign-in]',
  cancel: '[data-testid=demo-cancel]',
  outcome: '[data-testid=demo-outcome]',
};
const ends = ['registered', 'signed-in', 'failed'];

export class DemoPage {
  constructor(browser) {
    this.browser = browser;
  }

  /** Opens the page and waits until it stands; `query` such as "?timeout=8000" gives the site's own time limit. */
  async open(query = '') {
    await this.browser.open(`${origin}/demo${query}`);
    await until(
      'the demo page to stand',
      () =>
        this.browser.evaluate(
          (selectors) => location.pathname === '/demo' && selectors.every((each) => document.querySelector(each)),
          [parts.account, parts.register, parts.outcome],
        ),
      180_000,
    );
  }

  /** Types the account's name. */
  async account(name) {
    await this.browser.evaluate(
      (selector, value) => {
        const input = document.querySelector(selector);
        input.focus();
        input.value = value;
        input.dispatchEvent(new Event('input', { bubbles: true }));
        input.dispatchEvent(new Event('change', { bubbles: true }));
      },
      parts.account,
      name,
    );
  }

  /** Presses one of the buttons, and notes every outcome from there on. */
  async press(button) {
    await this.browser.evaluate(
      (outcome, pressed) => {
        let last;
        const note = () => {
          const { state, code } = document.querySelector(outcome)?.dataset ?? {};
          if (`${state} ${code}` === last) return;
          last = `${state} ${code}`;
          window.outcomes.push({ state, code });
        };
        window.outcomes = [];
        note();
        window.outcomes = [];
        window.outcomeObserver?.disconnect();
        window.outcomeObserver = new MutationObserver(note);
        window.outcomeObserver.observe(document.body, { subtree: true, childList: true, attributes: true });
        document.querySelector(pressed).click();
      },
      parts.outcome,
      parts[button],
    );
  }

  /** Gives up the request that the last press began: a page may, though Chromium's dialog keeps clicks away from it. */
  async cancel() {
    await this.browser.evaluate((selector) => document.querySelector(selector).click(), parts.cancel);
  }

  /** What the ceremony came to since the last press: { state, code, text }. */
  async outcome(limit = 120_000) {
    return until(
      'the page to say how it went',
      async () => {
        const { seen, text } = await this.browser.evaluate(
          (selector) => ({ seen: window.outcomes, text: document.querySelector(selector)?.innerText }),
          parts.outcome,
        );
        const last = seen.at(-1);
        if (!ends.includes(last?.state)) throw new Error(`it said ${JSON.stringify(seen)}`);
        return { ...last, text: text?.trim().replace(/\s+/g, ' ') };
      },
      limit,
    );
  }

  async ceremony(button, limit) {
    await this.press(button);
    return this.outcome(limit);
  }
}

// Chromium's own security-key dialog, read as a person would, although the browser is headless: through the
// debugging interface of its native user interface (--enable-ui-devtools), which shows views as if they were a page. With
// the feature ui-debug-tools-enable-synthetic-events it also presses and types.
//
// Needed because full Chromium keeps a failed request open until somebody has closed that dialog, and because real clicks
// do not reach the page below it.
import { assert, until } from './kit.mjs';

const widget = 'AuthenticatorRequestDialogView';
/** What a dialog is made of, by the class of the view. */
const kinds = { Label: 'label', MdTextButton: 'button' };

export class ChromiumDialog {
  constructor(views) {
    this.views = views;
  }

  /** The labels, buttons and fields of the dialog that is open, if one is: [{ id, kind, text }]. */
  async parts() {
    const found = [];
    const walk = (node, inside) => {
      const view = node.attributes?.[node.attributes.indexOf('class') + 1];
      const kind = kinds[view] ?? (/textfield$/i.test(view) ? 'field' : undefined);
      const here = inside || (node.nodeName === 'Widget' && node.attributes?.includes(widget));
      if (here && kind) found.push({ id: node.nodeId, kind });
      for (const child of node.children ?? []) walk(child, here);
    };
    walk((await this.views.ask('DOM.getDocument')).root, false);
    for (const part of found) {
      const { matchedCSSRules } = await this.views.ask('CSS.getMatchedStylesForNode', { nodeId: part.id });
      const properties = matchedCSSRules.flatMap(({ rule }) => rule.style.cssProperties);
      part.text = properties.find(({ name }) => name === 'Text')?.value;
    }
    return found;
  }

  /** What the dialog says, its buttons in brackets; empty when none is open. */
  async text() {
    const parts = await this.parts();
    const said = parts.filter(({ kind, text }) => kind !== 'field' && text);
    return [...new Set(said.map(({ text, kind }) => (kind === 'button' ? `[${text}]` : text)))].join(' · ');
  }

  /**
   * Presses a button that is there. Chromium ignores what is pressed in a dialog's first half second: tries until the
   * button is gone or the dialog says something else, which it takes a while to do.
   */
  async press(pattern) {
    const before = await this.text();
    await until(`Chromium's dialog to take ${pattern}`, async () => {
      const button = (await this.parts()).find(({ kind, text }) => kind === 'button' && pattern.test(text));
      if (!button || (await this.text()) !== before) return true;
      await this.click(button);
      return until(`it to say something other than "${before}"`, async () => (await this.text()) !== before, 2_000);
    });
  }

  /** One click; a part that is gone by now is no fault. */
  async click(part) {
    for (const type of ['mouseEntered', 'mousePressed', 'mouseReleased']) {
      const event = { type, x: 8, y: 8, button: 'left', wheelDirection: 'none' };
      await this.views.ask('DOM.dispatchMouseEvent', { nodeId: part.id, event }).catch(() => {});
    }
  }

  /** Types into the dialog's first field, character by character. Only a field with the focus takes characters. */
  async type(text) {
    const field = (await this.parts()).find(({ kind }) => kind === 'field');
    assert(field, `there is no field; it says "${await this.text()}"`);
    await this.click(field);
    for (const character of text) {
      const code = character.codePointAt(0);
      const event = { type: 'keyPressed', keyCode: code, code: 0, flags: 0, key: code, isChar: true };
      await this.views.ask('DOM.dispatchKeyEvent', { nodeId: field.id, event });
    }
  }

  /** Waits until the dialog says this; what it says in full. */
  async says(pattern, limit) {
    return until(
      `Chromium's dialog to say ${pattern}`,
      async () => {
        const text = await this.text();
        if (pattern.test(text)) return text;
        throw new Error(`it says "${text}"`);
      },
      limit,
    );
  }
}

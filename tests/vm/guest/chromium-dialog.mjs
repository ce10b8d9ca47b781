// Chromium's own security-key dialog, read as a person would, although the browser is headless: through the
// debugging interface of its native user interface (--enable-ui-devtools), which shows views as if they were a page.
//
// Needed because full Chromium keeps a failed request open until somebody has closed that dialog, and because real clicks
// do not reach the page below it.
import { until } from './kit.mjs';

const widget = 'AuthenticatorRequestDialogView';

export class ChromiumDialog {
  constructor(views) {
    this.views = views;
  }

  /** The labels and buttons of the dialog that is open, if one is: [{ id, button, text }]. */
  async parts() {
    const found = [];
    const walk = (node, inside) => {
      const kind = node.attributes?.[node.attributes.indexOf('class') + 1];
      const here = inside || (node.nodeName === 'Widget' && node.attributes?.includes(widget));
      if (here && (kind === 'Label' || kind === 'MdTextButton')) {
        found.push({ id: node.nodeId, button: kind === 'MdTextButton' });
      }
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
    return [...new Set(parts.map(({ text, button }) => (button ? `[${text}]` : text)))].join(' · ');
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

/**
 * A browser that translates the page puts `<font>` elements around its texts, or in their place. Lit holds on to two of these
 * texts: to what it wrote itself, which it writes again, and to what follows it in a template, before which it inserts. Either
 * would be out of its place then, and the page would stand still. So a `<font>` takes what is written to the text that was
 * there, and where a text follows, Lit holds on to a comment between the two.
 *
 * To be imported before Lit, which looks for this hook once.
 */

/** Lit's class of templates, of which each is made into an element once. */
interface Templates {
  createElement(html: unknown, options?: unknown): HTMLTemplateElement;
}

function separate(templates: Templates): void {
  const create = templates.createElement;
  templates.createElement = (html, options) => {
    const template = create(html, options);
    const comments = document.createNodeIterator(template.content, NodeFilter.SHOW_COMMENT);
    for (let at = comments.nextNode(); at; at = comments.nextNode()) {
      const { data, nextSibling } = at as Comment;
      if (data.startsWith('?lit$') && nextSibling instanceof Text)
        nextSibling.before(document.createComment(''));
    }
    return template;
  };
}

// The second name is that of Lit's development build.
Object.assign(globalThis, { litHtmlPolyfillSupport: separate, litHtmlPolyfillSupportDevMode: separate });

Object.defineProperty(HTMLFontElement.prototype, 'data', {
  configurable: true,
  set(this: HTMLElement, text: string) {
    this.textContent = text;
  },
});

// Stanzas of libraries that hand out DOM elements or text, in the shape that plain() reads.

import { DOMParser } from '@xmldom/xmldom';

/** wrap gives a DOM element the few methods of an ltx element. */
export function wrap(element) {
  const children = () => [...Array(element.childNodes.length).keys()].map((i) => element.childNodes[i]).filter((n) => n.nodeType === 1);
  const named = (name, xmlns) => children().filter((c) => c.localName === name && (!xmlns || c.namespaceURI === xmlns));
  return {
    name: element.localName,
    get attrs() {
      const all = Object.fromEntries([...Array(element.attributes.length).keys()]
        .map((i) => [element.attributes[i].name, element.attributes[i].value]));
      return { ...all, xmlns: element.namespaceURI };
    },
    get children() {
      return children().map(wrap);
    },
    getChild: (name, xmlns) => {
      const [first] = named(name, xmlns);
      return first && wrap(first);
    },
    getChildren: (name, xmlns) => named(name, xmlns).map(wrap),
    getChildText: (name, xmlns) => named(name, xmlns)[0]?.textContent ?? null,
  };
}

/** parse reads the text of one stanza. */
export function parse(text) {
  return wrap(new DOMParser().parseFromString(text, 'text/xml').documentElement);
}

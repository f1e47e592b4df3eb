// In the page: what the drivers of all generations of the WebIM SDKs share.
window.webim = {
  chatTypes: { peer: 'singleChat', group: 'groupChat', room: 'chatRoom' },

  /** plain makes of what an SDK hands out something that can leave the page. */
  plain: (v) => JSON.parse(JSON.stringify(v ?? null, (k, x) => {
    if (x instanceof Error) return String(x);
    return typeof x === 'bigint' ? String(x) : x;
  })),

  /** fileOf makes of {name, type, base64} what the SDKs take for a file that was chosen. */
  fileOf({ name, type, base64 }) {
    const data = new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name, { type });
    return { data, filename: name, filetype: name.split('.').pop(), url: URL.createObjectURL(data) };
  },

  /** download returns what a link leads to, base64, as an <img> or a download by the page gets it. */
  async download(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    const bytes = new Uint8Array(await answer.arrayBuffer());
    return { type: answer.headers.get('content-type'), base64: btoa(bytes.reduce((s, b) => s + String.fromCharCode(b), '')) };
  },
};

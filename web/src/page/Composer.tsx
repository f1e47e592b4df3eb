// Where one person writes.
import { useRef, useState } from 'preact/hooks';
import type { Place } from '../clients/client.js';
import { placeKey, type Person } from './person.js';
import type { Stage } from './stage.js';

/** maxPicture is what the page sends; the gateway has its own limit. */
const maxPicture = 8 << 20;

export function Composer({ person, stage, place }: { person: Person; stage: Stage; place: Place | undefined }) {
  const [drafts, setDrafts] = useState<Record<string, string>>({});
  const input = useRef<HTMLInputElement>(null);
  const file = useRef<HTMLInputElement>(null);
  const key = place ? placeKey(place) : '';
  const text = drafts[key] ?? '';
  const ready = place !== undefined && person.state !== 'offline';
  const { replyTo } = person;

  const write = (value: string) => setDrafts({ ...drafts, [key]: value });
  const send = (e: Event) => {
    e.preventDefault();
    if (!ready || !text.trim()) return;
    void person.send(place, { text: text.trim() });
    write('');
    input.current?.focus();
  };
  const sendPicture = async (picked: File | undefined) => {
    if (!picked || !place) return;
    if (!picked.type.startsWith('image/') || picked.size > maxPicture) return person.say('A picture of up to 8 MB, please.', 'bad');
    const size = await measure(picked).catch(() => undefined);
    void person.send(place, { text: '', file: picked, size });
  };
  return (
    <form class="composer" onSubmit={send} aria-label={`Write as ${person.access.name}`}>
      <div class="above" role="status">
        {person.notice ? <p class={`notice is-${person.notice.tone}`}>{person.notice.text}</p> : replyTo && (
          <p class="answering">
            Answering <b>{stage.name(replyTo.from)}</b>: {replyTo.text || 'picture'}
            <button type="button" class="link" onClick={() => {
              person.replyTo = undefined;
              person.bell.ring();
            }}>cancel</button>
          </p>
        )}
      </div>
      <div class="row">
        <button type="button" class="icon" disabled={!ready} aria-label={`Send a picture as ${person.access.name}`} onClick={() => file.current?.click()}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><rect x="2.5" y="4" width="15" height="12" rx="2.5" /><circle cx="7" cy="8.5" r="1.5" /><path d="M3 14.5l4.5-3.5 3 2.2 3.2-3.7 3.6 4" /></svg>
        </button>
        <input ref={file} class="hidden" type="file" accept="image/*" tabIndex={-1} aria-hidden="true" data-person={person.id}
          onChange={(e) => {
            void sendPicture(e.currentTarget.files?.[0]);
            e.currentTarget.value = '';
          }} />
        <input id={`write-${person.id}`} ref={input} class="write" type="text" value={text} disabled={!place} maxLength={4000} autocomplete="off" enterkeyhint="send"
          aria-label={`Message as ${person.access.name}`} placeholder={place ? `Write as ${person.access.name}` : 'Not in this conversation'}
          onInput={(e) => write(e.currentTarget.value)} />
        <button type="submit" class="icon send" disabled={!ready || !text.trim()} aria-label={`Send as ${person.access.name}`}>
          <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 10L17 3.5 12.5 17l-2.8-5.4z" /></svg>
        </button>
      </div>
    </form>
  );
}

function measure(picture: File): Promise<{ width: number; height: number }> {
  return new Promise((resolve, reject) => {
    const img = new Image();
    const url = URL.createObjectURL(picture);
    img.onload = () => {
      URL.revokeObjectURL(url);
      resolve({ width: img.naturalWidth, height: img.naturalHeight });
    };
    img.onerror = () => {
      URL.revokeObjectURL(url);
      reject(new Error('not a picture'));
    };
    img.src = url;
  });
}

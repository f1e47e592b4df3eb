// The dialog in which a message's way is shown.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Travelled } from '../shared/Travelled.js';
import { travel, type Travel } from './api.js';
import { message, placeKey, type Line, type Person } from './person.js';
import type { Stage } from './stage.js';

export function TravelDialog({ person, line, stage, close }: { person: Person; line: Line; stage: Stage; close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [found, setFound] = useState<Travel>();
  const [fault, setFault] = useState('');
  useEffect(() => {
    dialog.current?.showModal();
    const place = line.place.kind === 'peer' ? `peer:${person.id}:${line.place.id}` : placeKey(line.place);
    travel(place, { event: line.event, client: line.id, author: line.from }).then(setFound, (e: unknown) => setFault(message(e)));
  }, []);
  return (
    <dialog class="travel" ref={dialog} aria-labelledby="travel-title" onClose={close} onClick={(e) => e.target === dialog.current && dialog.current?.close()}>
      <div class="travel-in">
        <header>
          <h2 id="travel-title">How it travelled</h2>
          <p class="said">{line.recalled ? 'a message that was taken back' : line.text || 'a picture'}</p>
          <button type="button" class="icon" aria-label="Close" onClick={() => dialog.current?.close()}>
            <svg viewBox="0 0 20 20" aria-hidden="true"><path d="M5 5l10 10M15 5L5 15" /></svg>
          </button>
        </header>
        {found ? <Travelled travel={found} name={(id) => stage.name(id)} /> : <p class="waiting" role="status">{fault || 'Looking it up…'}</p>}
      </div>
    </dialog>
  );
}

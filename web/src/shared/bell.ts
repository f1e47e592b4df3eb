// The smallest thing that lets plain objects be shown: whoever changes one rings its bell, whoever shows it listens.
import { useEffect, useState } from 'preact/hooks';

export class Bell {
  private readonly ears = new Set<() => void>();
  private rung = false;

  /** ring tells the listeners, once for all changes of one turn. */
  ring(): void {
    if (this.rung) return;
    this.rung = true;
    queueMicrotask(() => {
      this.rung = false;
      for (const ear of [...this.ears]) ear();
    });
  }

  listen(ear: () => void): () => void {
    this.ears.add(ear);
    return () => void this.ears.delete(ear);
  }
}

export function useBell(bell: Bell): void {
  const [, again] = useState(0);
  useEffect(() => bell.listen(() => again((n) => n + 1)), [bell]);
}

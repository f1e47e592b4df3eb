// A line over the last minutes.

export interface Series {
  name: string;
  tone: string;
  values: number[];
}

const width = 320;
const height = 84;

/** Chart draws series over each other, newest at the right. Its words say the newest values to who cannot see it. */
export function Chart({ title, unit, series }: { title: string; unit: string; series: Series[] }) {
  const most = Math.max(1, ...series.flatMap((s) => s.values));
  const top = nice(most);
  const length = Math.max(2, ...series.map((s) => s.values.length));
  const newest = series.map((s) => ({ name: s.name, tone: s.tone, value: show(s.values.at(-1) ?? 0) }));
  return (
    <figure class="chart">
      <figcaption>{title} <small>{unit}</small></figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="img" aria-label={`${title}: ${newest.map((n) => `${n.name} ${n.value}`).join(', ')} ${unit}`}>
        <line class="grid" x1="0" x2={width} y1="1" y2="1" />
        <line class="grid" x1="0" x2={width} y1={height - 1} y2={height - 1} />
        {series.map((s) => (
          <polyline key={s.name} class={`tone-${s.tone}`} points={s.values
            .map((v, i) => `${(width - ((s.values.length - 1 - i) / (length - 1)) * width).toFixed(1)},${(height - 2 - (v / top) * (height - 4)).toFixed(1)}`)
            .join(' ')} />
        ))}
      </svg>
      <p class="legend">
        <span class="top">{show(top)}</span>
        {newest.map((n) => <span key={n.name} class={`tone-${n.tone}`}>{n.name} <b>{n.value}</b></span>)}
      </p>
    </figure>
  );
}

/** nice is the next round number. */
function nice(v: number): number {
  const power = 10 ** Math.floor(Math.log10(v));
  return [1, 2, 5, 10].map((m) => m * power).find((m) => m >= v) ?? v;
}

export function show(v: number): string {
  if (Number.isInteger(v) && v < 1000) return String(v);
  if (v >= 1000) return Math.round(v).toLocaleString('en');
  return v >= 100 ? v.toFixed(0) : v >= 1 ? v.toFixed(1) : v.toPrecision(2);
}

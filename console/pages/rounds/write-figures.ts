import { hasPlan, listLifts, type Round } from './round.ts'

/** `4.1 km`, `41 km`. */
export function writeKm(metres: number): string {
  return `${Number((metres / 1000).toFixed(Math.abs(metres) < 10_000 ? 1 : 0))} km`
}

/** `40 min`, `3 h 05 min`. */
export function writeHours(seconds: number): string {
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** In the money of the lorries' prices, whichever it is. */
export function writeCost(cost: number): string {
  return cost.toFixed(2)
}

export function writeCount(count: number, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`
}

/** `34 bins, 41 km, 3 h 20 min with 2 lorries`; of a round without a plan, how it stands. */
export function describePlan(round: Round): string {
  if (!hasPlan(round)) return STATUSES[round.status].text
  const { lorries, distanceM, durationSeconds } = round
  if (lorries.length === 0) return 'no bin has to be emptied, so no lorry goes out'
  const bins = writeCount(listLifts(round).length, 'bin')
  const crews = writeCount(lorries.length, 'lorry', 'lorries')
  return `${bins}, ${writeKm(distanceM)}, ${writeHours(durationSeconds)} with ${crews}`
}

/** In sentences, with what has to be known of it. */
export function summarizePlan(round: Round): string {
  if (!hasPlan(round)) return ''
  const { estimated, attribution, cost, revision } = round
  const text = describePlan(round)
  return [
    `${text.charAt(0).toUpperCase()}${text.slice(1)}; it costs ${writeCost(cost)}.`,
    revision > 0 && 'It was mended since it was made.',
    estimated && 'Ways are straight lines, for want of a map of the roads.',
    attribution !== null && `Roads ${attribution}.`,
  ]
    .filter((sentence) => sentence !== false)
    .join(' ')
}

export const STATUSES: Readonly<
  Record<Round['status'], { readonly text: string; readonly badge: '' | 'good' | 'warning' | 'critical' }>
> = {
  queued: { text: 'waiting', badge: 'warning' },
  solving: { text: 'being planned', badge: 'warning' },
  done: { text: 'planned', badge: 'good' },
  failed: { text: 'failed', badge: 'critical' },
  cancelled: { text: 'cancelled', badge: '' },
}

/** `Tuesday, 17 February 2026`. */
export function writeDay(date: string, style: 'full' | 'medium' = 'full'): string {
  const options: Intl.DateTimeFormatOptions =
    style === 'full' ? { dateStyle: 'full' } : { weekday: 'short', day: 'numeric', month: 'short' }
  return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(
    new Date(`${date}T00:00:00Z`),
  )
}

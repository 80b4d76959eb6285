import { pathOf } from '../../api.ts'
import { keepFresh } from '../../keep-fresh.ts'
import type { PageContext } from '../../page.ts'
import { listFacts } from '../town/list-facts.ts'
import type { Device, Kind } from './device.ts'
import { thingOf } from './device-things.ts'

/** As `GET …/devices/{device}/readings` has it: beside these the fields of its kind. */
export type DeviceReading = Readonly<Record<string, unknown>> & {
  readonly time: string
  readonly receivedTime: string
}

const SECONDS = 3
const SHOWN_MAX = 10
/** How far before a device's latest reading is looked for those before it, so that it is few pages at any usual interval. */
const BEFORE_MS: Readonly<Record<Kind, number>> = {
  bin: 3 * 86_400_000,
  traffic: 6 * 3_600_000,
  display: 12 * 3_600_000,
  vehicle: 15 * 60_000,
}

/**
 * Tells the newest readings of a device, up to ten, the newest first: at once, and whenever they change. `latestTime` is that of its
 * latest reading, in ms since 1970, undefined where it has none. Returns what ends it.
 */
export function followReadings(
  { api }: PageContext,
  { id, kind }: Pick<Device, 'id' | 'kind'>,
  {
    latestTime,
    onReadings,
    onError,
  }: {
    latestTime: number | undefined
    onReadings: (newestFirst: readonly DeviceReading[]) => void
    onError: (error: unknown) => void
  },
): () => void {
  // Always from the oldest that is shown, so that one that comes late is seen among them.
  let from = latestTime === undefined ? undefined : latestTime - BEFORE_MS[kind]
  let told: string | undefined
  return keepFresh(load, { seconds: SECONDS, onError })

  async function load(signal: AbortSignal): Promise<void> {
    let newest: readonly DeviceReading[] = []
    for (let after: string | null = ''; after !== null; ) {
      const path = pathOf`devices/${id}/readings?limit=1000`
      const query: string = `${from === undefined ? '' : `&from=${from}`}${after === '' ? '' : `&after=${after}`}`
      const page: { items: DeviceReading[]; next: string | null } = await api.get(`${path}${query}`, signal)
      newest = [...newest, ...page.items].slice(-SHOWN_MAX)
      after = page.next
    }
    if (newest[0] && newest.length === SHOWN_MAX) from = Date.parse(newest[0].time)
    const text = JSON.stringify(newest)
    if (text === told) return
    told = text
    onReadings(newest.toReversed())
  }
}

/** What a reading says, in words: `Level 56 %, Battery 90 %`. */
export function describeReading(
  device: Pick<Device, 'id' | 'kind' | 'name'>,
  reading: DeviceReading,
): string {
  const { lane, direction, counts, count, state, lines, passages, fireAlarm, longitude, latitude } = reading
  const parts = [
    lane !== undefined && `Lane ${lane}`,
    direction !== undefined && String(direction),
    state !== undefined && String(state),
    fireAlarm === true && 'fire alarm',
    count !== undefined && `${count} counted`,
    counts !== undefined && writeCounts(counts as Record<string, number>),
    device.kind === 'vehicle' && longitude !== undefined && `at ${longitude}, ${latitude}`,
    ...listFacts(thingOf(device, reading)).map(([name, value]) => `${name} ${value}`),
    Array.isArray(passages) && `${passages.length} passages`,
    Array.isArray(lines) && `shows ${lines.map((line) => `“${line}”`).join(' ')}`,
  ]
  return parts.filter(Boolean).join(', ')
}

function writeCounts(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([roadUser, number]) => `${roadUser} ${number}`)
    .join(', ')
}

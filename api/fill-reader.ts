import type { Clock } from '../model/clock.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { BinReadings, TownBin } from '../rounds/fill-towns.ts'
import type { ReadingStore } from '../store/reading-store.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/**
 * How far back a history begins: half of what a forecast rests on is of the last 45 days. A large town's begins later, as
 * its bins speak for each other, and learning takes some 0.4 ms for a bin's day.
 */
const HISTORY_DAYS = { most: 56, least: 14, binDays: 40_000 }
/** Of more, those whose ids come first; the others have no forecast. */
const BINS_PER_AUTHORITY_MAX = 5_000
/** Small, so that other work of the event loop comes in between. */
const PAGE = 2_000
/** Bins that are asked for at a time. */
const AT_A_TIME = 4

/** What was read of an authority's bins so far. */
export interface ReadBins {
  /** In ms since 1970: nothing before it is read. */
  readonly from: number
  /** By bin: the time of its latest reading, and how many there were up to then. */
  readonly known: Map<string, { until: number; count: number }>
  /** What the store had counted of all bins before a time. */
  counted: { readonly to: number; readonly count: number } | undefined
}

interface NewReadings {
  /** Of bins with later readings than before: those. */
  readonly fresh: readonly BinReadings[]
  /** Of bins of which readings came late: all. */
  readonly late: readonly BinReadings[]
}

export interface FillReader {
  begin(authority: string): ReadBins
  /**
   * Reads what is new since the last time. That readings came late is seen by their count, so a reading that was replaced
   * is not seen. Rejects as the store does, after which `bins` is of no use.
   */
  readNew(authority: string, bins: ReadBins): Promise<NewReadings>
}

export function createFillReader({
  store,
  directory,
  clock,
}: {
  readonly store: ReadingStore
  readonly directory: DeviceDirectory
  readonly clock: Clock
}): FillReader {
  return {
    begin(authority) {
      const { most, least, binDays } = HISTORY_DAYS
      const days = Math.max(least, Math.min(most, Math.floor(binDays / listBins(authority).length)))
      return { from: clock.now() - days * DAY_MS, known: new Map(), counted: undefined }
    },
    async readNew(authority, bins) {
      const devices = listBins(authority)
      // Counted first: what arrives while bins are read is found to be missing next time, and looked at then.
      const late = new Set(await findLate(authority, bins, devices))
      const latest = new Map<string, number>()
      for (const { device, time } of await store.listLatest(authority, 'bin')) {
        latest.set(device, Math.max(time, latest.get(device) ?? time))
      }
      const due = devices.filter(
        ({ id }) => late.has(id) || (latest.get(id) ?? Number.NEGATIVE_INFINITY) >= nextTime(bins, id),
      )
      const read: BinReadings[] = []
      for (let first = 0; first < due.length; first += AT_A_TIME) {
        const some = due.slice(first, first + AT_A_TIME)
        read.push(
          ...(await Promise.all(
            some.map((bin) =>
              readBin(authority, bin, bins, late.has(bin.id) ? bins.from : nextTime(bins, bin.id)),
            ),
          )),
        )
      }
      return {
        fresh: read.filter(({ id, times }) => !late.has(id) && times.length > 0),
        late: read.filter(({ id }) => late.has(id)),
      }
    },
  }

  function listBins(authority: string): TownBin[] {
    const bins: TownBin[] = []
    for (const { device } of directory.list(authority)) {
      if (device.kind === 'bin') bins.push({ id: device.id, stream: device.settings.stream ?? null })
    }
    return bins.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, BINS_PER_AUTHORITY_MAX)
  }

  async function findLate(authority: string, bins: ReadBins, devices: readonly TownBin[]): Promise<string[]> {
    const { from, counted, known } = bins
    const kind = 'bin'
    const isSame =
      !counted || counted.count === (await store.countReadings({ authority, kind, from, to: counted.to }))
    const to = clock.now() - HOUR_MS
    bins.counted = { to, count: await store.countReadings({ authority, kind, from, to }) }
    if (isSame) return []
    const late: string[] = []
    for (const { id } of devices) {
      const before = known.get(id)
      if (!before) continue
      const series = { authority, kind, device: id, from, to: before.until + 1 } as const
      const days = await store.listIntervals({ ...series, every: DAY_MS, limit: 1_000 })
      if (days.reduce((sum, { count }) => sum + count, 0) !== before.count) late.push(id)
    }
    return late
  }

  /** The last reading of each hour: more of them say no more, and take longer to learn. */
  async function readBin(
    authority: string,
    bin: TownBin,
    { known, from: start }: ReadBins,
    from: number,
  ): Promise<BinReadings> {
    const times: number[] = []
    const levels: number[] = []
    const before = known.get(bin.id)
    let count = from > start ? (before?.count ?? 0) : 0
    let until = from > start ? (before?.until ?? start) : start
    let after: { time: number; part: string } | undefined
    do {
      const page = await store.listReadings({
        authority,
        kind: 'bin',
        device: bin.id,
        from,
        to: clock.now() + DAY_MS,
        limit: PAGE,
        ...(after && { after }),
      })
      for (const { time, fields } of page) {
        count++
        until = Math.max(until, time)
        const level = fields['fillPercent']
        if (typeof level !== 'number') continue
        const isSameHour = Math.floor(time / HOUR_MS) === Math.floor((times.at(-1) ?? -HOUR_MS) / HOUR_MS)
        const index = isSameHour ? times.length - 1 : times.length
        times[index] = time
        levels[index] = level
      }
      const last = page.at(-1)
      after = last && page.length === PAGE ? { time: last.time, part: last.part } : undefined
    } while (after)
    known.set(bin.id, { until, count })
    return { ...bin, times: Float64Array.from(times), levels: Float32Array.from(levels) }
  }
}

function nextTime({ known, from }: ReadBins, id: string): number {
  const before = known.get(id)
  return before ? before.until + 1 : from
}

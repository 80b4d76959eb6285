import type { Kind } from '../../model/device.ts'
import type { Reading } from '../../model/reading.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import type { ReadingBudget } from './reading-budget.ts'

const PAGE_MAX = 5_000

/** Readings with `from <= time < to`, in ms since 1970: of a device, or of all of a kind. */
export interface SeriesRange {
  readonly authority: string
  readonly kind: Kind
  readonly device: string | undefined
  readonly from: number
  readonly to: number
  /** In about how long before `to` there is what is wanted, in ms; it is read first where the newest come first. */
  readonly spanMs: number
}

export type TimeOrder = 'oldestFirst' | 'newestFirst'

/**
 * The readings of ranges together, some at a time, as long as the budget lasts: in the order of time, device and part, or in the
 * very opposite one. `wanted` says how many may be enough.
 */
export async function* readSeries(
  store: ReadingStore,
  budget: ReadingBudget,
  ranges: readonly SeriesRange[],
  { order, wanted }: { order: TimeOrder; wanted: number },
): AsyncGenerator<readonly Reading[]> {
  const read = order === 'oldestFirst' ? readOldestFirst : readNewestFirst
  const sign = order === 'oldestFirst' ? 1 : -1
  let heads: Head[] = ranges.map((range) => ({
    pages: read(store, budget, range, wanted),
    page: [],
    index: 0,
  }))
  for (;;) {
    const found: Head[] = []
    for (const head of heads) if (await advance(head)) found.push(head)
    heads = found
    if (heads.length === 0) return
    yield takeMerged(heads, sign)
  }
}

interface Head {
  readonly pages: AsyncGenerator<readonly Reading[]>
  page: readonly Reading[]
  /** Of the page's next reading. */
  index: number
}

/** Takes the next readings, in their order, until one of the pages has no more. */
function takeMerged(heads: readonly Head[], sign: number): readonly Reading[] {
  const [only] = heads
  if (heads.length === 1 && only) {
    const rest = only.page.slice(only.index)
    only.index = only.page.length
    return rest
  }
  const merged: Reading[] = []
  for (;;) {
    let best: Head | undefined
    for (const head of heads) {
      const next = head.page[head.index]
      const first = best?.page[best.index]
      if (!next) return merged
      if (!first || sign * comparePlaces(next, first) < 0) best = head
    }
    const reading = best?.page[best.index]
    if (!best || !reading) return merged
    merged.push(reading)
    best.index += 1
  }
}

/** Of a reading and where it is in the order of time, device and part. */
export function comparePlaces(
  a: Pick<Reading, 'time' | 'device' | 'part'>,
  b: Pick<Reading, 'time' | 'device' | 'part'>,
): number {
  return a.time - b.time || compareTexts(a.device, b.device) || compareTexts(a.part, b.part)
}

export function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** Whether there is a reading to take. */
async function advance(head: Head): Promise<boolean> {
  while (head.index >= head.page.length) {
    const { value, done } = await head.pages.next()
    if (done) return false
    head.page = value
    head.index = 0
  }
  return true
}

async function* readOldestFirst(
  store: ReadingStore,
  budget: ReadingBudget,
  range: SeriesRange,
  wanted: number,
): AsyncGenerator<readonly Reading[]> {
  let after: Reading | undefined
  for (let limit = pageOf(wanted); budget.readings > 0; limit = PAGE_MAX) {
    const page = await readPage(store, budget, { ...range, limit, after })
    yield page
    after = page.at(-1)
    if (page.length < limit) return
  }
}

/** The store tells the oldest first, so windows are asked for, each before the one before and longer where that had little in it. */
async function* readNewestFirst(
  store: ReadingStore,
  budget: ReadingBudget,
  range: SeriesRange,
  wanted: number,
): AsyncGenerator<readonly Reading[]> {
  let end = range.to
  let span = range.spanMs
  let limit = pageOf(wanted)
  while (end > range.from && budget.readings > 0) {
    const from = Math.max(range.from, end - span)
    const pages: (readonly Reading[])[] = []
    let isCut = false
    for (let after: Reading | undefined; ; limit = PAGE_MAX) {
      const page = await readPage(store, budget, { ...range, from, to: end, limit, after })
      pages.push(page)
      after = page.at(-1)
      if (page.length < limit) break
      // What is newest is still to come: a shorter window has it sooner.
      isCut = span > 1 && pages.length === 2
      if (isCut) break
    }
    if (isCut) {
      span = Math.max(1, Math.floor(span / 8))
      continue
    }
    const readings = pages.flat().reverse()
    yield readings
    end = from
    limit = PAGE_MAX
    if (readings.length * 8 <= PAGE_MAX) span *= 8
  }
}

function readPage(
  store: ReadingStore,
  budget: ReadingBudget,
  {
    device,
    spanMs: _,
    ...range
  }: SeriesRange & { readonly limit: number; readonly after: Reading | undefined },
): Promise<readonly Reading[]> {
  budget.spendQuestion()
  const { after, ...rest } = range
  const asked = after === undefined ? rest : { ...rest, after }
  const read = device === undefined ? store.listMeasured(asked) : store.listReadings({ ...asked, device })
  return read.then((page) => {
    budget.spendReadings(page.length)
    return page
  })
}

function pageOf(wanted: number): number {
  return Math.min(PAGE_MAX, Math.max(100, wanted))
}

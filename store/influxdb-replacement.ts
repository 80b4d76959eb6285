import type { Kind } from '../model/device.ts'
import type { Reading } from '../model/reading.ts'
import type { InfluxdbClient } from './influxdb-client.ts'
import { measurementOf, quoteText, seriesCondition } from './influxdb-lines.ts'
import { readReadings, selectFields } from './influxdb-queries.ts'

const STATEMENTS_PER_REQUEST = 200

/** Times further apart than this are looked up one by one, rather than with all that lies between: a day, in ms. */
const GAP_MAX = 86_400_000

const MINUTE = 60_000
const RUNS_TOGETHER_MIN = 10

/** Readings of one series that lie close together. */
interface Run {
  readonly authority: string
  readonly kind: Kind
  readonly device: string
  readonly part: string
  readonly byTime: Map<number, Reading>
  readonly first: number
  last: number
}

/**
 * Deletes the stored points that have a field which the reading about to replace them lacks; mostly there are none, since
 * a reading that comes again comes as it was. Of one identity one reading is given. InfluxDB 3 cannot delete.
 */
export async function removeLeftovers(
  { client, database }: { client: InfluxdbClient; database: string },
  readings: readonly Reading[],
): Promise<void> {
  if ((await client.getMajorVersion()) >= 3) return
  const deletions: string[] = []
  for (const lookups of divide(groupIntoLookups(groupIntoRuns(readings)))) {
    const answers = await client.query(
      database,
      lookups.map(({ statement }) => statement),
    )
    for (const [index, { authority, kind, device, runs }] of lookups.entries()) {
      const known = device === undefined ? { authority, kind } : { authority, kind, device }
      for (const stored of (answers[index] ?? []).flatMap((series) => readReadings(series, known))) {
        const run = runs.get(seriesOf(stored))
        const reading = run?.byTime.get(stored.time)
        if (
          run &&
          reading &&
          Object.keys(stored.fields).some((name) => !Object.hasOwn(reading.fields, name))
        ) {
          deletions.push(
            `DELETE FROM ${measurementOf(kind)} WHERE ${conditionOf(run)} AND time = ${stored.time}ms`,
          )
        }
      }
    }
  }
  for (const statements of divide(deletions)) await client.query(database, statements)
}

interface Lookup {
  readonly statement: string
  readonly authority: string
  readonly kind: Kind
  /** Undefined where it asks for those of every device. */
  readonly device: string | undefined
  /** By device and part. */
  readonly runs: ReadonlyMap<string, Run>
}

/**
 * A statement for each run, but one for all of an authority's and kind's runs of the same minute, where there are many: a
 * batch that is sent again is of thousands of devices and a few seconds.
 */
function groupIntoLookups(runs: readonly Run[]): Lookup[] {
  const minutes = Map.groupBy(runs, ({ authority, kind, first, last }) =>
    last - first > MINUTE ? undefined : `${authority} ${kind} ${Math.floor(first / MINUTE)}`,
  )
  const alone = minutes.get(undefined) ?? []
  const lookups: Lookup[] = []
  for (const [minute, together] of minutes) {
    const [run] = together
    if (minute === undefined || !run) continue
    // Two runs of one series in one minute cannot be: they would be one.
    if (together.length < RUNS_TOGETHER_MIN) alone.push(...together)
    else lookups.push(lookUpTogether(run.authority, run.kind, together))
  }
  return [...lookups, ...alone.map(lookUpAlone)]
}

function lookUpTogether(authority: string, kind: Kind, runs: readonly Run[]): Lookup {
  const first = runs.reduce((time, run) => Math.min(time, run.first), Number.POSITIVE_INFINITY)
  const last = runs.reduce((time, run) => Math.max(time, run.last), Number.NEGATIVE_INFINITY)
  return {
    authority,
    kind,
    device: undefined,
    runs: new Map(runs.map((run) => [seriesOf(run), run])),
    statement: `SELECT ${selectFields(kind)} FROM ${measurementOf(kind)} WHERE "authority" = ${quoteText(authority)} AND ${between(first, last)} GROUP BY "device", "part"`,
  }
}

function lookUpAlone(run: Run): Lookup {
  const { authority, kind, device, first, last } = run
  return {
    authority,
    kind,
    device,
    runs: new Map([[seriesOf(run), run]]),
    statement: `SELECT "part", ${selectFields(kind)} FROM ${measurementOf(kind)} WHERE ${conditionOf(run)} AND ${between(first, last)}`,
  }
}

function between(first: number, last: number): string {
  return `time >= ${first}ms AND time <= ${last}ms`
}

function seriesOf({ device, part }: { device: string; part: string }): string {
  return `${device} ${part}`
}

function groupIntoRuns(readings: readonly Reading[]): Run[] {
  const runs: Run[] = []
  const open = new Map<string, Run>()
  for (const reading of [...readings].sort((a, b) => a.time - b.time)) {
    const { authority, kind, device, part, time } = reading
    const key = `${authority} ${kind} ${device} ${part}`
    let run = open.get(key)
    if (!run || time - run.last > GAP_MAX) {
      run = { authority, kind, device, part, byTime: new Map(), first: time, last: time }
      open.set(key, run)
      runs.push(run)
    }
    run.byTime.set(time, reading)
    run.last = time
  }
  return runs
}

function conditionOf({ authority, device, part }: Run): string {
  return seriesCondition(authority, device, part)
}

function* divide<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += STATEMENTS_PER_REQUEST) {
    yield all.slice(from, from + STATEMENTS_PER_REQUEST)
  }
}

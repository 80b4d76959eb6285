import type { Kind } from '../model/device.ts'
import type { InfluxdbClient } from './influxdb-client.ts'
import { decodePart, measurementOf, quoteText } from './influxdb-lines.ts'

const DEVICES_PER_REQUEST = 200

// A statement over so many devices takes as long as one over ten; over a thousand, many times as long as over these.
const DEVICES_PER_STATEMENT = 100

/** Each looks into every shard from its time on: few enough that 130 weeks of them are read in a few seconds. */
const STATEMENTS_PER_REQUEST = 10

export interface DeviceName {
  readonly authority: string
  readonly kind: Kind
  readonly device: string
}

interface Source {
  readonly client: InfluxdbClient
  readonly database: string
}

/** The parts with a name that each device has in the database, in the order of the devices. From its index alone. */
export async function queryStoredParts(
  { client, database }: Source,
  devices: readonly DeviceName[],
): Promise<readonly (readonly string[])[]> {
  const parts: string[][] = []
  for (let from = 0; from < devices.length; from += DEVICES_PER_REQUEST) {
    const some = devices.slice(from, from + DEVICES_PER_REQUEST)
    const answers = await client.query(
      database,
      some.map(
        ({ authority, kind, device }) =>
          `SHOW TAG VALUES FROM ${measurementOf(kind)} WITH KEY = "part" WHERE "authority" = ${quoteText(authority)} AND "device" = ${quoteText(device)}`,
      ),
    )
    for (const index of some.keys()) {
      const rows = (answers[index] ?? []).flatMap(({ values }) => values)
      parts.push(rows.flatMap(([, part]) => (typeof part === 'string' ? [decodePart(part)] : [])))
    }
  }
  return parts
}

/**
 * The newest time of every series of the devices that has a reading at or after its device's `from`, in ms since 1970.
 * How long it takes grows with the time since then, but not with what other devices have.
 */
export async function* queryNewestTimes(
  { client, database }: Source,
  devices: readonly (DeviceName & { readonly from: number })[],
): AsyncGenerator<DeviceName & { readonly part: string; readonly time: number }> {
  const chunks = [...Map.groupBy(devices, ({ authority, kind }) => `${authority} ${kind}`).values()].flatMap(
    // Those that begin at about the same time come together, so that none is looked for further back than it must be.
    (group) => [
      ...divide(
        group.toSorted((a, b) => a.from - b.from),
        DEVICES_PER_STATEMENT,
      ),
    ],
  )
  for (const some of divide(chunks, STATEMENTS_PER_REQUEST)) {
    const answers = await client.query(database, some.map(formatNewest))
    for (const [index, [first]] of some.entries()) {
      for (const { tags, values } of answers[index] ?? []) {
        const time = values[0]?.[0]
        const { device, part } = tags
        if (!first || typeof time !== 'number' || device === undefined) continue
        yield { authority: first.authority, kind: first.kind, device, part: decodePart(part ?? ''), time }
      }
    }
  }
}

function formatNewest(devices: readonly (DeviceName & { readonly from: number })[]): string {
  const [first] = devices as readonly [DeviceName & { readonly from: number }]
  const { authority, kind, from } = first
  const names = devices.map(({ device }) => `"device" = ${quoteText(device)}`).join(' OR ')
  return `SELECT last("receivedTime") FROM ${measurementOf(kind)} WHERE "authority" = ${quoteText(authority)} AND (${names}) AND time >= ${from}ms GROUP BY "device", "part"`
}

function* divide<T>(all: readonly T[], size: number): Generator<readonly T[]> {
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size)
}

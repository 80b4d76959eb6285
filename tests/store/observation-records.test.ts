import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { describe, expect, test } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import { MEASUREMENTS, type Measurement, type Observation } from '../../model/observation.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { describeMeasurement, type MeasurementPlace } from './measurement-places.ts'

const TIME = Date.parse('2026-02-16T10:00:00Z')
const DAY = 86_400_000
const MEASUREMENT_NAMES = Object.keys(MEASUREMENTS) as Measurement[]

describeMeasurement({ measurement: 'device', orderBy: ['time', 'device', 'area'] }, (name, open) => {
  describe(name, () => describeDevices(open))
})

test('a DuckDB file that was made by an earlier version gets the columns that it lacks', async () => {
  const path = join(await createFolder(), 'store.duckdb')
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  await connection.run('CREATE TABLE observed_waiting (authority VARCHAR NOT NULL, time BIGINT NOT NULL)')
  await connection.run(`INSERT INTO observed_waiting VALUES ('leeds', ${TIME})`)
  connection.closeSync()
  instance.closeSync()
  const store = await openDuckdbReadingStore({ path, logger: silentLogger })
  await store.writeObservations('leeds', [fillIn('waiting')])
  await store.close()
  expect(await count(path, 'SELECT count(*) FROM waiting')).toBe(2)
})

test('DuckDB keeps two weeks of them', async () => {
  const path = join(await createFolder(), 'store.duckdb')
  const store = await openDuckdbReadingStore({ path, logger: silentLogger })
  for (let day = 0; day < 20; day++) {
    await store.writeObservations('leeds', [{ ...fillIn('balance'), time: TIME + day * DAY }])
  }
  await store.close()
  expect(await count(path, 'SELECT count(*) FROM balance')).toBe(15)
})

function describeDevices(open: () => Promise<MeasurementPlace>): void {
  test('every measurement has every declared column', async () => {
    const place = await open()
    const observations = MEASUREMENT_NAMES.map(fillIn)
    await place.store.writeObservations('leeds', observations)
    for (const { measurement, time, tags, fields } of observations) {
      expect(await place.read('leeds', measurement)).toEqual([
        { authority: 'leeds', time, ...tags, ...fields },
      ])
    }
  })

  test('any text comes back, and what is not known is left out', async () => {
    const place = await open()
    const observations = [
      observe({ device: 'a', area: 'Süd, Tor=1' }, { name: 'a "b" \\ c', ageSeconds: 0.5 }),
      observe({ device: 'b', area: '' }, { isSilent: 1, ageSeconds: Number.NaN, latitude: undefined }),
      observe({ device: 'c', area: 'x' }, { ageSeconds: Number.POSITIVE_INFINITY }),
      observe({ device: 'd', area: 'x' }, {}),
    ]
    await place.store.writeObservations('leeds', observations)
    await place.store.writeObservations('leeds', [])
    expect((await place.read('leeds')).map(readKnown)).toEqual([
      {
        authority: 'leeds',
        time: TIME,
        kind: 'bin',
        device: 'a',
        area: 'Süd, Tor=1',
        name: 'a "b" \\ c',
        ageSeconds: 0.5,
      },
      { authority: 'leeds', time: TIME, kind: 'bin', device: 'b', isSilent: 1 },
    ])
  })

  test('one of the same time and tags is replaced, in one call and in two', async () => {
    const place = await open()
    const first = observe({ device: 'a', area: 'x' }, { ageSeconds: 1 })
    const others = [
      observe({ device: 'b', area: 'x' }, { ageSeconds: 2 }),
      observe({ device: 'a', area: 'y' }, { ageSeconds: 3 }),
      { ...first, time: TIME + 1 },
    ]
    await place.store.writeObservations('leeds', [first, ...others, { ...first, fields: { ageSeconds: 4 } }])
    await place.store.writeObservations('leeds', [{ ...first, fields: { ageSeconds: 5 } }])
    const rows = await place.read('leeds')
    expect(rows.map(({ device, area, ageSeconds }) => [device, area, ageSeconds])).toEqual([
      ['a', 'x', 5],
      ['a', 'y', 3],
      ['b', 'x', 2],
      ['a', 'x', 1],
    ])
  })

  test("a deleted authority's are gone, another's stay", async () => {
    const place = await open()
    const observation = observe({ device: 'a', area: '' }, { ageSeconds: 1 })
    for (const authority of ['york', 'hull']) await place.store.writeObservations(authority, [observation])
    await place.store.deleteAuthority('york')
    expect(await place.read('york')).toEqual([])
    expect(await place.read('hull')).toHaveLength(1)
  })

  test('ten thousand at once are all there', async () => {
    const place = await open()
    const many = Array.from({ length: 10_000 }, (_, index) =>
      observe({ device: `bin-${index}`, area: 'centre' }, { ageSeconds: index }),
    )
    await place.store.writeObservations('leeds', many)
    expect(await place.read('leeds')).toHaveLength(many.length)
  })
}

function observe(
  tags: Omit<Observation<'device'>['tags'], 'kind'>,
  fields: Observation<'device'>['fields'],
): Observation<'device'> {
  return { measurement: 'device', time: TIME, tags: { kind: 'bin', ...tags }, fields }
}

/** Each tag and field with a value of its own. */
function fillIn(measurement: Measurement): Observation {
  const { tags, fields } = MEASUREMENTS[measurement]
  return {
    measurement,
    time: TIME,
    tags: Object.fromEntries(tags.map((name) => [name, `the ${name}`])),
    fields: Object.fromEntries(
      Object.entries(fields).map(([name, type], index) => [
        name,
        type === 'number' ? index : `text of ${name}`,
      ]),
    ),
  } as Observation
}

/** Without what a row does not have: an empty tag is none in InfluxDB. */
function readKnown(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== ''))
}

async function count(path: string, query: string): Promise<number> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  const rows = (await connection.runAndReadAll(query)).getRows()
  connection.closeSync()
  instance.closeSync()
  return Number(rows[0]?.[0])
}

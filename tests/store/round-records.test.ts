import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { silentLogger } from '../../model/logger.ts'
import { openDuckdbReadingStore } from '../../store/duckdb-reading-store.ts'
import { openInfluxdbReadingStore } from '../../store/influxdb-reading-store.ts'
import type { LorryRecord, ReadingStore } from '../../store/reading-store.ts'
import { createFolder } from '../fixtures/create-folder.ts'
import { findInfluxdb, type InfluxdbServer, startInfluxdb } from '../fixtures/start-influxdb.ts'

type Row = Record<string, unknown>

/** A store, and what a dashboard finds of an authority's rounds, in the order of round and lorry. */
interface Place {
  readonly store: ReadingStore
  read(authority: string): Promise<Row[]>
}

const TIME = Date.parse('2026-02-17T05:00:00Z')

function createRecord(lorry: string, fields: Partial<LorryRecord> = {}): LorryRecord {
  return {
    lorry,
    time: TIME,
    distanceM: 41_250,
    durationSeconds: 18_000,
    lifts: 64,
    tips: 2,
    litres: 15_400,
    kg: 1_848.5,
    isEstimated: true,
    ...fields,
  }
}

function describeRoundRecords(name: string, open: () => Promise<Place>): void {
  describe(name, () => {
    test('a round is found by lorry with its figures, and written twice it is there once', async () => {
      const place = await open()
      const lorries = [createRecord('eagle, 1'), createRecord('lorry-2', { lifts: 12, kg: 300 })]
      const record = { authority: 'leeds', round: '2026-02-17-ab', lorries }
      await place.store.writeRound(record)
      await place.store.writeRound(record)
      expect(await place.read('leeds')).toEqual(
        lorries.map((lorry) => ({ authority: 'leeds', round: '2026-02-17-ab', ...lorry })),
      )
    })

    test('a round that is written anew leaves nothing of what it was, and others as they are', async () => {
      const place = await open()
      await place.store.writeRound({
        authority: 'york',
        round: 'a',
        lorries: [createRecord('lorry-1'), createRecord('lorry-2')],
      })
      await place.store.writeRound({ authority: 'york', round: 'b', lorries: [createRecord('lorry-1')] })
      await place.store.writeRound({ authority: 'hull', round: 'a', lorries: [createRecord('lorry-1')] })
      const later = createRecord('lorry-1', { time: TIME + 60_000, lifts: 3 })
      await place.store.writeRound({ authority: 'york', round: 'a', lorries: [later] })
      const rows = async (authority: string) =>
        (await place.read(authority)).map(({ round, lorry, lifts }) => [round, lorry, lifts])
      expect(await rows('york')).toEqual([
        ['a', 'lorry-1', 3],
        ['b', 'lorry-1', 64],
      ])
      await place.store.writeRound({ authority: 'york', round: 'b', lorries: [] })
      expect(await rows('york')).toEqual([['a', 'lorry-1', 3]])
      await place.store.deleteAuthority('york')
      expect(await rows('york')).toEqual([])
      expect(await rows('hull')).toHaveLength(1)
    })
  })
}

describeRoundRecords('rounds in DuckDB', async () => {
  const path = join(await createFolder(), 'store.duckdb')
  let store = await openDuckdbReadingStore({ path, logger: silentLogger })
  onTestFinished(() => store.close())
  return {
    get store() {
      return store
    },
    async read(authority) {
      // The file is one process's: whoever looks into it waits until the store is closed.
      await store.close()
      const instance = await DuckDBInstance.create(path)
      const connection = await instance.connect()
      const result = await connection.runAndReadAll(
        'SELECT * EXCLUDE (time), epoch_ms(time) AS time FROM "round" WHERE authority = $1 ORDER BY round, lorry',
        [authority],
      )
      const rows = result.getRowObjects().map((row) => ({ ...row, time: Number(row['time']) }))
      connection.closeSync()
      instance.closeSync()
      store = await openDuckdbReadingStore({ path, logger: silentLogger })
      return rows
    },
  }
})

describe.skipIf(findInfluxdb() === undefined)('on a real InfluxDB', () => {
  let server: InfluxdbServer
  let count = 0
  beforeAll(async () => {
    server = await startInfluxdb()
  }, 60_000)
  afterAll(() => server.close())

  for (const perAuthority of ['', '-{authority}']) {
    describeRoundRecords(`rounds in InfluxDB, database kerbside${perAuthority}`, async () => {
      const database = `rounds${++count}${perAuthority}`
      const store = await openInfluxdbReadingStore({
        url: `${server.url}?database=${database}`,
        logger: silentLogger,
      })
      onTestFinished(() => store.close())
      return {
        store,
        async read(authority) {
          const query = `SELECT * FROM "round" WHERE "authority" = '${authority}'`
          const name = encodeURIComponent(database.replace('{authority}', authority))
          const url = `${server.url}/query?db=${name}&epoch=ms&q=${encodeURIComponent(query)}`
          const answer = (await (await fetch(url)).json()) as {
            results: { series?: { columns: string[]; values: unknown[][] }[] }[]
          }
          const { columns = [], values = [] } = answer.results[0]?.series?.[0] ?? {}
          return values
            .map((row): Row => Object.fromEntries(columns.map((column, index) => [column, row[index]])))
            .sort((a, b) => (`${a['round']}/${a['lorry']}` < `${b['round']}/${b['lorry']}` ? -1 : 1))
        },
      }
    })
  }
})

import { expect, onTestFinished, test } from 'vitest'
import { createFolder } from '../fixtures/create-folder.ts'
import { runKills } from '../fixtures/run-kills.ts'
import { findInfluxdb, startInfluxdb } from '../fixtures/start-influxdb.ts'
import { hasPostgres, startPostgres } from '../fixtures/start-postgres.ts'
import { type Shape, startOneProcess, startServices } from '../fixtures/start-shapes.ts'

const MINUTES = 60_000

async function expectNothingLostOrDoubled(shape: Shape, kills: number): Promise<void> {
  onTestFinished(() => shape.stop())
  const seed = Number(process.env['KERBSIDE_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
  const report = await runKills({ ...shape, kills, seed })
  const where = `seed ${seed}`
  expect(report.lost, where).toEqual([])
  expect(report.doubled, where).toEqual([])
  expect(report.unbalanced, where).toEqual([])
  expect(report.acknowledged, where).toBeGreaterThan(100 * kills)
  expect(report.samples, where).toBeGreaterThan(kills)
}

test('one process, killed ten times under load, loses and doubles nothing that it acknowledged', {
  timeout: 4 * MINUTES,
}, async () => {
  await expectNothingLostOrDoubled(await startOneProcess(await createFolder()), 10)
})

test.skipIf(!findInfluxdb() || !hasPostgres)(
  'broker and ingest as services, killed in turn under load, lose and double nothing',
  { timeout: 4 * MINUTES },
  async () => {
    const influxdb = await startInfluxdb()
    onTestFinished(() => influxdb.close())
    const postgres = await startPostgres()
    onTestFinished(() => postgres.stop())
    const shape = await startServices(await createFolder(), {
      KERBSIDE_STORE: `influxdb:${influxdb.url}?database=kerbside`,
      KERBSIDE_REGISTRY: postgres.url,
    })
    await expectNothingLostOrDoubled(shape, 10)
  },
)

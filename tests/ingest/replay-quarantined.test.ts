import { expect, it } from 'vitest'
import { createQuarantineReplay, type QuarantineReplay } from '../../ingest/replay-quarantined.ts'
import { createArraySource } from './array-source.ts'
import { openTown, parseDevice, type Town, waitUntil } from './open-town.ts'

const TOPIC = 'kerbside/v1/town/bin/bin-1/reading'

it('a distance is stored once its bin is calibrated, at the time of its receipt, and moves in the balance', async () => {
  const { town, replay } = await openWith([{ id: 'bin-1', kind: 'bin' }], [{ distanceMm: 700, sequence: 3 }])
  const [entry] = await list(town)
  const id = entry?.id ?? ''
  expect(await replay.replay('town', id, 'test')).toMatchObject({
    isStored: false,
    rejection: { reason: 'not_calibrated' },
  })

  const received = town.clock.now()
  await town.registry.updateDevice('town', 'bin-1', { settings: CALIBRATION }, 'test')
  // It waited for longer than a reading may be old.
  town.clock.advance(500 * 86_400)
  expect(await replay.replay('town', id, 'test')).toEqual({ isStored: true })
  expect(await town.readings('bin', 'bin-1')).toMatchObject([
    { time: received, receivedTime: received, fields: { distanceMm: 700, fillPercent: 50 } },
  ])
  expect(await list(town)).toEqual([])
  expect(await town.registry.getBalance('town', town.clock.now())).toMatchObject({
    stored: 1,
    quarantined: 0,
  })
  await expect(replay.replay('town', id, 'test')).rejects.toMatchObject({ code: 'NOT_FOUND' })
})

it('what is still refused gets the reason that holds now', async () => {
  const { town, replay } = await openWith([], [{ fillPercent: 5 }, { fillPercent: 500 }])
  expect((await list(town)).map(({ reason }) => reason)).toEqual(['unknown_device', 'unknown_device'])
  await town.registry.createDevices('town', [parseDevice({ id: 'bin-1', kind: 'bin' })], 'test')
  expect(await replay.replayAll('town', { reason: 'unknown_device' }, 'test')).toEqual({
    stored: 1,
    stillQuarantined: 1,
  })
  expect(await list(town)).toMatchObject([
    { reason: 'out_of_range', detail: 'fillPercent: 500 is out of range, a number from 0 to 100 is allowed' },
  ])
})

it('a corrected reading is stored in the place of what was published, and what is no better changes nothing', async () => {
  const { town, replay } = await openWith([{ id: 'bin-1', kind: 'bin' }], [{ fillPercent: 560 }])
  const [entry] = await list(town)
  const id = entry?.id ?? ''
  const worse = await replay.replay('town', id, 'test', Buffer.from('{"fillPercent":'))
  expect(worse).toMatchObject({ isStored: false, rejection: { reason: 'not_json' } })
  expect(await list(town)).toEqual([entry])

  expect(await replay.replay('town', id, 'test', Buffer.from('{"fillPercent":56}'))).toEqual({
    isStored: true,
  })
  expect(await list(town)).toEqual([])
  expect(await town.readings('bin', 'bin-1')).toMatchObject([
    { time: entry?.receivedTime, fields: { fillPercent: 56 } },
  ])
  expect(await town.registry.getBalance('town', town.clock.now())).toMatchObject({
    stored: 1,
    quarantined: 0,
  })
  const { items } = await town.registry.listAudit('town', { limit: 100 })
  expect(items.at(-1)).toMatchObject({
    action: 'quarantine.correct',
    detail: { published: '{"fillPercent":560}', corrected: '{"fillPercent":56}' },
  })
})

it('a corrected reading is still its device’s own', async () => {
  const { town, replay } = await openWith([{ id: 'bin-1', kind: 'bin' }], [{ fillPercent: 560 }])
  const [entry] = await list(town)
  const other = Buffer.from('{"fillPercent":56,"device":"bin-2"}')
  expect(await replay.replay('town', entry?.id ?? '', 'test', other)).toMatchObject({
    rejection: { reason: 'wrong_device' },
  })
})

it('an array within an array stays one refused reading', async () => {
  const { town, replay } = await openWith(
    [{ id: 'bin-1', kind: 'bin' }],
    [[{ fillPercent: 1 }, { fillPercent: 2 }]],
  )
  expect(await replay.replayAll('town', {}, 'test')).toEqual({ stored: 0, stillQuarantined: 1 })
  expect(await list(town)).toMatchObject([{ reason: 'wrong_type' }])
  expect(await town.readings('bin', 'bin-1')).toEqual([])
})

it('two replays of more than a page at once store each reading once and count it once', async () => {
  const readings = Array.from({ length: 700 }, (_, i) => ({ distanceMm: 300 + i, sequence: i }))
  const { town, replay } = await openWith([{ id: 'bin-1', kind: 'bin' }], readings)
  await town.registry.updateDevice('town', 'bin-1', { settings: CALIBRATION }, 'test')
  const [first, second] = await Promise.all([
    replay.replayAll('town', { device: 'bin-1' }, 'test'),
    replay.replayAll('town', { device: 'bin-1' }, 'test'),
  ])
  expect(first.stored + second.stored).toBeGreaterThanOrEqual(700)
  expect(first.stillQuarantined + second.stillQuarantined).toBe(0)
  expect(await town.readings('bin', 'bin-1')).toHaveLength(700)
  expect(await town.registry.getBalance('town', town.clock.now())).toMatchObject({
    accepted: 700,
    stored: 700,
    quarantined: 0,
  })
})

const CALIBRATION = { emptyDistanceMm: 1200, fullDistanceMm: 200 }

/** A town whose bin-1 has sent readings, of which none could be stored. */
async function openWith(
  devices: readonly object[],
  readings: readonly unknown[],
): Promise<{ town: Town; replay: QuarantineReplay }> {
  const town = await openTown(devices)
  const source = createArraySource({ now: town.clock.now })
  source.publish(TOPIC, readings)
  const ingest = town.ingest(source)
  await waitUntil(ingest.stats, ({ quarantined }) => quarantined === readings.length)
  await ingest.close()
  return { town, replay: createQuarantineReplay({ ...town, oldestDays: 400 }) }
}

async function list(town: Town) {
  return (await town.registry.listQuarantined('town', { limit: 1_000 })).items
}

import { expect, it } from 'vitest'
import { createQuarantineReplay } from '../../ingest/replay-quarantined.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { createArraySource } from './array-source.ts'
import { openTown, parseDevice, type Town, waitUntil } from './open-town.ts'

const TELRAAM = { id: 'counter-1', kind: 'traffic', settings: { mapping: 'telraam' } }
const TELRAAM_TOPIC = 'kerbside/v1/town/traffic/counter-1/reading'
const BIN_TOPIC = 'kerbside/v1/town/bin/bin-1/reading'

// An hour's report as Telraam's HTTP interface gives it: fractions, since it counts a part of the hour and scales that up.
const REPORT = {
  instance_id: -1,
  segment_id: 348_917,
  date: '2026-02-16T14:00:00.000Z',
  interval: 'hourly',
  uptime: 0.73,
  heavy: 78.0821917808,
  car: 619.1780821918,
  bike: 263.0136986301,
  pedestrian: 72.602739726,
  heavy_lft: 52.0547945205,
  heavy_rgt: 26.0273972603,
  car_lft: 202.7397260274,
  car_rgt: 416.4383561644,
  bike_lft: 156.1643835616,
  bike_rgt: 106.8493150685,
  pedestrian_lft: 41.095890411,
  pedestrian_rgt: 31.5068493151,
  direction: 1,
  timezone: 'Europe/Brussels',
  car_speed_hist_0to70plus: [15.9, 44.2, 29.2, 5.9, 1.5, 0.4, 0.6, 1.9],
  v85: 38.5,
}

it('what a device with a mapping publishes itself is read by it: Telraam’s hours, in both directions, count as one each', async () => {
  const { town, stats } = await publish([TELRAAM], TELRAAM_TOPIC, [
    REPORT,
    { ...REPORT, date: '2026-02-16T13:00:00.000Z', heavy_lft: 0, v85: undefined },
  ])
  const readings = await town.readings('traffic', 'counter-1')
  expect(readings).toHaveLength(4)
  const [left, right] = readings.filter(({ time }) => time === Date.parse(REPORT.date))
  const common = { intervalSeconds: 3_600, speed85Kph: 38.5 }
  expect([left?.fields, right?.fields]).toEqual([
    {
      ...common,
      direction: 'left',
      countsCar: 203,
      countsCycle: 156,
      countsHgv: 52,
      countsPedestrian: 41,
    },
    {
      ...common,
      direction: 'right',
      countsCar: 416,
      countsCycle: 107,
      countsHgv: 26,
      countsPedestrian: 32,
    },
  ])
  expect(stats()).toMatchObject({ stored: 2, quarantined: 0 })
})

it('one direction that is refused has the whole report refused, and it can be corrected', async () => {
  const { town } = await publish([TELRAAM], TELRAAM_TOPIC, { ...REPORT, car_rgt: -1 })
  expect(await town.readings('traffic', 'counter-1')).toEqual([])
  const [entry] = await list(town)
  expect(entry).toMatchObject({
    reason: 'out_of_range',
    detail: expect.stringMatching(/^counts.car: -1 is out of range/),
  })
  const replay = createQuarantineReplay({ ...town, oldestDays: 400 })
  const corrected = Buffer.from(JSON.stringify(REPORT))
  expect(await replay.replay('town', entry?.id ?? '', 'test', corrected)).toEqual({ isStored: true })
  expect(await town.readings('traffic', 'counter-1')).toHaveLength(2)
  expect(await balance(town)).toEqual({ stored: 1, quarantined: 0 })
})

it('a report of which the store refuses one direction is in quarantine, once', async () => {
  const town = await openTown([TELRAAM])
  const store: ReadingStore = {
    ...town.store,
    async write(readings) {
      const isLeft = (part: string) => part === 'direction:left'
      await town.store.write(readings.filter(({ part }) => !isLeft(part)))
      return readings.flatMap(({ part }, index) => (isLeft(part) ? [{ index, detail: 'left: refused' }] : []))
    },
  }
  const source = createArraySource({ now: town.clock.now })
  const ingest = town.ingest(source, { store })
  source.publish(TELRAAM_TOPIC, REPORT)
  await waitUntil(ingest.stats, ({ messages }) => messages === 1)
  expect(await list(town)).toMatchObject([{ reason: 'refused_by_store', detail: 'left: refused' }])
  expect(await balance(town)).toEqual({ stored: 0, quarantined: 1 })
})

it('SenML that waited for its device comes in, each reading at its own time', async () => {
  const pack = [
    { bn: 'urn:dev:bin:', bt: Date.parse('2026-02-16T15:00:00Z') / 1_000, n: 'fillPercent', v: 40 },
    { n: 'batteryVolts', u: 'V', v: 3.6 },
    { n: 'fillPercent', v: 45, t: 60 },
  ]
  const { town } = await publish([], BIN_TOPIC, pack)
  expect((await list(town)).map(({ reason }) => reason)).toEqual(['unknown_device', 'unknown_device'])
  await town.registry.createDevices('town', [parseDevice({ id: 'bin-1', kind: 'bin' })], 'test')
  const replay = createQuarantineReplay({ ...town, oldestDays: 400 })
  const outcome = await replay.replayAll('town', { reason: 'unknown_device' }, 'test')
  expect(outcome).toEqual({ stored: 2, stillQuarantined: 0 })
  expect(await town.readings('bin', 'bin-1')).toMatchObject([
    { time: Date.parse('2026-02-16T15:00:00Z'), fields: { fillPercent: 40, batteryVolts: 3.6 } },
    { time: Date.parse('2026-02-16T15:01:00Z'), fields: { fillPercent: 45 } },
  ])
  expect(await balance(town)).toEqual({ stored: 2, quarantined: 0 })
})

it('an uplink that waited for its device twice, through two gateways, is one reading', async () => {
  const devEui = '70b3d57ed0051a2c'
  const uplink = (time: string) => ({
    time,
    deviceInfo: { devEui },
    devAddr: '01a2b3c4',
    fPort: 85,
    data: 'AXVkA4IeBQ==',
    object: { battery: 100, distance: 1310 },
  })
  const topic = `kerbside/v1/town/uplink/chirpstack/bins/${devEui}`
  const { town, source, ingest } = await publish([], topic, uplink('2026-02-16T15:00:00.100+00:00'))
  source.publish(topic, uplink('2026-02-16T15:00:00.900+00:00'))
  await waitUntil(ingest.stats, ({ messages }) => messages === 2)
  expect((await list(town)).map(({ device }) => device)).toEqual([devEui, devEui])

  const settings = { devEui: devEui.toUpperCase(), mapping: 'milesight-em500-udl' }
  const calibration = { emptyDistanceMm: 2400, fullDistanceMm: 400 }
  const device = { id: 'bin-9', kind: 'bin', settings: { ...settings, ...calibration } }
  await town.registry.createDevices('town', [parseDevice(device)], 'test')
  const replay = createQuarantineReplay({ ...town, oldestDays: 400 })
  const outcome = await replay.replayAll('town', { device: devEui }, 'test')
  expect(outcome).toEqual({ stored: 2, stillQuarantined: 0 })
  expect(await town.readings('bin', 'bin-9')).toMatchObject([
    { time: Date.parse('2026-02-16T15:00:00.100Z'), fields: { distanceMm: 1310, fillPercent: 54.5 } },
  ])
})

it('sums in SenML become counts', async () => {
  const town = await openTown([{ id: 'counter-2', kind: 'traffic' }])
  const source = createArraySource({ now: town.clock.now })
  const ingest = town.ingest(source)
  const begin = Date.parse('2026-02-16T15:00:00Z') / 1_000
  const topic = 'kerbside/v1/town/traffic/counter-2/reading'
  source.publish(topic, [
    { bn: 'urn:dev:counter:', bt: begin, bs: 1_000, n: 'counts.car', s: 20 },
    { n: 'counts.car', s: 26, t: 300 },
  ])
  await waitUntil(ingest.stats, ({ messages }) => messages === 1)
  expect(await town.readings('traffic', 'counter-2')).toMatchObject([
    { time: begin * 1_000, fields: { countsCar: 6, intervalSeconds: 300 } },
  ])
  expect(await list(town)).toMatchObject([
    { reason: 'first_sum', detail: expect.stringMatching(/^countsCar: 1020/) },
  ])
  expect(await balance(town)).toEqual({ stored: 1, quarantined: 1 })
})

it('a mapping that is not there, or is for another kind, is said', async () => {
  const devices = [
    { id: 'bin-1', kind: 'bin', settings: { mapping: 'telraam' } },
    { id: 'counter-1', kind: 'traffic', settings: { mapping: 'nothing' } },
  ]
  const { town, source, ingest } = await publish(devices, BIN_TOPIC, { car: 1 })
  source.publish(TELRAAM_TOPIC, REPORT)
  await waitUntil(ingest.stats, ({ messages }) => messages === 2)
  expect((await list(town)).map(({ reason, detail }) => [reason, detail])).toEqual([
    ['wrong_kind', 'mapping: "telraam" is for a traffic, "bin-1" is registered as a bin'],
    [
      'no_mapping',
      'mapping: "counter-1" has the mapping "nothing", which is not there, the id of one is needed in its settings',
    ],
  ])
})

async function publish(devices: readonly object[], topic: string, payload: unknown) {
  const town = await openTown(devices)
  const source = createArraySource({ now: town.clock.now })
  const ingest = town.ingest(source)
  source.publish(topic, payload)
  await waitUntil(ingest.stats, ({ messages }) => messages === 1)
  return { town, source, ingest, stats: ingest.stats }
}

async function list(town: Town) {
  return (await town.registry.listQuarantined('town', { limit: 100 })).items
}

async function balance(town: Town) {
  const { stored, quarantined } = await town.registry.getBalance('town', town.clock.now())
  return { stored, quarantined }
}

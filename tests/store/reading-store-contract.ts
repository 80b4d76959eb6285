import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KINDS } from '../../model/device.ts'
import { createRandom, type Random } from '../../model/random.ts'
import { type FieldValue, fieldsOf, partOf, type Reading } from '../../model/reading.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { createMemoryReadingStore } from './memory-reading-store.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** 2026-02-16T00:00:00Z */
const START = 1_771_200_000_000
const ALL = { from: START - 60_000 * DAY, to: START + 60_000 * DAY, limit: 10_000 } as const

let authorityCount = 0

/** What every reading store holds to. `open` opens one that may be shared: each test has authorities of its own. */
export function describeReadingStore(name: string, open: () => Promise<ReadingStore>): void {
  describe(name, () => {
    let store: ReadingStore
    beforeAll(async () => {
      store = await open()
    }, 60_000)
    afterAll(() => store.close())

    const nextAuthority = () => `town-${++authorityCount}`
    const bin = (authority: string, time: number, fields: Reading['fields'], device = 'bin-1'): Reading => ({
      authority,
      kind: 'bin',
      device,
      part: '',
      time,
      receivedTime: time + 1_000,
      fields,
    })
    const lane = (authority: string, time: number, part: string, count: number): Reading => ({
      authority,
      kind: 'traffic',
      device: 'counter-1',
      part,
      time,
      receivedTime: time,
      fields: { count },
    })
    const listBins = (authority: string, device = 'bin-1') =>
      store.listReadings({ authority, kind: 'bin', device, ...ALL })

    test('an authority without readings has none', async () => {
      const authority = nextAuthority()
      expect(await store.listLatest(authority, 'bin')).toEqual([])
      expect(await listBins(authority)).toEqual([])
      expect(
        await store.listIntervals({ authority, kind: 'bin', device: 'bin-1', every: HOUR, ...ALL }),
      ).toEqual([])
      expect(await store.countReadings({ authority, kind: 'bin', ...ALL })).toBe(0)
      await store.deleteAuthority(authority)
      await store.check()
      expect(await store.write([])).toEqual([])
    })

    test('every field of every kind comes back as it was written', async () => {
      const authority = nextAuthority()
      const readings = KINDS.map((kind): Reading => {
        const fields = Object.fromEntries(
          Object.entries(fieldsOf(kind)).map(([field, type], index): [string, FieldValue] => [
            field,
            type === 'number' ? index + 0.25 : type === 'boolean' ? true : `text of ${field}`,
          ]),
        )
        return { authority, kind, device: 'a', part: '', time: START, receivedTime: START + 5, fields }
      })
      expect(await store.write(readings)).toEqual([])
      for (const reading of readings) {
        expect(await store.listReadings({ authority, kind: reading.kind, device: 'a', ...ALL })).toEqual([
          reading,
        ])
        expect(await store.listLatest(authority, reading.kind)).toEqual([reading])
      }
    })

    test('fields that are absent stay absent, though others of the batch have them', async () => {
      const authority = nextAuthority()
      const readings = [
        bin(authority, START, { fillPercent: 10 }),
        bin(authority, START + 1, { temperatureC: -4.5, fireAlarm: false }),
        bin(authority, START + 2, {}),
      ]
      await store.write(readings)
      expect(await listBins(authority)).toEqual(readings)
    })

    test('the same batch twice leaves one', async () => {
      const authority = nextAuthority()
      const readings = Array.from({ length: 50 }, (_, index) =>
        bin(authority, START + index, { fillPercent: index }),
      )
      await store.write(readings)
      await store.write(readings)
      expect(await listBins(authority)).toEqual(readings)
      expect(await store.countReadings({ authority, kind: 'bin', ...ALL })).toBe(50)
    })

    test('a reading of the same identity replaces the whole one before it', async () => {
      const authority = nextAuthority()
      await store.write([
        bin(authority, START, { fillPercent: 10, temperatureC: 5, fireAlarm: true }),
        bin(authority, START + 1, { fillPercent: 11, temperatureC: 6 }),
      ])
      const replacement = { ...bin(authority, START, { fillPercent: 20 }), receivedTime: START + 9_999 }
      await store.write([replacement])
      const last = bin(authority, START + 1, { batteryVolts: 3.6 })
      await store.write([last])
      expect(await listBins(authority)).toEqual([replacement, last])
      expect(await store.listLatest(authority, 'bin')).toEqual([last])
      const [interval] = await store.listIntervals({
        authority,
        kind: 'bin',
        device: 'bin-1',
        every: HOUR,
        ...ALL,
      })
      expect(Object.keys(interval?.fields ?? {}).sort()).toEqual(['batteryVolts', 'fillPercent'])
    })

    test('a batch of many devices that comes again with fewer fields replaces each', async () => {
      const authority = nextAuthority()
      const devices = Array.from({ length: 300 }, (_, index) => `bin-${index}`)
      await store.write(
        devices.map((device, index) =>
          bin(authority, START + index, { fillPercent: index, temperatureC: 1 }, device),
        ),
      )
      const again = devices.map((device, index) =>
        bin(
          authority,
          START + index,
          index % 3 === 0 ? { fillPercent: -1 } : { fillPercent: 1, temperatureC: 2 },
          device,
        ),
      )
      await store.write(again)
      const latest = await store.listLatest(authority, 'bin')
      expect(latest).toHaveLength(300)
      expect(new Set(latest)).toEqual(new Set(again))
      expect(await listBins(authority, 'bin-3')).toEqual([again[3]])
      expect(await store.countReadings({ authority, kind: 'bin', ...ALL })).toBe(300)
    })

    test('of two with the same identity in one batch the later one stays', async () => {
      const authority = nextAuthority()
      const later = bin(authority, START, { temperatureC: 2 })
      await store.write([bin(authority, START, { fillPercent: 1 }), bin(authority, START + 5, {}), later])
      expect(await listBins(authority)).toEqual([later, bin(authority, START + 5, {})])
      const third = bin(authority, START + 5, { sequence: 3 })
      await store.write([
        bin(authority, START + 5, { sequence: 1, fillPercent: 3 }),
        bin(authority, START + 5, { sequence: 2 }),
        third,
      ])
      expect(await listBins(authority)).toEqual([later, third])
    })

    test('late readings take their place between the others, and leave the latest as it is', async () => {
      const authority = nextAuthority()
      const times = [5, 1, 3, 2, 4].map((hours) => START + hours * HOUR)
      for (const time of times) await store.write([bin(authority, time, { fillPercent: 1 })])
      expect((await listBins(authority)).map(({ time }) => time)).toEqual([...times].sort((a, b) => a - b))
      expect((await store.listLatest(authority, 'bin')).map(({ time }) => time)).toEqual([START + 5 * HOUR])
    })

    test('what was the latest at a time is told from what was still being counted then', async () => {
      const authority = nextAuthority()
      const counted = (hours: number, part: string, intervalSeconds: number): Reading => ({
        ...lane(authority, START + hours * HOUR, part, hours),
        fields: { count: hours, intervalSeconds },
      })
      const day = counted(-30, 'lane:3', 86_400)
      await store.write([
        ...[0, 1, 2, 3].map((hours) => counted(hours, 'lane:1', 3_600)),
        counted(1, 'lane:2', 3_600),
        day,
        counted(0, 'lane:3', 86_400),
        counted(4, 'lane:4', 60),
      ])
      const until = START + 3.5 * HOUR
      const latest = await store.listLatestUntil(authority, 'traffic', until)
      expect(latest).toEqual([counted(2, 'lane:1', 3_600), counted(1, 'lane:2', 3_600), day])
      const atEnd = await store.listLatestUntil(authority, 'traffic', START + 3 * HOUR)
      expect(atEnd[0]).toEqual(latest[0])
      const before = await store.listLatestUntil(authority, 'traffic', START + 3 * HOUR - 1)
      expect(before[0]).toEqual(counted(1, 'lane:1', 3_600))
      expect(await store.listLatestUntil(authority, 'traffic', START - 40 * HOUR)).toEqual([])
    })

    test('pages of all devices go on where the page before ended, within a time too', async () => {
      const authority = nextAuthority()
      const readings = ['c', 'a', 'b'].flatMap((device) =>
        [0, 1].flatMap((hours) =>
          ['lane:1', 'lane:2'].map((part) => ({
            ...lane(authority, START + hours * HOUR, part, hours),
            device,
          })),
        ),
      )
      await store.write(readings)
      const query = { authority, kind: 'traffic', from: START, to: START + 2 * HOUR } as const
      const pages: Reading[] = []
      for (;;) {
        const page = await store.listMeasured({ ...query, limit: 5, after: pages.at(-1) })
        pages.push(...page)
        if (page.length < 5) break
      }
      expect(pages.map(({ time, device, part }) => [(time - START) / HOUR, device, part])).toEqual(
        [0, 1].flatMap((hours) =>
          ['a', 'b', 'c'].flatMap((device) => ['lane:1', 'lane:2'].map((part) => [hours, device, part])),
        ),
      )
      expect(await store.listMeasured({ ...query, to: START, limit: 5 })).toEqual([])
    })

    test('their version is another one after each change, and after nothing else', async () => {
      const authority = nextAuthority()
      const query = { authority, kind: 'bin', from: START, to: START + DAY } as const
      const at = (ms: number, receivedTime: number): Reading => ({
        ...bin(authority, START + ms, { fillPercent: 1 }),
        receivedTime,
      })
      const versions = [await store.getReadingsVersion(query)]
      const write = async (...readings: Reading[]) => {
        await store.write(readings)
        versions.push(await store.getReadingsVersion(query))
      }
      await write(at(0, START + DAY), at(1, START + DAY + 5))
      await write(at(2, START + DAY + 5))
      // In the place of another: received last, between the others, and before all of them.
      await write(at(0, START + 3 * DAY))
      await write(at(0, START + DAY + 7))
      await write(at(1, START + 9))
      expect(new Set(versions).size).toBe(versions.length)

      await store.write([at(1, START + 9), at(DAY, START + DAY)])
      await store.write([{ ...bin(nextAuthority(), START, {}), receivedTime: START }])
      expect(await store.getReadingsVersion(query)).toBe(versions.at(-1))
    })

    test('from is in, to is not', async () => {
      const authority = nextAuthority()
      await store.write([1, 2, 3].map((ms) => bin(authority, START + ms, {})))
      const query = { authority, kind: 'bin', device: 'bin-1', from: START + 1, to: START + 3 } as const
      expect((await store.listReadings({ ...query, limit: 10 })).map(({ time }) => time - START)).toEqual([
        1, 2,
      ])
      expect(await store.countReadings(query)).toBe(2)
      expect(
        (await store.listIntervals({ ...query, every: DAY, limit: 10 })).map(({ count }) => count),
      ).toEqual([2])
    })

    test('pages follow each other in the order of time, then part, without a gap or a repetition', async () => {
      const authority = nextAuthority()
      const parts = ['', 'direction:in', 'direction:out', 'lane:1', 'lane:10', 'lane:2']
      const readings = Array.from({ length: 40 }, (_, hour) =>
        parts.map((part, index) => lane(authority, START + hour * HOUR, part, hour * 10 + index)),
      ).flat()
      await store.write([...readings].reverse())
      for (const limit of [5, 6, 7, 100, 240, 241]) {
        const seen: Reading[] = []
        let after: { time: number; part: string } | undefined
        for (;;) {
          const page = await store.listReadings({
            authority,
            kind: 'traffic',
            device: 'counter-1',
            ...ALL,
            limit,
            ...(after ? { after } : {}),
          })
          seen.push(...page)
          const last = page.at(-1)
          if (page.length < limit || !last) break
          after = { time: last.time, part: last.part }
        }
        expect(seen).toEqual(readings)
      }
    })

    test('a page may begin after a part that is not there', async () => {
      const authority = nextAuthority()
      const readings = ['a', 'c'].map((direction) => lane(authority, START, partOf(undefined, direction), 1))
      await store.write(readings)
      const query = { authority, kind: 'traffic', device: 'counter-1', ...ALL } as const
      expect(await store.listReadings({ ...query, after: { time: START, part: 'direction:b' } })).toEqual([
        readings[1],
      ])
      expect(await store.listReadings({ ...query, after: { time: START - 1, part: 'z' } })).toEqual(readings)
      expect(await store.listReadings({ ...query, after: { time: START, part: 'z' } })).toEqual([])
    })

    test('parts are readings of their own, latest of each', async () => {
      const authority = nextAuthority()
      await store.write([
        lane(authority, START, 'lane:2', 1),
        lane(authority, START, 'lane:1', 2),
        lane(authority, START + 1, 'lane:1', 3),
      ])
      expect(await store.listLatest(authority, 'traffic')).toEqual([
        lane(authority, START + 1, 'lane:1', 3),
        lane(authority, START, 'lane:2', 1),
      ])
    })

    test('what was received comes in that order, from when it is asked for, late ones among them', async () => {
      const authority = nextAuthority()
      const received = (device: string, time: number, receivedTime: number): Reading => ({
        ...bin(authority, START + time, { fillPercent: 1 }, device),
        receivedTime: START + receivedTime,
      })
      const [first, second, third, fourth, late, old] = [
        received('b', 100, 1_000),
        received('a', 200, 2_000),
        received('b', 150, 2_000),
        received('a', 900, 2_500),
        received('a', 50, 3_000),
        received('a', -HOUR, 4_000),
      ] as const
      await store.write([fourth, first, third])
      await store.write([old, late, second])
      await store.write([{ ...first, authority: nextAuthority() }])
      const ask = (from: number, receivedFrom: number, limit = 100) =>
        store.listReceived({
          authority,
          kind: 'bin',
          from: START + from,
          receivedFrom: START + receivedFrom,
          limit,
        })
      expect(await ask(0, 0)).toEqual([first, second, third, fourth, late])
      expect(await ask(0, 2_000)).toEqual([second, third, fourth, late])
      expect(await ask(0, 2_001, 1)).toEqual([fourth])
      expect(await ask(160, 0)).toEqual([second, fourth])
      expect(await ask(-DAY, 3_001)).toEqual([old])
      expect(await ask(901, 0)).toEqual([])
      expect(await ask(0, 4_001)).toEqual([])
    })

    test('the latest come in the order of device and part', async () => {
      const authority = nextAuthority()
      const devices = ['b', 'a', 'B', 'a-1', 'a_1', '10', '9']
      await store.write(devices.map((device) => bin(authority, START, {}, device)))
      expect((await store.listLatest(authority, 'bin')).map(({ device }) => device)).toEqual(
        [...devices].sort(),
      )
    })

    test('an interval has the mean, the least, the greatest and the count over all parts', async () => {
      const authority = nextAuthority()
      await store.write([
        lane(authority, START, 'lane:1', 2),
        lane(authority, START, 'lane:2', 4),
        lane(authority, START + HOUR - 1, 'lane:1', 9),
        lane(authority, START + HOUR, 'lane:1', 7),
        { ...lane(authority, START + HOUR, 'lane:2', 0), fields: { meanSpeedKph: 31.5, direction: 'north' } },
        lane(authority, START + 5 * HOUR, 'lane:1', 1),
      ])
      const query = { authority, kind: 'traffic', device: 'counter-1', every: HOUR, ...ALL } as const
      const intervals = [
        { time: START, count: 3, fields: { count: { mean: 5, min: 2, max: 9 } } },
        {
          time: START + HOUR,
          count: 2,
          fields: { count: { mean: 7, min: 7, max: 7 }, meanSpeedKph: { mean: 31.5, min: 31.5, max: 31.5 } },
        },
        { time: START + 5 * HOUR, count: 1, fields: { count: { mean: 1, min: 1, max: 1 } } },
      ]
      expect(await store.listIntervals(query)).toEqual(intervals)
      expect(await store.listIntervals({ ...query, limit: 2 })).toEqual(intervals.slice(0, 2))
      expect(await store.listIntervals({ ...query, from: START + 1, to: START + HOUR })).toEqual([
        { time: START, count: 1, fields: { count: { mean: 9, min: 9, max: 9 } } },
      ])
    })

    test('intervals begin at multiples of their length since 1970, before it too', async () => {
      const authority = nextAuthority()
      const every = 7 * 60_000
      const times = [-every - 1, -every, -1, 0, every - 1, START]
      await store.write(times.map((time) => bin(authority, time, { fillPercent: 1 })))
      const intervals = await store.listIntervals({ authority, kind: 'bin', device: 'bin-1', every, ...ALL })
      expect(intervals.map(({ time, count }) => [time + 0, count])).toEqual([
        [-2 * every, 1],
        [-every, 2],
        [0, 2],
        [Math.floor(START / every) * every, 1],
      ])
    })

    test('texts come back whole, whatever is in them', async () => {
      const authority = nextAuthority()
      const texts = [
        '',
        ' ',
        'it\'s "quoted", with, commas = and spaces ',
        'back\\slash \\" \\n \\',
        'line\nfeed\r\n\ttab',
        'ünïcödé 漢字 🚌 \u200b\ufeff',
        '[{"vehicle":"7\\"","tripId":null}]',
        '%20%5C%',
        '$1 {x} {{y}} ; DROP TABLE series; --',
        'x'.repeat(60_000),
      ]
      const readings = texts.map(
        (text, index): Reading => ({
          authority,
          kind: 'display',
          device: 'sign',
          part: '',
          time: START + index,
          receivedTime: START,
          fields: { firmware: text, lines: JSON.stringify([text]) },
        }),
      )
      expect(await store.write(readings)).toEqual([])
      expect(await store.listReadings({ authority, kind: 'display', device: 'sign', ...ALL })).toEqual(
        readings,
      )
    })

    test('parts come back whole, whatever is in them', async () => {
      const authority = nextAuthority()
      const directions = [
        ' ',
        'a b',
        'a,b=c',
        "it's",
        '"in"',
        '\\',
        'back\\slash\\',
        'line\nfeed',
        'tab\t',
        'Zürich → 漢字 🚲',
        '%5C',
        '100%',
        '\u0001',
        "' OR time > 0 --",
        'x,device=other',
      ]
      const parts = directions.map((direction) => partOf(undefined, direction)).sort()
      const readings = parts.map((part, index) => lane(authority, START, part, index))
      expect(await store.write(readings)).toEqual([])
      expect(await store.listLatest(authority, 'traffic')).toEqual(readings)
      const query = { authority, kind: 'traffic', device: 'counter-1', ...ALL } as const
      expect(await store.listReadings(query)).toEqual(readings)
      const again = parts.map((part, index) => ({
        ...lane(authority, START, part, 0),
        fields: { occupancyPercent: index },
      }))
      await store.write(again)
      expect(await store.listReadings(query)).toEqual(again)
    })

    test('numbers keep every digit', async () => {
      const authority = nextAuthority()
      const numbers = [
        0,
        -0,
        1,
        -1,
        0.1,
        1 / 3,
        Number.MAX_SAFE_INTEGER,
        Number.MIN_SAFE_INTEGER,
        1e21,
        123456789.12345679,
        Number.MAX_VALUE,
        -Number.MAX_VALUE,
        2.2250738585072014e-308,
        Number.EPSILON,
      ]
      await store.write(numbers.map((sequence, index) => bin(authority, START + index, { sequence })))
      const read = (await listBins(authority)).map(({ fields }) => Number(fields['sequence']))
      expect(read.map((value) => value + 0)).toEqual(numbers.map((value) => value + 0))
    })

    test('times before 1970 and far ahead are kept', async () => {
      const authority = nextAuthority()
      const times = [-2_208_988_800_000, -1, 0, 1, 4_102_444_800_000]
      const readings = times.map((time) => bin(authority, time, { fillPercent: 1 }))
      await store.write([...readings].reverse())
      expect(await listBins(authority)).toEqual(readings)
      expect(await store.listLatest(authority, 'bin')).toEqual(readings.slice(-1))
    })

    test('what no store could keep is refused, and the rest of its batch kept', async () => {
      const authority = nextAuthority()
      const good = [bin(authority, START, { fillPercent: 1 }), bin(authority, START + 1, { fillPercent: 2 })]
      const [first, second] = good as [Reading, Reading]
      const refused = await store.write([
        first,
        bin(authority, START + 2, { fillPercent: 'full' }),
        bin(authority, START + 3, { unheardOf: 1 }),
        bin(authority, START + 4, { temperatureC: Number.NaN }),
        bin(authority, Number.POSITIVE_INFINITY, {}),
        bin(authority, 1e18, {}),
        bin(authority, START + 0.5, {}),
        lane(authority, START, 'direction:\ud800', 1),
        bin(authority, START + 5, { constructor: 1 }),
        second,
      ])
      expect(refused.map(({ index }) => index)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
      expect(refused[0]?.detail).toContain('fillPercent is "full"')
      expect(refused[1]?.detail).toContain('unheardOf')
      expect(await listBins(authority)).toEqual(good)
      expect(await store.countReadings({ authority, kind: 'traffic', ...ALL })).toBe(0)
    })

    test('a device may have 256 parts, and no more', async () => {
      const authority = nextAuthority()
      const readings = Array.from({ length: 258 }, (_, index) =>
        lane(authority, START, partOf(undefined, `d${String(index).padStart(3, '0')}`), index),
      )
      const refused = await store.write(readings)
      expect(refused.map(({ index }) => index)).toEqual([256, 257])
      expect(await store.write(readings.slice(0, 2))).toEqual([])
      expect(await store.countReadings({ authority, kind: 'traffic', ...ALL })).toBe(256)
    })

    test('authorities never meet', async () => {
      const one = nextAuthority()
      const other = nextAuthority()
      await store.write([bin(one, START, { fillPercent: 1 }), bin(other, START, { fillPercent: 2 })])
      expect(await listBins(one)).toEqual([bin(one, START, { fillPercent: 1 })])
      expect(await listBins(other)).toEqual([bin(other, START, { fillPercent: 2 })])
      expect(await store.countReadings({ authority: one, kind: 'bin', ...ALL })).toBe(1)
      await store.deleteAuthority(one)
      expect(await listBins(one)).toEqual([])
      expect(await store.listLatest(one, 'bin')).toEqual([])
      expect(await store.countReadings({ authority: one, kind: 'bin', ...ALL })).toBe(0)
      expect(await store.listLatest(other, 'bin')).toEqual([bin(other, START, { fillPercent: 2 })])
      await store.write([bin(one, START - 1, { fillPercent: 3 })])
      expect(await listBins(one)).toEqual([bin(one, START - 1, { fillPercent: 3 })])
    })

    test('batches that are written at once are all there', async () => {
      const authority = nextAuthority()
      const batches = Array.from({ length: 20 }, (_, batch) =>
        Array.from({ length: 20 }, (_, index) =>
          bin(authority, START + ((batch * 7 + index) % 60), { sequence: batch * 100 + index }),
        ),
      )
      const model = createMemoryReadingStore()
      await Promise.all(
        batches.map((batch) => {
          model.write(batch)
          return store.write(batch)
        }),
      )
      expect(await listBins(authority)).toEqual(
        model.listReadings({ authority, kind: 'bin', device: 'bin-1', ...ALL }),
      )
    })

    test.each([1, 2, 3])('it answers as a plain model does, whatever is written (seed %i)', async (seed) => {
      const random = createRandom(seed)
      const authorities = [nextAuthority(), nextAuthority()]
      const model = createMemoryReadingStore()
      for (let step = 0; step < 12; step++) {
        const batch = Array.from({ length: 1 + Math.floor(random() * 120) }, () =>
          createReading(random, authorities),
        )
        if (random() < 0.3) batch.push(...batch.slice(0, 10))
        model.write(batch)
        expect(await store.write(batch)).toEqual([])
        if (random() < 0.1) {
          const authority = pick(random, authorities)
          model.deleteAuthority(authority)
          await store.deleteAuthority(authority)
        }
      }
      for (const authority of authorities) {
        for (const kind of KINDS) {
          expect(await store.listLatest(authority, kind)).toEqual(model.listLatest(authority, kind))
          const bounds = { from: START + Math.floor(random() * 50) * 60_000, to: START + 100 * 60_000 }
          expect(await store.countReadings({ authority, kind, ...bounds })).toBe(
            model.countReadings({ authority, kind, ...bounds }),
          )
          const received = {
            authority,
            kind,
            from: bounds.from,
            receivedFrom: START + random() * 1e6,
            limit: 30,
          }
          expect(await store.listReceived(received)).toEqual(model.listReceived(received))
          const until = START + Math.floor(random() * 100) * 60_000
          expect(await store.listLatestUntil(authority, kind, until)).toEqual(
            model.listLatestUntil(authority, kind, until),
          )
          const measured = { authority, kind, ...bounds }
          expect(await store.listMeasured({ ...measured, limit: 1_000 })).toEqual(
            model.listMeasured({ ...measured, limit: 1_000 }),
          )
          const place = {
            time: START + Math.floor(random() * 100) * 60_000,
            device: pick(random, DEVICES),
            part: pick(random, PARTS),
          }
          const page = { ...measured, limit: 1 + Math.floor(random() * 60), after: place }
          expect(await store.listMeasured(page)).toEqual(model.listMeasured(page))
          for (const device of DEVICES) {
            const query = { authority, kind, device, ...bounds }
            const limit = 1 + Math.floor(random() * 60)
            const after = { time: START + Math.floor(random() * 100) * 60_000, part: pick(random, PARTS) }
            expect(await store.listReadings({ ...query, limit: 1_000 })).toEqual(
              model.listReadings({ ...query, limit: 1_000 }),
            )
            expect(await store.listReadings({ ...query, limit, after })).toEqual(
              model.listReadings({ ...query, limit, after }),
            )
            const intervals = { ...query, every: pick(random, [60_000, 420_000, HOUR]), limit }
            expectClose(await store.listIntervals(intervals), model.listIntervals(intervals))
          }
        }
      }
    })

    test('once closed it rejects, and closing again is harmless', async () => {
      const closing = await open()
      const authority = nextAuthority()
      const underWay = closing.write([bin(authority, START, { fillPercent: 1 })])
      await closing.close()
      await closing.close()
      expect(await underWay).toEqual([])
      const unavailable = { code: 'STORE_UNAVAILABLE' }
      await expect(closing.write([bin(authority, START, {})])).rejects.toMatchObject(unavailable)
      await expect(closing.listLatest(authority, 'bin')).rejects.toMatchObject(unavailable)
      await expect(closing.countReadings({ authority, kind: 'bin', ...ALL })).rejects.toMatchObject(
        unavailable,
      )
      await expect(closing.check()).rejects.toMatchObject(unavailable)
    })
  })
}

const DEVICES = ['d1', 'd2', 'd-3']
const PARTS = ['', 'lane:1', 'direction:in, "out"\\', 'direction:ü\n']

function pick<T>(random: Random, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T
}

function createReading(random: Random, authorities: readonly string[]): Reading {
  const kind = pick(random, KINDS)
  const fields: Record<string, FieldValue> = {}
  for (const [name, type] of Object.entries(fieldsOf(kind))) {
    if (random() < 0.5) continue
    if (type === 'number') fields[name] = Math.round(random() * 2_000 - 1_000) / 8 + 0
    else
      fields[name] =
        type === 'boolean' ? random() < 0.5 : pick(random, ['', 'a', 'é"\\', 'a longer text, with = signs'])
  }
  return {
    authority: pick(random, authorities),
    kind,
    device: pick(random, DEVICES),
    part: kind === 'traffic' ? pick(random, PARTS) : '',
    time: START + Math.floor(random() * 100) * 60_000,
    receivedTime: START + Math.floor(random() * 1e6),
    fields,
  }
}

// Means are sums in another order: they agree to their last digits only.
function expectClose(
  actual: Awaited<ReturnType<ReadingStore['listIntervals']>>,
  expected: ReturnType<ReturnType<typeof createMemoryReadingStore>['listIntervals']>,
): void {
  const round = (intervals: typeof expected | typeof actual) =>
    intervals.map((interval) => ({
      ...interval,
      fields: Object.fromEntries(
        Object.entries(interval.fields).map(([name, { mean, min, max }]) => [
          name,
          { mean: Number(mean.toFixed(6)) + 0, min: min + 0, max: max + 0 },
        ]),
      ),
    }))
  expect(round(actual)).toEqual(round(expected))
}

import { describe, expect, it } from 'vitest'
import { KerbsideError } from '../../model/error.ts'
import { createRandom } from '../../model/random.ts'
import type { Registry } from '../../registry/registry.ts'
import type { ReadingStore } from '../../store/reading-store.ts'
import { type ArraySource, createArraySource } from './array-source.ts'
import { openTown, parseDevice, type Town, waitUntil } from './open-town.ts'

const BIN = { id: 'bin-1', kind: 'bin', settings: { emptyDistanceMm: 1200, fullDistanceMm: 200 } }
const TOPIC = 'kerbside/v1/town/bin/bin-1/reading'

describe('the way of a message', () => {
  it('ends in the store or in quarantine, counted, recorded and forgotten', async () => {
    const { town, source } = await open()
    source.publish(TOPIC, [{ fillPercent: 10 }, { fillPercent: 101 }, { distanceMm: 700 }])
    source.publish('kerbside/v1/town/bin/bin-1/status', 'online')
    source.publish(TOPIC, 'nonsense')
    const ingest = town.ingest(source)
    await waitUntilForgotten(source)

    const time = town.clock.now()
    expect(await town.readings('bin', 'bin-1')).toMatchObject([
      { time, fields: { fillPercent: 10 } },
      { time: time + 2, fields: { fillPercent: 50, distanceMm: 700 } },
    ])
    const { items } = await town.registry.listQuarantined('town', { limit: 10 })
    expect(items.map(({ reason, device, topic }) => [reason, device, topic]).sort()).toEqual([
      ['not_json', 'bin-1', TOPIC],
      ['out_of_range', 'bin-1', TOPIC],
    ])
    expect(await town.registry.getBalance('town', time)).toMatchObject({
      stored: 2,
      quarantined: 2,
      pending: 0,
    })
    expect(await town.registry.listDeviceStatuses('town')).toMatchObject([
      { device: 'bin-1', isOnline: true },
    ])
    expect(await town.registry.findPosition('source')).toBe(3)
    expect(ingest.stats()).toMatchObject({ messages: 3, stored: 2, quarantined: 2, statuses: 1, away: [] })
  })

  it('begins for a device that was registered after the start', async () => {
    const { town, source } = await open()
    town.ingest(source)
    source.publish(TOPIC, { fillPercent: 1 })
    await waitUntilForgotten(source)
    await town.registry.createDevices(
      'town',
      [
        {
          ...BIN,
          id: 'bin-2',
          kind: 'bin',
          name: null,
          longitude: null,
          latitude: null,
          uprn: null,
          usrn: null,
          stopIds: [],
        },
      ],
      'test',
    )
    source.publish('kerbside/v1/town/bin/bin-2/reading', { fillPercent: 2 })
    await waitUntilForgotten(source)
    expect(await town.readings('bin', 'bin-2')).toHaveLength(1)
  })

  it('does not end for a whole batch because of an authority that is gone', async () => {
    const { town, source } = await open()
    source.publish('kerbside/v1/gone/bin/bin-1/reading', { fillPercent: 1 })
    source.publish(TOPIC, { fillPercent: 2 })
    town.ingest(source)
    await waitUntilForgotten(source)
    expect(await town.readings('bin', 'bin-1')).toHaveLength(1)
  })
})

describe('traps of the field', () => {
  it('an hour of readings at once and out of order are as if they had come in order', async () => {
    const { town, source } = await open()
    const first = town.clock.now() - 3_600_000
    const minutes = Array.from({ length: 60 }, (_, minute) => (minute * 7) % 60)
    for (const minute of minutes) {
      source.publish(TOPIC, { fillPercent: minute, time: first + minute * 60_000 })
    }
    town.ingest(source)
    await waitUntilForgotten(source)
    const readings = await town.readings('bin', 'bin-1')
    expect(readings.map(({ fields }) => fields['fillPercent'])).toEqual(
      Array.from({ length: 60 }, (_, i) => i),
    )
    expect(await town.store.listLatest('town', 'bin')).toMatchObject([{ fields: { fillPercent: 59 } }])
  })

  it('a jump that the next reading takes back leaves the later level', async () => {
    const { town, source } = await open()
    const time = town.clock.now()
    source.publish(TOPIC, { distanceMm: 900, time: time - 60_000 })
    source.publish(TOPIC, { distanceMm: 210, time: time - 40_000 })
    source.publish(TOPIC, { distanceMm: 890, time: time - 20_000 })
    town.ingest(source)
    await waitUntilForgotten(source)
    expect(await town.store.listLatest('town', 'bin')).toMatchObject([{ fields: { fillPercent: 31 } }])
  })

  it('the same uplink twice is one reading, within a batch, in the next, and after a restart', async () => {
    const { town, source } = await open()
    const uplink = { sequence: 7, fillPercent: 40 }
    source.publish(TOPIC, { ...uplink, rssi: -80 }, town.clock.now())
    source.publish(TOPIC, { rssi: -97, ...uplink }, town.clock.now() + 1)
    let ingest = town.ingest(source, { limits: { messagesPerRead: 1, readingsPerBatch: 1 } })
    source.publish(TOPIC, uplink, town.clock.now() + 2)
    await waitUntilForgotten(source)
    await ingest.close()
    const again = source.reopen()
    again.publish(TOPIC, uplink, town.clock.now() + 3_600_000)
    ingest = town.ingest(again)
    again.publish(TOPIC, { sequence: 7, fillPercent: 41 }, town.clock.now() + 3_600_001)
    again.publish(TOPIC, uplink, town.clock.now() + 90_000_000)
    await waitUntilForgotten(again)

    const readings = await town.readings('bin', 'bin-1')
    expect(readings.map(({ time, fields }) => [time - town.clock.now(), fields['fillPercent']])).toEqual([
      [0, 40],
      [3_600_001, 41],
      // A day later the counter may have begun anew.
      [90_000_000, 40],
    ])
    expect(await town.registry.getBalance('town', town.clock.now())).toMatchObject({
      stored: 6,
      quarantined: 0,
    })
  })
})

describe('a process that ends', () => {
  const steps = ['before the write', 'after the write', 'after the record', 'after forgetting'] as const
  it.each(steps.flatMap((step) => [[step, true] as const, [step, false] as const]))(
    '%s leaves each reading once (positions: %s)',
    async (step, hasPositions) => {
      const { town, source } = await open({ hasPositions })
      const time = town.clock.now() - 1_000
      for (let i = 0; i < 20; i += 1) source.publish(TOPIC, { fillPercent: i, time: time + i })
      source.publish(TOPIC, { fillPercent: 50, sequence: 1 })
      source.publish(TOPIC, 'nonsense')
      const parts = crash(town, step)
      const limits = { messagesPerRead: 8, readingsPerBatch: 5 }
      const broken = town.ingest({ ...source, forget: parts.forget(source) }, { ...parts, limits })
      await parts.crashed
      await broken.close()

      const again = source.reopen()
      town.ingest(again, { limits })
      await waitUntilForgotten(again)
      const readings = await town.readings('bin', 'bin-1')
      expect(readings.map(({ fields }) => fields['fillPercent'])).toEqual([...Array(20).keys(), 50])
      const { items } = await town.registry.listQuarantined('town', { limit: 10 })
      const balance = await town.registry.getBalance('town', town.clock.now())
      if (hasPositions) {
        expect(items).toHaveLength(1)
        expect(balance).toMatchObject({ stored: 21, quarantined: 1, accepted: 22 })
      } else {
        // What a foreign broker sends again is received again, and counts again.
        expect(balance.stored + balance.quarantined).toBe(balance.accepted)
      }
    },
  )
})

describe('an authority that is deleted while its readings are written', () => {
  it('leaves none in the store', async () => {
    const { town, source } = await open()
    const slow = holdBack(town.store)
    source.publish(TOPIC, { fillPercent: 1 })
    const ingest = town.ingest(source, { store: slow.store })
    await slow.isWriting
    source.publish(TOPIC, { fillPercent: 2 })
    await deleteTown(town)
    slow.goOn()
    await waitUntil(ingest.stats, ({ messages }) => messages === 2)
    expect(await town.readings('bin', 'bin-1')).toEqual([])
  })

  it('leaves none to the next one of its id, which keeps all of its own', async () => {
    const { town, source } = await open()
    const slow = holdBack(town.store)
    source.publish(TOPIC, { fillPercent: 1 })
    const ingest = town.ingest(source, { store: slow.store })
    await slow.isWriting
    await deleteTown(town)
    await town.registry.createAuthority({ id: 'town', name: 'Town', timeZone: 'UTC', published: [] }, 'test')
    await town.registry.createDevices('town', [parseDevice(BIN)], 'test')
    source.publish(TOPIC, { fillPercent: 2 }, town.clock.now() + 1)
    slow.goOn()
    source.publish(TOPIC, { fillPercent: 3 }, town.clock.now() + 2)
    await waitUntil(ingest.stats, ({ messages }) => messages === 3)
    source.publish(TOPIC, { fillPercent: 4 }, town.clock.now() + 3)
    await waitUntil(ingest.stats, ({ messages }) => messages === 4)
    const readings = await town.readings('bin', 'bin-1')
    expect(readings.map(({ fields }) => fields['fillPercent'])).toEqual([2, 3, 4])
  })
})

describe('several ingests of one source', () => {
  it('that take over from each other at any moment count each message once', async () => {
    const seed = Math.floor(Math.random() * 2 ** 32)
    const random = createRandom(seed)
    const { town, source } = await open()
    const time = town.clock.now() - 1_000
    for (let i = 0; i < 400; i += 1) {
      const reading = { fillPercent: i % 100, time: time + i }
      source.publish(TOPIC, i % 7 === 0 ? 'nonsense' : i % 11 === 0 ? [reading, {}] : reading)
    }
    const sources = [source.reopen(), source.reopen(), source.reopen()]
    for (const each of sources) {
      const store: ReadingStore = {
        ...town.store,
        async write(readings) {
          // As many turns of the event loop as one that is slow now and then.
          for (let turns = random() * 200; turns > 0; turns -= 1) await new Promise(setImmediate)
          return town.store.write(readings)
        },
      }
      const messagesPerRead = 1 + Math.floor(random() * 120)
      const readingsPerBatch = 1 + Math.floor(random() * 40)
      town.ingest(each, { store, limits: { messagesPerRead, readingsPerBatch } })
    }
    for (const each of sources) await waitUntilForgotten(each)
    const nonsense = Math.ceil(400 / 7)
    const arrays = Array.from({ length: 400 }, (_, i) => i).filter((i) => i % 7 > 0 && i % 11 === 0).length
    const where = `seed ${seed}`
    expect(await town.registry.getBalance('town', time), where).toMatchObject({
      stored: 400 - nonsense,
      quarantined: nonsense + arrays,
    })
    const reasons = await town.registry.countQuarantined('town')
    const kept = reasons.reduce((total, { count }) => total + count, 0)
    expect(kept, where).toBe(nonsense + arrays)
    expect(await town.readings('bin', 'bin-1'), where).toHaveLength(400 - nonsense)
    expect(await town.registry.findPosition('source'), where).toBe(400)
  })

  it('count what another one had in hand when it ended, and no more', async () => {
    const { town, source } = await open()
    const time = town.clock.now() - 1_000
    const publish = (first: number, count: number) => {
      for (let i = first; i < first + count; i += 1) {
        source.publish(TOPIC, i === 700 ? 'nonsense' : { fillPercent: 1, time: time + i })
      }
    }
    publish(0, 801)
    const slow = holdBack(town.store)
    const first = town.ingest(source, { store: slow.store })
    await slow.isWriting
    publish(801, 199)
    const standby = source.reopen()
    const slower = holdBack(town.store)
    const second = town.ingest(standby, {
      store: slower.store,
      limits: { messagesPerRead: 1_000, readingsPerBatch: 5_000 },
    })
    await slower.isWriting
    slow.goOn()
    await waitUntil(first.stats, ({ messages }) => messages >= 801)
    slower.goOn()
    await waitUntil(second.stats, ({ messages }) => messages === 1_000)
    expect(await town.registry.getBalance('town', time)).toMatchObject({ stored: 999, quarantined: 1 })
    expect(await town.registry.countQuarantined('town')).toEqual([{ reason: 'not_json', count: 1 }])
  })

  it('an answer of the registry that is lost counts nothing twice', async () => {
    const { town, source } = await open()
    for (let i = 0; i < 20; i += 1) source.publish(TOPIC, { fillPercent: i })
    let calls = 0
    const recordIngested: Registry['recordIngested'] = async (outcome) => {
      const isRecorded = await town.registry.recordIngested(outcome)
      calls += 1
      if (calls % 2 === 1) throw new KerbsideError('REGISTRY_UNAVAILABLE', 'cut off before the answer')
      return isRecorded
    }
    const limits = { messagesPerRead: 8, readingsPerBatch: 3 }
    town.ingest(source, { registry: { ...town.registry, recordIngested }, limits })
    await waitUntilForgotten(source)
    expect(await town.registry.getBalance('town', 0)).toMatchObject({ stored: 20, quarantined: 0 })
  })
})

describe('a store or registry that fails', () => {
  it.each(['store', 'registry'] as const)(
    'that is away (%s) is waited for, and nothing is lost',
    async (part) => {
      const { town, source } = await open()
      let isAway = true
      const away = <A extends unknown[], R>(call: (...given: A) => Promise<R>) => {
        return async (...given: A): Promise<R> => {
          if (isAway)
            throw new KerbsideError(part === 'store' ? 'STORE_UNAVAILABLE' : 'REGISTRY_UNAVAILABLE', 'away')
          return call(...given)
        }
      }
      const ingest = town.ingest(source, {
        ...(part === 'store' && { store: { ...town.store, write: away(town.store.write) } }),
        ...(part === 'registry' && {
          registry: { ...town.registry, recordIngested: away(town.registry.recordIngested) },
        }),
        limits: { messagesPerRead: 10, readingsPerBatch: 10 },
      })
      for (let i = 0; i < 500; i += 1)
        source.publish(TOPIC, { fillPercent: i % 100, time: town.clock.now() - i })
      await waitUntil(ingest.stats, ({ away }) => away.includes(part))
      expect(source.kept).toHaveLength(500)
      // Ten are written, ten more are decoded; no others are taken from the source.
      await waitUntil(ingest.stats, ({ messagesInFlight }) => messagesInFlight >= 20)
      expect(source.mostRead).toBeLessThanOrEqual(30)
      isAway = false
      await waitUntilForgotten(source)
      expect(await town.readings('bin', 'bin-1')).toHaveLength(500)
      expect(ingest.stats()).toMatchObject({ stored: 500, away: [], messagesInFlight: 0 })
    },
  )

  it('does not hold up the end of the process', async () => {
    const { town, source } = await open()
    const write = async () => Promise.reject(new KerbsideError('STORE_UNAVAILABLE', 'away'))
    const ingest = town.ingest(source, { store: { ...town.store, write } })
    source.publish(TOPIC, { fillPercent: 5 })
    await waitUntil(ingest.stats, ({ away }) => away.length > 0)
    await ingest.close()
    expect(source.kept).toHaveLength(1)
    expect(await town.registry.findPosition('source')).toBeUndefined()
  })

  it('at one reading for ever leaves that one in quarantine, and stores the others', async () => {
    const { town, source } = await open()
    const write: ReadingStore['write'] = async (readings) => {
      if (readings.some(({ fields }) => fields['fillPercent'] === 13)) throw new TypeError('unlucky')
      return town.store.write(readings)
    }
    for (let i = 0; i < 20; i += 1) source.publish(TOPIC, { fillPercent: i, time: town.clock.now() - i })
    town.ingest(source, { store: { ...town.store, write } })
    await waitUntilForgotten(source)
    expect(await town.readings('bin', 'bin-1')).toHaveLength(19)
    const { items } = await town.registry.listQuarantined('town', { limit: 10 })
    expect(items).toMatchObject([{ reason: 'refused_by_store', detail: expect.stringContaining('unlucky') }])
  })

  it('at a reading that it refuses keeps the rest, and the refused one as it was sent', async () => {
    const { town, source } = await open()
    const time = town.clock.now()
    // Nothing that passes the checks is refused by DuckDB, so the refusal is put in front of it.
    const write: ReadingStore['write'] = async (readings) => {
      const index = readings.findIndex(({ fields }) => fields['temperatureC'] === 666)
      await town.store.write(readings.filter((_, i) => i !== index))
      return index < 0 ? [] : [{ index, detail: 'temperatureC: 666 is refused' }]
    }
    source.publish(TOPIC, [
      { fillPercent: 1, time },
      { fillPercent: 2, temperatureC: 666 },
    ])
    town.ingest(source, { store: { ...town.store, write } })
    await waitUntilForgotten(source)
    expect(await town.readings('bin', 'bin-1')).toHaveLength(1)
    const { items } = await town.registry.listQuarantined('town', { limit: 10 })
    expect(items).toMatchObject([
      { reason: 'refused_by_store', detail: 'temperatureC: 666 is refused', receivedTime: time + 1 },
    ])
    expect(Buffer.from(items[0]?.payload ?? []).toString()).toBe('{"fillPercent":2,"temperatureC":666}')
    expect(await town.registry.getBalance('town', time)).toMatchObject({ stored: 1, quarantined: 1 })
  })
})

async function open({ hasPositions = true } = {}): Promise<{ town: Town; source: ArraySource }> {
  const town = await openTown([BIN])
  return { town, source: createArraySource({ hasPositions, now: town.clock.now }) }
}

/** As the API does it. */
async function deleteTown({ registry, directory, store }: Town): Promise<void> {
  await store.deleteAuthority('town')
  await registry.deleteAuthority('town', 'test')
  await directory.refresh()
  await store.deleteAuthority('town')
}

async function waitUntilForgotten(source: ArraySource): Promise<void> {
  await waitUntil(
    () => source.kept.length,
    (left) => left === 0,
  )
}

/** A store whose writes wait until they are told to go on. */
function holdBack(store: ReadingStore): { store: ReadingStore; isWriting: Promise<void>; goOn(): void } {
  const writing = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  return {
    store: {
      ...store,
      async write(readings) {
        writing.resolve()
        await held.promise
        return store.write(readings)
      },
    },
    isWriting: writing.promise,
    goOn: held.resolve,
  }
}

/** Parts that do one step of the second batch, and then nothing any more: what a process that is killed leaves. */
function crash(
  town: Town,
  step: 'before the write' | 'after the write' | 'after the record' | 'after forgetting',
): {
  store: ReadingStore
  registry: Registry
  forget: (source: ArraySource) => ArraySource['forget']
  crashed: Promise<void>
} {
  const { promise: crashed, resolve } = Promise.withResolvers<void>()
  let isDead = false
  const die = (): never => {
    isDead = true
    resolve()
    throw new KerbsideError('BUSY', 'killed')
  }
  const count = { write: 0, record: 0, forget: 0 }
  return {
    crashed,
    store: {
      ...town.store,
      async write(readings) {
        count.write += 1
        if (isDead || (step === 'before the write' && count.write === 2)) die()
        const refused = await town.store.write(readings)
        if (step === 'after the write' && count.write === 2) die()
        return refused
      },
    },
    registry: {
      ...town.registry,
      async recordIngested(outcome) {
        count.record += 1
        if (isDead) die()
        const isRecorded = await town.registry.recordIngested(outcome)
        if (step === 'after the record' && count.record === 2) die()
        return isRecorded
      },
    },
    forget: (source) => async (messages) => {
      count.forget += 1
      if (isDead) die()
      await source.forget(messages)
      if (step === 'after forgetting' && count.forget === 1) die()
    },
  }
}

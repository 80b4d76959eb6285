import { expect, test } from 'vitest'
import { createObservationWriter } from '../../../api/observers/observation-writer.ts'
import { KerbsideError } from '../../../model/error.ts'
import { silentLogger } from '../../../model/logger.ts'
import type { Observation } from '../../../model/observation.ts'

function open(waitingMax?: number) {
  const town = { isAway: false, deleted: '' }
  const written: string[] = []
  const warnings: object[] = []
  const writer = createObservationWriter({
    registry: {
      async getAuthority(id) {
        if (id === town.deleted) throw new KerbsideError('NOT_FOUND', `there is no authority ${id}`)
        return { id, name: id, timeZone: 'UTC', published: [] }
      },
    },
    store: {
      async writeObservations(authority, observations) {
        if (town.isAway) throw new KerbsideError('STORE_UNAVAILABLE', 'away')
        written.push(...observations.map(({ time }) => `${authority} ${time}`))
      },
    },
    logger: { ...silentLogger, warn: (fields: object) => void warnings.push(fields) },
    ...(waitingMax === undefined ? {} : { waitingMax }),
  })
  return { town, writer, written, warnings }
}

function list(...times: number[]): Observation[] {
  return times.map((time) => ({ measurement: 'balance', time, tags: {}, fields: { accepted: 1 } }))
}

test('what is observed while the store is away is written once it is back, once each', async () => {
  const { town, writer, written, warnings } = open()
  town.isAway = true
  writer.add('alpha', list(1, 2))
  await writer.write()
  writer.add('beta', list(3))
  await writer.write()
  expect(written).toEqual([])
  // Said once an outage.
  expect(warnings).toHaveLength(1)
  town.isAway = false
  writer.add('alpha', list(4))
  await Promise.all([writer.write(), writer.write()])
  expect(written).toEqual(['alpha 1', 'alpha 2', 'alpha 4', 'beta 3'])
})

test('beyond the limit those that wait the longest go, and the log says how many', async () => {
  const { town, writer, written, warnings } = open(3)
  town.isAway = true
  for (let time = 1; time <= 5; time += 1) writer.add('alpha', list(time))
  town.isAway = false
  await writer.write()
  expect(written).toEqual(['alpha 3', 'alpha 4', 'alpha 5'])
  expect(warnings).toEqual([{ dropped: 2 }])
})

test('what was observed of an authority that was deleted since is dropped, and holds nobody up', async () => {
  const { town, writer, written } = open()
  writer.add('alpha', list(1))
  writer.add('beta', list(2))
  town.deleted = 'alpha'
  await writer.write()
  expect(written).toEqual(['beta 2'])
})

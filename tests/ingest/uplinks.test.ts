import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readNetworkMessage } from '../../ingest/uplinks/read-network-message.ts'
import type { Kind } from '../../model/device.ts'
import type { Message } from '../../model/message.ts'
import type { FieldValue } from '../../model/reading.ts'
import { formatTime } from '../../model/time.ts'
import type { Network } from '../../model/uplink.ts'
import { formatUplinkTopic } from '../../model/uplink-topic.ts'
import { createArraySource } from './array-source.ts'
import { openTown, waitUntil } from './open-town.ts'

const FOLDER = join(import.meta.dirname, '../fixtures/uplinks')

interface Pair {
  readonly about: string
  readonly device: { readonly id: string; readonly kind: Kind }
  readonly messages: readonly {
    /** Null for what a device publishes itself. */
    readonly network: Network | null
    readonly receivedTime: string
    readonly message: object
  }[]
  readonly readings: readonly { part: string; time: string; fields: Record<string, FieldValue> }[]
  readonly rejections: readonly { reason: string; detail: string }[]
}

describe('fixture pairs of uplinks', () => {
  it.each(readdirSync(FOLDER))('%s is read as expected', async (name) => {
    const pair = readPair(name)
    const town = await openTown([pair.device])
    const source = createArraySource({ now: town.clock.now })
    const ingest = town.ingest(source)
    for (const { network, receivedTime, message } of pair.messages) {
      source.publish(topicOf(pair, network, message), message, Date.parse(receivedTime))
    }
    await waitUntil(
      () => ingest.stats().messages,
      (count) => count === pair.messages.length,
    )
    const readings = (await town.readings(pair.device.kind, pair.device.id)).map(({ part, time, fields }) => {
      return { part, time: formatTime(time), fields }
    })
    expect(inOrder(readings)).toEqual(inOrder(pair.readings))
    const { items } = await town.registry.listQuarantined('town', { limit: 100 })
    expect(items.map(({ reason, detail }) => ({ reason, detail }))).toEqual(pair.rejections)
    expect(items.map(({ device }) => device)).toEqual(pair.rejections.map(() => pair.device.id))

    // The balance: an uplink is one, however many directions it tells of.
    const { stored, quarantined, pending } = await town.registry.getBalance('town', town.clock.now())
    expect({ sum: stored + quarantined, quarantined, pending }).toEqual({
      sum: pair.messages.length,
      quarantined: pair.rejections.length,
      pending: 0,
    })
  })
})

function readPair(name: string): Pair {
  return JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))
}

function topicOf({ device }: Pair, network: Network | null, message: object): Message['topic'] {
  if (network === null) return `kerbside/v1/town/${device.kind}/${device.id}/reading`
  const uplink = readNetworkMessage(network, message)
  const devEui = 'devEui' in uplink ? uplink.devEui : '70b3d57ed0051a2c'
  return formatUplinkTopic({ authority: 'town', network, connection: 'bins', devEui })
}

function inOrder<T extends { part: string; time: string }>(readings: readonly T[]): readonly T[] {
  return readings.toSorted((a, b) => (`${a.part} ${a.time}` < `${b.part} ${b.time}` ? -1 : 1))
}

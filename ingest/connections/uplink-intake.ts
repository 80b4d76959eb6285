import { KerbsideError, messageOf } from '../../model/error.ts'
import { type Finding, SAMPLE_LENGTH_MAX } from '../../model/found-device.ts'
import type { Logger } from '../../model/logger.ts'
import type { Message } from '../../model/message.ts'
import type { Network, Uplink } from '../../model/uplink.ts'
import { formatUplinkTopic } from '../../model/uplink-topic.ts'
import type { DeviceDirectory } from '../../registry/device-directory.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Retry } from '../create-retry.ts'
import type { Delivery } from '../delivery-window.ts'
import { suggestMapping } from '../mapping/suggest-mapping.ts'
import { giveReceiptTimes } from '../receipt-times.ts'
import type { QuarantineReplay } from '../replay-quarantined.ts'
import type { MessageQueue } from './message-queue.ts'
import { type PeekedUplink, peekUplink } from './peek-uplink.ts'

/** Readings without a time of their own that an uplink may be: one of each part of a mapping. */
const SLOTS_MAX = 8

/** Whose uplinks they are, and who is told that they are done with. */
export interface UplinkSender {
  readonly authority: string
  /** The connection's id. */
  readonly connection: string
  readonly network: Network
  /** Rejects with AbortedError once the connection is to end. */
  readonly retry: Retry
  done(deliveries: readonly Delivery[]): void
}

export interface UplinkIntake {
  /**
   * Passes on to the ingest what a network published. Devices that nobody has registered are noted; of those that nobody wants,
   * and of what is no uplink, nothing is passed on. Resolves with how many are.
   */
  pass(sender: UplinkSender, deliveries: readonly Delivery[]): Promise<number>
  /** They are stored or quarantined. */
  forget(messages: readonly Message[]): Promise<void>
}

interface Origin {
  readonly sender: UplinkSender
  readonly delivery: Delivery
  readonly devEui: string | null
  /** Nobody had registered it when it was passed on. */
  readonly isUnknown: boolean
}

export function createUplinkIntake({
  registry,
  directory,
  queue,
  replay,
  logger,
}: {
  readonly registry: Pick<Registry, 'recordFindings' | 'claimReceiptTimes' | 'forgetFoundDevices'>
  readonly directory: DeviceDirectory
  readonly queue: Pick<MessageQueue, 'addHeld'>
  readonly replay: Pick<QuarantineReplay, 'replayAll'>
  readonly logger: Logger
}): UplinkIntake {
  const origins = new WeakMap<Message, Origin>()

  return {
    async pass(sender, deliveries) {
      const { authority, network, retry } = sender
      await retry('registry', () => directory.refresh())
      const read = deliveries.map((delivery) => ({
        delivery,
        message: peekUplink(network, delivery.topic, delivery.payload),
      }))
      const unknown = read.flatMap(({ message, delivery }) =>
        message?.uplink && !directory.findByDevEui(authority, message.uplink.devEui)
          ? [{ uplink: message.uplink, delivery }]
          : [],
      )
      const ignored = await noteFound(sender, unknown)
      const isWanted = (message: PeekedUplink | undefined) =>
        message !== undefined && !(message.devEui !== null && ignored.has(message.devEui))
      const left = read.filter(({ message }) => !isWanted(message))
      if (left.length > 0) sender.done(left.map(({ delivery }) => delivery))

      const unknownEuis = new Set(unknown.map(({ uplink }) => uplink.devEui))
      const taken = read.flatMap(({ message, delivery }) => {
        if (!message || !isWanted(message)) return []
        const { devEui, uplink } = message
        const isUnknown = devEui !== null && unknownEuis.has(devEui)
        const timeSlots = uplink?.time === null ? SLOTS_MAX : 0
        return [
          { ...delivery, device: devEui ?? '', timeSlots, origin: { sender, delivery, devEui, isUnknown } },
        ]
      })
      await retry('registry', () => giveReceiptTimes(taken, (claims) => registry.claimReceiptTimes(claims)))
      queue.addHeld(
        taken.map(({ payload, receivedTime, origin }) => {
          const topic = formatUplinkTopic({
            authority,
            network,
            connection: sender.connection,
            devEui: origin.devEui,
          })
          const message: Message = { position: undefined, authority, topic, payload, receivedTime }
          origins.set(message, origin)
          return message
        }),
      )
      return taken.length
    },

    async forget(messages) {
      const done = messages.flatMap((message) => origins.get(message) ?? [])
      if (done.length === 0) return
      await replayAdopted(done.filter(({ isUnknown }) => isUnknown))
      const bySender = Map.groupBy(done, ({ sender }) => sender)
      for (const [sender, some] of bySender) sender.done(some.map(({ delivery }) => delivery))
    },
  }

  async function noteFound(
    { authority, connection, network, retry }: UplinkSender,
    unknown: readonly { readonly uplink: Uplink; readonly delivery: Delivery }[],
  ): Promise<ReadonlySet<string>> {
    // Who tries a network's integrations has found nothing.
    const real = unknown.filter(({ uplink }) => !uplink.isSimulated)
    if (real.length === 0) return new Set()
    const findings = real.map(({ uplink, delivery }): Finding => {
      const sample = Buffer.from(delivery.payload).toString()
      return {
        devEui: uplink.devEui,
        connectionId: connection,
        network,
        name: uplink.deviceName,
        suggestedMapping: suggestMapping(uplink.makeWords, uplink.decoded) ?? null,
        time: delivery.receivedTime,
        sample: sample.length > SAMPLE_LENGTH_MAX ? null : sample,
      }
    })
    const isWorthRetrying = (error: unknown) => !(error instanceof KerbsideError) || error.canRetry
    return new Set(
      await retry('registry', () => registry.recordFindings(authority, findings), isWorthRetrying),
    )
  }

  /**
   * Who was registered while uplinks were on their way to the quarantine had nothing of them waiting there yet, and may have been
   * noted as found after that.
   */
  async function replayAdopted(origins: readonly Origin[]): Promise<void> {
    if (origins.length === 0) return
    try {
      await directory.refresh()
      const adopted = new Map<string, { readonly sender: UplinkSender; readonly devEui: string }>()
      for (const { sender, devEui } of origins) {
        if (devEui === null || !directory.findByDevEui(sender.authority, devEui)) continue
        adopted.set(`${sender.authority}/${devEui}`, { sender, devEui })
      }
      for (const { sender, devEui } of adopted.values()) {
        await registry.forgetFoundDevices(sender.authority, [devEui])
        const filter = { reason: 'unknown_device', device: devEui } as const
        await replay.replayAll(sender.authority, filter, `connection:${sender.connection}`)
      }
    } catch (error) {
      // They stay in quarantine, where somebody may try them again.
      logger.warn({ error: messageOf(error) }, 'the uplinks of adopted devices could not be tried again')
    }
  }
}

import type { Server } from 'node:http'
import { join } from 'node:path'
import type { Metrics } from '../api/metrics.ts'
import type { Broker } from '../broker/broker.ts'
import type { Journal } from '../broker/journal.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { Registry } from '../registry/registry.ts'
import { listening } from './addresses.ts'
import { journalCheck } from './health-checks.ts'
import type { Stores } from './open-stores.ts'
import type { PartOfProcess } from './part-of-process.ts'
import { prepareFolderOf } from './prepare-folder.ts'
import type { Core } from './serve.ts'
import { startIngestOf } from './start-ingest.ts'

/** Broker, journal and ingest, for the one-process shape. */
export async function startJournalled(
  core: Core,
  { registry, directory, mappings, store }: Stores,
): Promise<PartOfProcess & { broker: Broker; refreshBalance: () => Promise<void> }> {
  const journal = await openJournalOf(core, registry)
  const source = journal.openSource()
  const running = await startIngestOf(core, { registry, directory, mappings, store }, source)
  const broker = await startBrokerOf(core, { registry, directory, journal, hasRelay: false })
  return {
    broker,
    refreshBalance: () => broker.reportAccepted(),
    checks: [journalCheck(journal), ...running.checks],
    watch(metrics) {
      watchBroker(metrics, broker, journal)
      running.watch(metrics)
    },
  }
}

export async function openJournalOf(
  { config, clock, logger, stack }: Core,
  registry: Registry,
): Promise<Journal> {
  const path = join(config.dataFolder, 'journal.sqlite')
  prepareFolderOf(path, 'KERBSIDE_DATA', config)
  const { openJournal } = await import('../broker/journal.ts')
  const { alignJournal } = await import('../broker/align-journal.ts')
  const journal = await openJournal({
    path,
    clock,
    logger,
    limitBytes: config.limits.journalBytes,
  })
  stack.defer(() => journal.close())
  await alignJournal({ journal, registry, logger })
  return journal
}

export async function startBrokerOf(
  { config, clock, logger, stack }: Core,
  parts: { registry: Registry; directory: DeviceDirectory; journal: Journal; hasRelay: boolean },
): Promise<Broker> {
  const { startBroker } = await import('../broker/broker.ts')
  const { mqtt, mqtts } = config
  const broker = await listening({ KERBSIDE_MQTT: mqtt, KERBSIDE_MQTTS: mqtts }, () =>
    startBroker({
      ...parts,
      clock,
      logger,
      listen: { mqtt, ...(mqtts ? { mqtts } : {}) },
      limits: config.limits.broker,
    }),
  )
  stack.defer(() => broker.close())
  return broker
}

export function attachWebSockets(server: Server, broker: Broker): void {
  server.on('upgrade', (request, socket, head) => broker.handleUpgrade(request, socket, head))
}

export function watchBroker(metrics: Metrics, broker: Broker, journal: Journal): void {
  metrics.watch({
    name: 'kerbside_mqtt_connections',
    help: 'Open MQTT connections',
    type: 'gauge',
    read: () => broker.stats().connections,
  })
  metrics.watch({
    name: 'kerbside_journal_messages_total',
    help: 'Messages committed to the journal since the start',
    type: 'counter',
    read: () => journal.stats().appended,
  })
  metrics.watch({
    name: 'kerbside_journal_pending_messages',
    help: 'Messages in the journal that are not stored yet',
    type: 'gauge',
    read: () => journal.stats().pendingMessages,
  })
  metrics.watch({
    name: 'kerbside_journal_bytes',
    help: 'What these take, towards kerbside_journal_limit_bytes',
    type: 'gauge',
    read: () => journal.stats().bytes,
  })
  metrics.watch({
    name: 'kerbside_journal_limit_bytes',
    help: 'At this size the broker stops to accept',
    type: 'gauge',
    read: () => journal.stats().limitBytes,
  })
  metrics.watch({
    name: 'kerbside_journal_accepting',
    help: '1 where the journal takes messages, 0 where it is full or its disk fails',
    type: 'gauge',
    read: () => Number(journal.stats().isAccepting),
  })
}

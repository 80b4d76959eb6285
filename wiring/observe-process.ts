import type { Metrics } from '../api/metrics.ts'
import type { Registry } from '../registry/registry.ts'
import type { TimedReadingStore } from '../store/time-writes.ts'
import type { Core } from './serve.ts'

/** Has this process say of itself how it does; `command` is what it was started with. */
export async function observeProcessOf(
  { clock, logger, stack }: Core,
  {
    command,
    registry,
    store,
    metrics,
  }: { command: string; registry: Registry; store: TimedReadingStore; metrics: Metrics },
): Promise<void> {
  const { createNumberedLease } = await import('../api/observers/numbered-lease.ts')
  const { createObservationDesk } = await import('../api/observers/observation-desk.ts')
  const { observeProcess } = await import('../api/observers/observe-process.ts')
  const lease = createNumberedLease(`process/${command}`, { registry, clock })
  const name = () => `${command}-${lease.number() ?? 0}`
  const observers = [observeProcess({ name, metrics, store })]
  const desk = createObservationDesk({ lease, observers, registry, store, clock, logger })
  desk.start()
  stack.defer(() => desk.close())
}

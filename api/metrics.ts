import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { createRequestTimes, type RequestTimes } from './request-times.ts'

/** A value to be read at each scrape: one number, or one for each set of labels. */
type WatchedValue =
  | number
  | readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]

interface Watch {
  /** Begins with `kerbside_` and ends with the unit; a counter's with `_total`. */
  readonly name: string
  readonly help: string
  readonly type: 'gauge' | 'counter'
  readonly labelNames?: readonly string[]
  /** Where it rejects, the metric is left out of that scrape. */
  readonly read: () => WatchedValue | Promise<WatchedValue>
}

interface SeenRequest {
  readonly method: string
  readonly route: string
  readonly status: number
  readonly seconds: number
}

/** So many are put into the histogram at once: one by one each takes ten times as long, a tenth of the fastest answers. */
const SEEN_MAX = 256

/** Figures about this process, in Prometheus's text format. */
export interface Metrics {
  watch(watch: Watch): void
  observeRequest(request: SeenRequest): void
  render(): Promise<string>
  readonly contentType: string
  /** What a watched metric without labels is now; undefined where this process has none such, or it cannot be read. */
  find(name: string): Promise<number | undefined>
  /** Of the requests since this was last asked; event streams last as long as their clients want, and are not among them. */
  takeRequestTimes(): ReturnType<RequestTimes['take']>
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'kerbside_http_request_duration_seconds',
    help: 'How long requests took, by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })

  const seen: SeenRequest[] = []
  const times = createRequestTimes()
  const reads = new Map<string, Watch['read']>()

  return {
    watch({ name, help, type, labelNames = [], read }) {
      reads.set(name, read)
      const options = { name, help, labelNames: [...labelNames], registers: [registry] }
      // A counter that is counted elsewhere is set anew to its total.
      if (type === 'gauge') {
        const gauge: Gauge = new Gauge({
          ...options,
          collect: () => show(gauge, (labels, value) => gauge.set(labels, value)),
        })
      } else {
        const counter: Counter = new Counter({
          ...options,
          collect: () => show(counter, (labels, value) => counter.inc(labels, value)),
        })
      }

      async function show(
        metric: { reset(): void; remove(labels: object): void },
        set: (labels: Record<string, string>, value: number) => void,
      ): Promise<void> {
        const value = await Promise.resolve()
          .then(read)
          .catch(() => [])
        metric.reset()
        // Without labels a reset leaves 0 behind, which would be taken for a value.
        if (labelNames.length === 0) metric.remove({})
        if (typeof value === 'number') set({}, value)
        else for (const one of value) set({ ...one.labels }, one.value)
      }
    },
    observeRequest(request) {
      seen.push(request)
      if (seen.length >= SEEN_MAX) countSeen()
    },
    render() {
      countSeen()
      return registry.metrics()
    },
    contentType: registry.contentType,
    async find(name) {
      const value = await Promise.resolve()
        .then(() => reads.get(name)?.())
        .catch(() => undefined)
      return typeof value === 'number' ? value : undefined
    },
    takeRequestTimes() {
      countSeen()
      return times.take()
    },
  }

  function countSeen(): void {
    for (const { method, route, status, seconds } of seen) {
      requests.observe({ method, route, status: String(status) }, seconds)
      if (!route.endsWith('/events')) times.add(seconds)
    }
    seen.length = 0
  }
}

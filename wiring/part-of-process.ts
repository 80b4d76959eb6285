import type { Metrics } from '../api/metrics.ts'
import type { Check } from './health-checks.ts'

/** What a part adds to the HTTP server of its process. */
export interface PartOfProcess {
  readonly checks: readonly Check[]
  watch(metrics: Metrics): void
}

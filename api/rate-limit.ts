import type { RateLimitPluginOptions } from '@fastify/rate-limit'
import { KerbsideError } from '../model/error.ts'
import type { KeyUsage } from './key-usage.ts'
import type { ApiLimits } from './limits.ts'
import type { RateCounts } from './rate-counts.ts'
import type { Caller } from './rights.ts'

/** Counts by key where the request has a valid one, otherwise by address; guessing keys counts by address too. */
export function limitRates(limits: ApiLimits, counts: RateCounts, usage?: KeyUsage): RateLimitPluginOptions {
  /** A key's own limit allows no more than the installation's. */
  const maxOfKey = (caller: Caller): number =>
    Math.min(
      (caller.authority === null ? undefined : caller.key.requestsPerMinute) ??
        limits.requestsPerMinutePerKey,
      limits.requestsPerMinutePerKey,
    )

  class Store {
    incr(client: string, callback: (error: null, result: { current: number; ttl: number }) => void): void {
      callback(null, counts.count(client))
    }
    child(): Store {
      return this
    }
  }
  return {
    store: Store,
    global: true,
    hook: 'onRequest',
    timeWindow: 60_000,
    keyGenerator: ({ caller, ip }) => (caller ? `key:${caller.actor}@${caller.authority ?? ''}` : `ip:${ip}`),
    max: ({ caller }) => (caller ? maxOfKey(caller) : limits.requestsPerMinutePerAddress),
    onExceeded: ({ caller }) => {
      if (caller?.authority) usage?.refuse(caller.key.id)
    },
    errorResponseBuilder: (request, { max, ttl }) =>
      new KerbsideError(
        'RATE_LIMITED',
        `More than ${max} requests in a minute ${request.caller ? 'with this key' : 'from this address without a key'}; ` +
          `try again in ${Math.ceil(ttl / 1000)} s`,
      ),
  }
}

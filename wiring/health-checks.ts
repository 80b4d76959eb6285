import { once } from 'node:events'
import type { HealthCheck } from '../api/parts.ts'
import type { Journal } from '../broker/journal.ts'
import { messageOf } from '../model/error.ts'
import type { Registry } from '../registry/registry.ts'
import type { ReadingStore } from '../store/reading-store.ts'

const HEALTH_TIMEOUT_MS = 2_000

export type Check = () => Promise<HealthCheck>

export const storeCheck = (store: ReadingStore): Check => checkOf('store', () => store.check())
export const registryCheck = (registry: Registry): Check => checkOf('registry', () => registry.check())

export function journalCheck(journal: Journal): Check {
  return async () => {
    const { isAccepting, problem } = journal.stats()
    return { name: 'journal', isReady: isAccepting, detail: problem }
  }
}

function checkOf(name: string, check: () => Promise<void>): Check {
  return async () => {
    const timeout = AbortSignal.timeout(HEALTH_TIMEOUT_MS)
    const late = once(timeout, 'abort').then(() => {
      throw new Error(`no answer within ${HEALTH_TIMEOUT_MS} ms`)
    })
    try {
      await Promise.race([check(), late])
      return { name, isReady: true, detail: null }
    } catch (error) {
      return { name, isReady: false, detail: messageOf(error) }
    }
  }
}

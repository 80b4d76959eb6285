import type { Authority } from '../model/authority.ts'
import type { Registry } from '../registry/registry.ts'
import { createSharedValues } from './shared-values.ts'

/** By the machine's clock: what another process has taken away still holds here for so long. */
const FRESH_MS = 1_000
/** Authorities and keys that are kept, some 500 bytes each; those that were read first go. */
const KEPT_MAX = 10_000

type FoundKey = NonNullable<Awaited<ReturnType<Registry['findKey']>>>

/**
 * Who may read what, kept for a second, since apps ask many times in one. Only what allows something is: what does not is
 * looked up each time.
 */
export interface KnownCallers {
  findKey(secret: string): Promise<FoundKey | undefined>
  /** Undefined where it is not kept. */
  peekAuthority(id: string): Authority | undefined
  /** Rejects with NOT_FOUND. */
  getAuthority(id: string): Promise<Authority>
  /** This process has changed something. */
  forget(): void
}

export function createKnownCallers(registry: Registry): KnownCallers {
  const shared = { freshMs: FRESH_MS, valuesMax: KEPT_MAX, now: () => performance.now() }
  const keys = createSharedValues({ ...shared, make: findOrFail })
  const authorities = createSharedValues({ ...shared, make: (id) => registry.getAuthority(id) })
  return {
    async findKey(secret) {
      try {
        return await keys.get(secret)
      } catch (error) {
        if (error === NO_KEY) return undefined
        throw error
      }
    },
    peekAuthority: (id) => authorities.peek(id),
    getAuthority: (id) => authorities.get(id),
    forget() {
      keys.forget(() => true)
      authorities.forget(() => true)
    },
  }

  async function findOrFail(secret: string): Promise<FoundKey> {
    const found = await registry.findKey(secret)
    if (!found) throw NO_KEY
    return found
  }
}

/** What fails is not kept. */
const NO_KEY = new Error('there is no such key')

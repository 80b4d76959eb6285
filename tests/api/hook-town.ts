import { onTestFinished } from 'vitest'
import { createHookDesk, type HookDesk } from '../../api/hook-desk.ts'
import { createHookSender, type HookReach } from '../../api/hook-sender.ts'
import type { Alert } from '../../model/alert.ts'
import type { Hook, HookDelivery } from '../../model/hook.ts'
import { silentLogger } from '../../model/logger.ts'
import { createRandom } from '../../model/random.ts'
import type { HookRecord, Registry } from '../../registry/registry.ts'
import { createHookSecretSealer } from '../../registry/seal-hook-secrets.ts'
import { createHookSecret } from '../../registry/secret.ts'
import { openSqliteRegistry } from '../../registry/sqlite-registry.ts'
import { createTestClock, type TestClock } from '../fixtures/test-clock.ts'

const ACTOR = 'test'
export const SEALER = createHookSecretSealer('a key that nobody can guess, of 32 characters')

export interface HookTown {
  readonly registry: Registry
  readonly clock: TestClock
  /** Resolves with what it signs with. */
  createHook(id: string, changes: Partial<Hook> & { authority?: string }): Promise<string>
  getHook(id: string): Promise<HookRecord>
  /** Raises alerts of the condition, one for each of these devices. */
  raise(devices: readonly string[], alert?: RaisedAlert): Promise<void>
  clearAll(): Promise<void>
  /** Oldest first. */
  deliveries(id: string): Promise<HookDelivery[]>
  /** Over a registry that a test puts in front of the real one. */
  openDesk(parts?: Partial<HookReach> & { registry?: Registry }): HookDesk
}

interface RaisedAlert {
  readonly authority?: string
  readonly condition?: Alert['condition']
  readonly severity?: Alert['severity']
}

/** The authorities alpha and beta, at noon, in memory or in a file that several share; closed with the test. */
export async function openHookTown({
  path = ':memory:',
  clock = createTestClock('2026-02-16T12:00:00Z'),
}: {
  readonly path?: string
  readonly clock?: TestClock
} = {}): Promise<HookTown> {
  const registry = await openSqliteRegistry({ path, clock, logger: silentLogger })
  onTestFinished(() => registry.close())
  for (const id of ['alpha', 'beta']) {
    const authority = { id, name: `Town of ${id}`, timeZone: 'UTC', published: [] }
    await registry.createAuthority(authority, ACTOR).catch((error: { code: string }) => {
      if (error.code !== 'ALREADY_EXISTS') throw error
    })
  }
  return {
    registry,
    clock,

    async createHook(id, { authority = 'alpha', ...changes }) {
      const secret = createHookSecret()
      const hook: Hook = {
        id,
        name: `Hook ${id}`,
        url: null,
        email: null,
        events: ['raised', 'cleared'],
        conditions: null,
        ...changes,
      }
      const sealed = hook.url === null ? null : SEALER.seal(authority, id, [{ secret, untilTime: null }])
      await registry.createHook(authority, hook, sealed, ACTOR)
      return secret
    },

    getHook: (id) => registry.getHook('alpha', id),

    async raise(devices, { authority = 'alpha', condition = 'tilt', severity = 'warning' } = {}) {
      const raised = devices.map((device) => ({
        condition,
        severity,
        kind: 'bin' as const,
        device,
        deviceName: null,
        longitude: null,
        latitude: null,
        summary: `${condition} of ${device}`,
        detail: {},
      }))
      await registry.recordAlerts(authority, { raised, cleared: [] }, clock.now())
    },

    async clearAll() {
      const { items } = await registry.listAlerts('alpha', { state: 'open', limit: 1_000 })
      const cleared = items.map(({ id }) => id)
      await registry.recordAlerts('alpha', { raised: [], cleared }, clock.now())
    },

    async deliveries(id) {
      const { items } = await registry.listHookDeliveries('alpha', id, { limit: 1_000 })
      return items.toReversed()
    },

    openDesk({ registry: front = registry, ...reach } = {}) {
      const sender = createHookSender({
        reach: { sealer: SEALER, mailer: undefined, isPrivateAllowed: true, ...reach },
        clock,
        version: '0.0.0-test',
        publicUrl: 'https://kerbside.example',
      })
      const random = createRandom(1)
      const desk = createHookDesk({ registry: front, clock, logger: silentLogger, sender, random })
      onTestFinished(() => desk.close())
      return desk
    },
  }
}

import { createHash, timingSafeEqual } from 'node:crypto'
import { messageOf } from '../model/error.ts'
import { ID_PATTERN } from '../model/id.ts'
import { includesScope, type Key } from '../model/key.ts'
import type { Logger } from '../model/logger.ts'
import type { DeviceDirectory } from '../registry/device-directory.ts'
import type { DeviceRecord, Registry } from '../registry/registry.ts'
import type { Refusal } from './connack.ts'
import type { Principal } from './connection.ts'
import type { BrokerLimits } from './limits.ts'

/** The user as whom the ingest service logs in, with the installation's own key. */
const INSTALLATION_USER = '$installation'

interface Credentials {
  readonly username: string | undefined
  readonly password: Buffer | undefined
  /** Where wrong ones are counted. */
  readonly address: string
}

type Login =
  | { readonly type: 'user'; readonly principal: Principal }
  | { readonly type: 'installation' }
  | { readonly type: 'refused'; readonly refusal: Refusal }

export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Login>
  /** Whether an operator's or the installation's key still is one of this authority (null for the installation). */
  isKeyOf(key: string, authority: string | null): Promise<boolean>
  close(): void
}

/** How often an unknown password may make the registry be asked again, in ms, whoever sends it. */
const REFRESH_INTERVAL = 100
/** How long the answer to a wrong password takes once an address has sent too many, in ms. */
const PENALTY = 1_000
const REFUSED: Login = { type: 'refused', refusal: 'wrongCredentials' }

/**
 * Tells who logs in. A device that is in the directory costs one hash; one that is not, or whose password does not fit,
 * may be newer than the directory, so that is refreshed once: shared by all that wait, at most ten times a second.
 */
export function createAuthenticator({
  registry,
  directory,
  limits,
  logger,
}: {
  registry: Registry
  directory: DeviceDirectory
  limits: BrokerLimits
  logger: Logger
}): Authenticator {
  const refusals = new Map<string, number>()
  const forgetRefusals = setInterval(() => refusals.clear(), 60_000).unref()
  let refreshed: Promise<void> | undefined
  let refreshedAt = Number.NEGATIVE_INFINITY

  return {
    async authenticate(credentials) {
      const login = await logIn(credentials)
      if (login.type === 'refused' && login.refusal === 'wrongCredentials')
        await penalize(credentials.address)
      return login
    },
    isKeyOf: async (key, authority) => {
      const record = await registry.findKey(key)
      return record !== undefined && record.authority === authority && readsAll(record.key)
    },
    close: () => clearInterval(forgetRefusals),
  }

  async function logIn({ username, password }: Credentials): Promise<Login> {
    if (!username || !password?.length) return REFUSED
    if (username === INSTALLATION_USER) return logInWithKey(null, password)
    const [authority = '', deviceId, ...rest] = username.split('/')
    if (!ID_PATTERN.test(authority) || rest.length > 0) return REFUSED
    if (deviceId === undefined) return logInWithKey(authority, password)
    if (!ID_PATTERN.test(deviceId)) return REFUSED
    return logInDevice(authority, deviceId, password)
  }

  async function logInDevice(authority: string, deviceId: string, password: Buffer): Promise<Login> {
    const hash = createHash('sha256').update(password).digest()
    let device = directory.find(authority, deviceId)
    if (!isPassword(device, hash)) {
      try {
        await refresh()
      } catch (error) {
        logger.warn(
          { authority, device: deviceId, error: messageOf(error) },
          'a login waits for the registry',
        )
        return { type: 'refused', refusal: 'unavailable' }
      }
      device = directory.find(authority, deviceId)
    }
    if (!device || !isPassword(device, hash)) return REFUSED
    return { type: 'user', principal: { authority, device, key: undefined } }
  }

  async function logInWithKey(authority: string | null, password: Buffer): Promise<Login> {
    const key = password.toString()
    try {
      const record = await registry.findKey(key)
      if (record?.authority !== authority || !readsAll(record.key)) return REFUSED
    } catch (error) {
      logger.warn({ authority, error: messageOf(error) }, 'a login waits for the registry')
      return { type: 'refused', refusal: 'unavailable' }
    }
    if (authority === null) return { type: 'installation' }
    return { type: 'user', principal: { authority, device: undefined, key } }
  }

  function refresh(): Promise<void> {
    refreshed ??= wait(refreshedAt + REFRESH_INTERVAL - performance.now()).then(() => {
      refreshedAt = performance.now()
      refreshed = undefined
      return directory.refresh()
    })
    return refreshed
  }

  async function penalize(address: string): Promise<void> {
    const count = (refusals.get(address) ?? 0) + 1
    if (refusals.size < limits.connections) refusals.set(address, count)
    if (count > limits.refusalsPerMinute) await wait(PENALTY)
  }
}

function isPassword(device: DeviceRecord | undefined, hash: Buffer): boolean {
  return device !== undefined && timingSafeEqual(device.passwordHash, hash)
}

/** What is published is published over HTTP: its keys subscribe to nothing. */
function readsAll({ scopes }: Key): boolean {
  return includesScope(scopes, 'read')
}

function wait(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms))
}

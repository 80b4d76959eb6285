import type { Config } from '../config.ts'
import type { Registry } from '../registry/registry.ts'
import type { Core } from './serve.ts'
import { version } from './version.ts'

/** Takes KERBSIDE_ADMIN_KEY, or makes a key at the first start, which is then the result, to be shown once. */
export async function ensureInstallationKey(
  { config }: Core,
  registry: Registry,
): Promise<string | undefined> {
  if (config.adminKey === undefined) return registry.createInstallationKey()
  await registry.setInstallationKey(config.adminKey)
  return undefined
}

/** What whoever starts it by hand needs, in the order of need: where to look, what to sign in with, and where devices publish. */
export function greet(
  { config }: Pick<Core, 'config'>,
  {
    http,
    mqtt,
    newKey,
    town,
  }: {
    http: string
    mqtt: string | undefined
    newKey: string | undefined
    /** The name of the simulated town, where there is one. */
    town?: string | undefined
  },
): void {
  const lines = [
    `Kerbside ${version}`,
    '',
    `  Console  ${http}/`,
    ...sayKey(config, newKey),
    `  API      ${http}/docs`,
    ...(mqtt === undefined ? [] : [`  MQTT     ${mqtt}`]),
    ...(town === undefined
      ? []
      : [`  Town     ${town} is simulated, and fills up in the next minute: anybody may look at it`]),
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

function sayKey({ adminKey }: Config, newKey: string | undefined): string[] {
  if (adminKey !== undefined) return ['  Key      what KERBSIDE_ADMIN_KEY says']
  if (newKey === undefined)
    return ['  Key      as the first start has shown it; kerbside key makes a new one']
  return [`  Key      ${newKey}`, '           to sign in and act; it is shown this once: keep it']
}

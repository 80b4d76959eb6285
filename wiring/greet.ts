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

export function greet({
  http,
  mqtt,
  newKey,
}: {
  http: string
  mqtt: string | undefined
  newKey: string | undefined
}): void {
  const lines = [
    `Kerbside ${version}`,
    `  API   ${http}/v1, described at ${http}/docs`,
    ...(mqtt === undefined ? [] : [`  MQTT  ${mqtt}`]),
    ...(newKey === undefined
      ? []
      : [
          `  Key   ${newKey}`,
          '        the installation’s own; it is shown this once: keep it (kerbside key makes a new one)',
        ]),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

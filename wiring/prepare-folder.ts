import { accessSync, constants, mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { KerbsideError, messageOf } from '../model/error.ts'

/** Makes the folder of a file where it is missing; throws INVALID_CONFIG, naming the variable, where it is of no use. */
export function prepareFolderOf(path: string, variable: string, { dataFolder }: Config): void {
  if (path === ':memory:') return
  const folder = dirname(resolve(path))
  try {
    mkdirSync(folder, { recursive: true })
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    const name = folder === dataFolder ? 'KERBSIDE_DATA' : variable
    throw new KerbsideError(
      'INVALID_CONFIG',
      `${name}: the folder ${folder} is of no use (${messageOf(error)}): one that this process may make and write to is expected`,
    )
  }
}

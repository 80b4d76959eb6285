import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { KerbsideError, messageOf } from '../../model/error.ts'
import type { Credentials } from './register-devices.ts'

const fileSchema = z.record(z.string(), z.object({ username: z.string(), password: z.string() }))

/** The passwords of simulated devices, by device id; none where there is no file yet. */
export async function readCredentials(path: string): Promise<Map<string, Credentials>> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map()
    throw error
  }
  try {
    return new Map(Object.entries(fileSchema.parse(JSON.parse(text))))
  } catch (error) {
    throw new KerbsideError(
      'INVALID_FILE',
      `${path} is no file of credentials (remove it, and the devices get new ones): ${messageOf(error)}`,
      { cause: error },
    )
  }
}

/** Readable by its owner alone, and never half written. */
export async function writeCredentials(
  path: string,
  credentials: ReadonlyMap<string, Credentials>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const temporaryPath = `${path}.new`
  await writeFile(temporaryPath, JSON.stringify(Object.fromEntries(credentials), null, 1), { mode: 0o600 })
  // The mode counts only where the file is made anew.
  await chmod(temporaryPath, 0o600)
  await rename(temporaryPath, path)
}

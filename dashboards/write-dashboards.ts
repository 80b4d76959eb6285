import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { provisioningFiles } from './provisioning-files.ts'

// Writes Grafana's provisioning folder anew; what it writes is checked in, and a test compares.
const folder = fileURLToPath(new URL('provisioning', import.meta.url))
for (const [path, text] of provisioningFiles()) {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

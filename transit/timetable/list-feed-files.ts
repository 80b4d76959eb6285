import type { FaultList } from './import-fault.ts'
import { quote } from './read-table.ts'
import type { ZipEntry } from './zip-entries.ts'

/** What is of a feed in a zip, by name. A feed that is in one folder is taken, though it should not be in any. */
export function listFeedFiles(entries: readonly ZipEntry[], faults: FaultList): Map<string, ZipEntry> {
  const tables = entries.filter(
    ({ name }) => /(^|\/)[^/.][^/]*\.txt$/.test(name) && !name.startsWith('__MACOSX/'),
  )
  const folders = new Set(tables.map(({ name }) => name.slice(0, name.lastIndexOf('/') + 1)))
  const [folder = ''] = folders.has('') ? [''] : folders
  if (folders.size > 1) {
    const others = [...folders].filter((each) => each !== folder)
    const message = `there are files in the folders ${others.map(quote).join(', ').slice(0, 300)}; they are not used`
    faults.warn({}, 'files_in_subfolders', message)
  } else if (folder !== '') {
    const message = `the files are in a folder, ${quote(folder)}; they should be in none`
    faults.warn({}, 'files_in_subfolder', message)
  }
  const files = new Map<string, ZipEntry>()
  for (const entry of tables) {
    if (entry.name.startsWith(folder) && !entry.name.slice(folder.length).includes('/')) {
      files.set(entry.name.slice(folder.length), entry)
    }
  }
  return files
}

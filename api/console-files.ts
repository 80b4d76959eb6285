import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { weakETag } from './conditional-get.ts'
import { createServedBody, type ServedBody } from './served-body.ts'

const CONSOLE = new URL('../console/', import.meta.url)
/** The one page; what it links to is written into it. */
const PAGE = 'index.html'
/** Where its modules begin. */
const ENTRY = 'main.ts'
/** The page that a visit begins with, unless its address says another. */
const FIRST_PAGE = 'pages/town.ts'
/** All of `style/` in one, in the order of their names. */
const STYLE = 'style.css'

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.ts': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** What browsers get of the packages, by its name below `lib/`. A package's own name in an import means the file here. */
const LIBRARIES: readonly { readonly file: string; readonly from: string; readonly imported?: string }[] = [
  { file: 'maplibre-gl.mjs', from: 'maplibre-gl/dist/maplibre-gl.mjs', imported: 'maplibre-gl' },
  { file: 'maplibre-gl-worker.mjs', from: 'maplibre-gl/dist/maplibre-gl-worker.mjs' },
  { file: 'maplibre-gl.css', from: 'maplibre-gl/dist/maplibre-gl.css' },
  { file: 'uplot.mjs', from: 'uplot/dist/uPlot.esm.js', imported: 'uplot' },
  { file: 'uplot.css', from: 'uplot/dist/uPlot.min.css' },
  { file: 'uqr.mjs', from: 'uqr/dist/index.mjs', imported: 'uqr' },
]

/** The console as browsers get it. */
export interface ConsoleFiles {
  readonly page: ServedBody
  /** Of all files together: what is kept under it never changes. */
  readonly version: string
  /** By the path below the version; undefined where there is no such file. */
  find(path: string): ServedBody | undefined
}

/**
 * Reads the folder `console/` and the libraries, and makes of the modules what browsers understand: types become blanks, so lines
 * and columns stay, and names of packages become addresses.
 */
export async function readConsole({ mapStyle }: { mapStyle?: string | undefined }): Promise<ConsoleFiles> {
  const texts = new Map<string, string>()
  const styles: string[] = []
  let page = ''
  for (const path of (await readdir(CONSOLE, { recursive: true })).sort()) {
    const extension = posix.extname(path)
    if (path !== PAGE && !(extension in MEDIA_TYPES)) continue
    const text = await readFile(new URL(path, CONSOLE), 'utf8')
    if (path === PAGE) page = text
    else if (extension === '.css') styles.push(text)
    else texts.set(path, extension === '.ts' ? writeModule(path, text) : text)
  }
  texts.set(STYLE, styles.join('\n'))
  for (const { file, from } of LIBRARIES) texts.set(`lib/${file}`, await readFile(findLibrary(from), 'utf8'))

  const hash = createHash('sha256')
  for (const [path, text] of texts) hash.update(`${path}\n${text}\n`)
  const version = hash.digest('base64url').slice(0, 12)
  const bodies = new Map([...texts].map(([path, text]) => [path, createBody(path, text)]))
  return {
    version,
    page: createBody(PAGE, writePage(page, { version, modules: listModules(texts), mapStyle })),
    find: (path) => bodies.get(path),
  }
}

function createBody(path: string, text: string): ServedBody {
  const mediaType = MEDIA_TYPES[posix.extname(path)] ?? 'text/html; charset=utf-8'
  return createServedBody({
    mediaType,
    etag: weakETag(text),
    modifiedTime: undefined,
    plain: Buffer.from(text),
  })
}

/** Some packages let nothing but their main file be resolved, so the way goes from that. */
function findLibrary(from: string): string {
  const name = from.split('/', 1)[0] as string
  const main = fileURLToPath(import.meta.resolve(name))
  return `${main.slice(0, main.lastIndexOf(`/${name}/`))}/${from}`
}

/** The static imports of a module that are not types. */
const IMPORT = /(\bfrom\s*|\bimport\s*\(?\s*)'([^'\n]+)'/g

function writeModule(path: string, text: string): string {
  const up = '../'.repeat(path.split('/').length - 1) || './'
  return stripTypeScriptTypes(text).replaceAll(IMPORT, (whole, before: string, specifier: string) => {
    const library = LIBRARIES.find(({ imported }) => imported === specifier)
    return library ? `${before}'${up}lib/${library.file}'` : whole
  })
}

/** All that a first visit imports, but for libraries, so that a browser need not find them one after another. */
function listModules(texts: ReadonlyMap<string, string>): string[] {
  const found = new Set<string>([ENTRY, FIRST_PAGE])
  for (const path of found) {
    for (const [, before = '', specifier = ''] of texts.get(path)?.matchAll(IMPORT) ?? []) {
      if (!before.includes('(') && specifier.startsWith('.')) {
        found.add(posix.join(posix.dirname(path), specifier))
      }
    }
  }
  return [...found]
}

function writePage(
  page: string,
  {
    version,
    modules,
    mapStyle,
  }: { version: string; modules: readonly string[]; mapStyle: string | undefined },
): string {
  const base = `console/${version}`
  const links = [
    ...(mapStyle === undefined ? [] : [`<meta name="map-style" content="${escapeAttribute(mapStyle)}">`]),
    `<link rel="icon" href="${base}/icon.svg" type="image/svg+xml">`,
    `<link rel="stylesheet" href="${base}/${STYLE}">`,
    ...modules.map((path) => `<link rel="modulepreload" href="${base}/${path}">`),
    `<script type="module" src="${base}/${ENTRY}"></script>`,
  ]
  return page.replace('<!-- links -->', () => links.join('\n    '))
}

function escapeAttribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
}

const loading = new Map<string, Promise<void>>()

/** The style of a library, once, when something of it is first shown. */
export function loadLibraryStyle(file: string): Promise<void> {
  let loaded = loading.get(file)
  if (!loaded) {
    loaded = new Promise((resolve) => {
      const link = document.createElement('link')
      link.rel = 'stylesheet'
      link.href = new URL(`lib/${file}`, import.meta.url).href
      // Without it things look plain, but they work.
      link.addEventListener('load', () => resolve())
      link.addEventListener('error', () => resolve())
      // Before the console's own, which has the last word.
      document.head.prepend(link)
    })
    loading.set(file, loaded)
  }
  return loaded
}

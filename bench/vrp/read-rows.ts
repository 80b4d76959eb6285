/** A row of numbers for each line that begins with one. */
export function readRows(text: string): number[][] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^-?\d/.test(line))
    .map((line) => line.split(/\s+/).map(Number))
}

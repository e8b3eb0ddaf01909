declare module '*/words.mjs' {
  export function texts_of(source: string): string[];
  export function word_faults(languages: Record<string, Record<string, string>>, files: [string, string][]): string[];
}
declare module '*/layers.mjs' {
  export function faults_of(path: string, text: string): string[];
}

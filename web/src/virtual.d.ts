// Modules that the build of the page makes up: see web/plugins.

/** See plugins/frames.js. */
declare module 'virtual:frames' {
  /** Of each set the names and sizes of its files, which follow each other in one file in this order. */
  export const sets: Record<'calibration' | 'test', readonly (readonly [string, number])[]>;
  /** Where that file is. */
  export const url: string;
}

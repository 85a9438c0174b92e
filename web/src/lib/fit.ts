// Shortens texts until they fit into a given width, as this browser draws them. SVG does not do that by itself.

const CONTEXT = document.createElement('canvas').getContext('2d');
let family: string | undefined;

/** How wide a text is, in pixels, in the page's letters of this weight and size. Without canvas every text counts as fitting. */
export function widthOf(text: string, { weight, size }: Letters): number {
  if (!CONTEXT) return 0;
  family ??= getComputedStyle(document.body).fontFamily;
  CONTEXT.font = `${weight} ${size}px ${family}`;
  return CONTEXT.measureText(text).width;
}

export interface Letters {
  weight: number;
  /** In pixels. */
  size: number;
}

/** The text, or as much of its end as fits into `width` pixels behind an ellipsis. The end of a tensor's name tells more than its beginning. */
export function fitted(text: string, width: number, letters: Letters): string {
  if (widthOf(text, letters) <= width) return text;
  let fits = 0;
  let tooMany = text.length;
  while (tooMany - fits > 1) {
    const count = (fits + tooMany) >> 1;
    if (widthOf(ending(text, count), letters) <= width) fits = count;
    else tooMany = count;
  }
  return ending(text, fits);
}

const ending = (text: string, count: number): string => `…${text.slice(text.length - count)}`;

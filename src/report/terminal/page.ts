import type { Glyphs } from "./glyphs.js";
import type { Style } from "./style.js";

/** What every section needs to draw itself. */
export interface Page {
  /** Columns. */
  readonly width: number;
  readonly style: Style;
  readonly glyphs: Glyphs;
  /** A text made harmless, and in ASCII where that is asked for. To be called before anything is laid out. */
  readonly say: (text: string) => string;
}

/** @file The table of what is answered: one row a shape. */
import { decisionsShape, systemOneShape } from "./decisions.js";
import { huggingFaceShapes } from "./hugging-face.js";
import { predictShape } from "./predict.js";
import type { Shape } from "./shape.js";

/** All shapes. */
export const shapes: readonly Shape[] = [predictShape, ...huggingFaceShapes, systemOneShape, decisionsShape];

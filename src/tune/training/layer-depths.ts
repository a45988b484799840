/** @file Which layer each weight belongs to, whatever the family calls it: what lower layers are trained less by, or not at all. */
import { inOrder, isOp, type Tensor } from "../../autodiff/graph.js";

/** The weights of a graph by depth: 0 at the bottom, layer k at k + 1, all that comes after the last layer at `layers` + 1. */
export interface LayerDepths {
  readonly layers: number;
  /** Of a weight, by its name. */
  depthOf(name: string): number;
}

/** The number of a layer in the name of one of its weights, in every family. */
const layerOf = (name: string): number | undefined => {
  const number = /(?:^|\.)layers?\.(\d+)\./.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
};

/**
 * The depths of all that `root` is computed from. A weight without a layer's number is above all layers where it is first used after
 * the last of their weights (the head, a last normalization). Otherwise it is at the bottom, even where all layers use it: the tables of
 * relative positions of MPNet and DeBERTa with their normalization. To train them would take gradients through every layer.
 */
export function layerDepths(root: Tensor): LayerDepths {
  const names = inOrder([root]).flatMap((tensor) => (isOp(tensor, "input") ? [tensor.params.name] : []));
  const last = names.findLastIndex((name) => layerOf(name) !== undefined);
  const layers = names.reduce((most, name) => Math.max(most, (layerOf(name) ?? -1) + 1), 0);
  const depths = new Map(names.map((name, i) => [name, depth(name, i > last)]));
  function depth(name: string, isAbove: boolean): number {
    const layer = layerOf(name);
    if (layer !== undefined) return layer + 1;
    return isAbove ? layers + 1 : 0;
  }
  return {
    layers,
    depthOf: (name) => {
      const found = depths.get(name);
      if (found === undefined) throw new Error(`the graph has no weight "${name}"`);
      return found;
    },
  };
}

/**
 * Layer-wise decay of the learning rate (Howard & Ruder 2018, arXiv 1801.06146, section 3.2): what comes after the layers has the full
 * rate, each layer `decay` times that of the one above it. Compared with PyTorch's parameter groups in `golden/training.json`.
 */
export function depthScale({ layers, depthOf }: LayerDepths, decay: number): (name: string) => number {
  return (name) => decay ** (layers + 1 - depthOf(name));
}

/** @file The publications that priors rest on. */

/** Where a published figure stands. */
export interface Source {
  readonly title: string;
  readonly authors: string;
  readonly year: number;
  /** Its id in a public catalog, such as `arXiv:2402.12819`. */
  readonly reference: string;
  readonly url: string;
}

/** Publications by the key that findings name them by. */
export const sources = {
  pecher: {
    title:
      "Comparing Specialised Small and General Large Language Models on Text Classification: 100 Labelled Samples to Achieve Break-Even Performance",
    authors: "Pecher, Srba and Bielikova",
    year: 2025,
    reference: "EMNLP 2025, arXiv:2402.12819",
    url: "https://aclanthology.org/2025.emnlp-main.9",
  },
  pecherPreprint: {
    title: "The same, second version of the preprint, whose abstract has the ranges by kind of task",
    authors: "Pecher, Srba and Bielikova",
    year: 2024,
    reference: "arXiv:2402.12819v2",
    url: "https://arxiv.org/abs/2402.12819v2",
  },
  bucher: {
    title: "Fine-Tuned 'Small' LLMs (Still) Significantly Outperform Zero-Shot Generative AI Models in Text Classification",
    authors: "Bucher and Martini",
    year: 2024,
    reference: "arXiv:2406.08660",
    url: "https://arxiv.org/abs/2406.08660",
  },
  bertsch: {
    title: "In-Context Learning with Long-Context Models: An In-Depth Exploration",
    authors: "Bertsch, Ivgi, Xiao, Alon, Berant, Gormley and Neubig",
    year: 2025,
    reference: "NAACL 2025, arXiv:2405.00200",
    url: "https://arxiv.org/abs/2405.00200",
  },
} as const satisfies Readonly<Record<string, Source>>;

/** A publication of the table. */
export type SourceName = keyof typeof sources;

/** Texts that try to become markup, a formula, an escape code or something invisible, wherever they are shown. */
export const hostileTexts = [
  "<script>alert(1)</script>",
  "\"quotes\" & 'more' <img src=x onerror=alert(2)>",
  "]]> --> </style></title></svg><script>alert(3)</script>",
  "\u202Egnol\u202C \u2066yrev\u2069",
  "\u001b[31mred\u001b[0m\u0007",
  "=HYPERLINK(1)|[link](javascript:alert(4)) `code` **bold** | cell",
  "日本語のとても長いラベルの名前ですからどこかで折り返す必要があります",
  "👩‍👩‍👧‍👦 🇩🇪 family",
  `a-very-long-label-name-${"x".repeat(120)}`,
] as const;

/** What must never be seen by a terminal or a browser: controls other than line feeds, and marks that turn the direction of writing. */
export const dangerous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

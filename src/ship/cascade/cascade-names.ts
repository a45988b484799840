/** The file by which a folder is told to be a cascade. */
export const cascadeFile = "cascade.json";

/** The folders of its two approaches, within its own. */
export const memberFolders = { small: "small", llm: "llm" } as const;

/**
 * @file Whether a refusal is that of the filter before a model, which turned one text away. Services send it as an error of the request, under several
 * statuses and in words of their own; it says nothing of the model, nothing of the key, and asking again does not help.
 */

/** Codes and sentences: of Azure, OpenAI, LiteLLM, Anthropic, OpenRouter, xAI, DeepSeek, Alibaba, Moonshot, Zhipu, Bedrock. */
const filtered = [
  /content[_ ]?filter(ed)?\b/,
  /responsibleaipolicyviolation|content management policy/,
  /content[_ ]?policy[_ ]?violation|(violat\w*|against|blocked by)\b.{0,40}\b(usage|content|safety)\b.{0,20}\b(polic|guideline|filter)/,
  /flagged\b.{0,60}\b(violat|policy|moderation|safety)|\b(moderation|safety)\b.{0,60}\bflagged/,
  /content violates usage guidelines|safety_check_type/,
  /content exists risk|considered high risk/,
  /data_?inspection_?failed|inappropriate content/,
  /sensitive (content|information)|敏感内容|不安全或敏感/,
  /guardrail_intervened|blocked by (a |the |our )?(content |safety )?(filter|guardrail)/,
];

/** @param said message and body of the error */
export function isFiltered(status: number, said: string): boolean {
  if (status === 401 || status === 404 || status === 429 || status >= 500) return false;
  const words = said.toLowerCase();
  return filtered.some((pattern) => pattern.test(words));
}

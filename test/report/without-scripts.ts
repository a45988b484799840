/** A page without its scripts and the data that they read, which are looked at apart. */
export function withoutScripts(html: string): string {
  return html.replace(/<script[^>]*>[\s\S]*?<\/script>/g, "");
}

/** What a model has to say, before it is put into a form. */
export interface Said {
  readonly labels: readonly string[];
  /** From 0 to 1. */
  readonly confidence: number;
  /** Thoughts, or whatever else is asked for in free text. */
  readonly text: string;
}

interface PropertySchema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly items?: PropertySchema;
}

/**
 * JSON that follows a schema of one object, its properties in order: labels where there is an enumeration or the name says so, the confidence
 * where a number is wanted, and text elsewhere.
 */
export function schemaAnswer(schema: unknown, said: Said): string {
  const properties = (schema as { properties?: Readonly<Record<string, PropertySchema>> }).properties ?? {};
  return JSON.stringify(
    Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, filled(name, property, said)])),
  );
}

function filled(name: string, property: PropertySchema, { labels, confidence, text }: Said): unknown {
  const isLabel = /label|answer|categor|class|intent/i.test(name) && labels.length > 0;
  switch (property.type) {
    case "number":
      return Math.round(confidence * 100) / 100;
    case "integer":
      return Math.round(confidence * 100);
    case "boolean":
      return true;
    case "array":
      return property.items?.enum !== undefined || isLabel ? labels : [text];
    default:
      return property.enum !== undefined || isLabel ? labels[0] : text;
  }
}

/** What a Secret's template may ask for. */
export const TEMPLATE_VARIABLES = ['id', 'key', 'beats', 'encoded', 'url', 'ca', 'name', 'namespace'] as const;
export type TemplateVariable = (typeof TEMPLATE_VARIABLES)[number];

/**
 * `{{ name }}`, with or without the spaces; no other syntax, no escape. The spaces are cut off afterwards: an expression
 * that did that would try every way to share out 16,000 of them, which takes an hour.
 */
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

export function isTemplateVariable(name: string): name is TemplateVariable {
  return (TEMPLATE_VARIABLES as readonly string[]).includes(name);
}

/** What a template asks for, in order, and whether it opens braces that it does not close. */
export function readTemplate(template: string): { readonly names: readonly string[]; readonly unclosed: boolean } {
  return {
    names: [...template.matchAll(PLACEHOLDER)].map((match) => (match[1] ?? '').trim()),
    unclosed: template.replaceAll(PLACEHOLDER, '').includes('{{'),
  };
}

/**
 * The template with every variable replaced; values are not read again for variables.
 *
 * @throws {RangeError} for an unknown variable, which `parseBeatApiKeySpec` has refused before.
 */
export function fillTemplate(template: string, values: Readonly<Record<TemplateVariable, string>>): string {
  return template.replaceAll(PLACEHOLDER, (_match, within: string) => {
    const name = within.trim();
    if (!isTemplateVariable(name)) throw new RangeError('unknown variable in a Secret template');
    return values[name];
  });
}

// Writes `src/api/types.ts` from `openapi.json`, the description of the office API that the server's tests hold against
// the server: every schema as a type, and every call with what it takes and answers. What this does not know fails.
import { readFileSync, writeFileSync } from "node:fs";

const here = new URL(".", import.meta.url);
const api = JSON.parse(readFileSync(new URL("openapi.json", here), "utf8"));

function type(schema) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if (schema.enum) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  for (const of of ["oneOf", "anyOf"]) if (schema[of]) return [...new Set(schema[of].map(type))].join(" | ");
  if (schema.allOf) return schema.allOf.map(type).join(" & ");
  const kinds = [schema.type].flat();
  return [...new Set(kinds.map((kind) => one(kind, schema)))].join(" | ");
}

function one(kind, schema) {
  switch (kind) {
    case "string":
      return "string";
    case "integer":
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array":
      return `(${type(schema.items)})[]`;
    case "object":
      return object(schema);
    case undefined:
      return "unknown";
    default:
      throw new Error(`a schema of type ${kind}: ${JSON.stringify(schema)}`);
  }
}

function object(schema) {
  const required = schema.required ?? [];
  const members = Object.entries(schema.properties ?? {}).map(([name, value]) => {
    // The server writes every member; what may be absent in what it reads is optional there.
    const optional = required.includes(name) ? "" : "?";
    const words = value.description ? `/** ${value.description.replaceAll("*/", "").replaceAll("\n", " ")} */ ` : "";
    return `  ${words}${JSON.stringify(name)}${optional}: ${type(value)};`;
  });
  return members.length ? `{\n${members.join("\n")}\n}` : "Record<string, unknown>";
}

const schemas = Object.entries(api.components.schemas).map(([name, schema]) => `export type ${name} = ${type(schema)};`);

const calls = [];
for (const [path, methods] of Object.entries(api.paths)) {
  for (const [method, call] of Object.entries(methods)) {
    const named = (place) => {
      const found = (call.parameters ?? []).filter((each) => each.in === place);
      return found.length ? `{ ${found.map((each) => `${each.name}${each.required ? "" : "?"}: ${type(each.schema)}`).join("; ")} }` : "null";
    };
    const content = (of) => of?.content?.["application/json"]?.schema;
    const body = content(call.requestBody);
    const good = Object.entries(call.responses).find(([status]) => status.startsWith("2"));
    const answer = content(good?.[1]);
    calls.push(
      `  ${JSON.stringify(`${method.toUpperCase()} ${path}`)}: { path: ${named("path")}; query: ${named("query")}; body: ${body ? type(body) : "null"}; answer: ${answer ? type(answer) : "null"} };`,
    );
  }
}

const text = `// Written by generate.mjs from openapi.json.\n\n${schemas.join("\n\n")}\n\n/** Every call of the office API. */\nexport interface Calls {\n${calls.join("\n")}\n}\n`;
writeFileSync(new URL("src/api/types.ts", here), text);

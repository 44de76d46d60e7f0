/** What the architecture tests know of a source file: its text, what it imports and what it exports.
 *  TypeScript's parser reads it, so that types, comments and strings cannot deceive. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";

/** A source file; `path` is relative to `src/`, with slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What a file re-exports, by name. */
export interface Exports {
  readonly values: readonly string[];
  readonly types: readonly string[];
  /** Statements that are anything but a list of names from another file. */
  readonly others: readonly string[];
}

const SRC = fileURLToPath(new URL("../../src/", import.meta.url));

/** Reads every TypeScript file of `src/`. */
export function readSources(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".ts"))
    .sort()
    .map((path) => ({ path, text: readFileSync(`${SRC}${path}`, "utf8") }));
}

function parse(file: SourceFile): ts.SourceFile {
  return ts.createSourceFile(file.path, file.text, ts.ScriptTarget.ES2022, true);
}

function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

/** The node that names the other module, where `node` refers to one. */
function specifierNode(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) {
    return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node.argument;
  }
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isCallExpression(node)) {
    const callee = node.expression;
    const isImport = callee.kind === ts.SyntaxKind.ImportKeyword;
    if (isImport || callee.getText() === "require") return node.arguments[0];
  }
  return undefined;
}

/** The specifiers of all modules that `file` refers to: of values and types, static and dynamic. */
export function importsOf(file: SourceFile): string[] {
  const tree = parse(file);
  const references = [...tree.referencedFiles, ...tree.typeReferenceDirectives];
  const specifiers = references.map((reference) => reference.fileName);
  walk(tree, (node) => {
    const named = specifierNode(node);
    if (named === undefined) return;
    specifiers.push(ts.isStringLiteralLike(named) ? named.text : `<${named.getText()}>`);
  });
  return specifiers;
}

/** What `file` exports, when it is an entry that lists names. */
export function exportsOf(file: SourceFile): Exports {
  const values: string[] = [];
  const types: string[] = [];
  const others: string[] = [];
  for (const statement of parse(file).statements) {
    const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
    if (!ts.isExportDeclaration(statement) || !clause || !ts.isNamedExports(clause)) {
      others.push(statement.getText());
      continue;
    }
    for (const element of clause.elements) {
      const isType = statement.isTypeOnly || element.isTypeOnly;
      (isType ? types : values).push(element.name.text);
    }
  }
  return { values, types, others };
}

/** The error codes of ours that stand in `file` as strings. */
export function errorCodesOf(file: SourceFile): string[] {
  const codes: string[] = [];
  walk(parse(file), (node) => {
    if (ts.isStringLiteralLike(node) && /^ERR_[A-Z0-9_]+$/.test(node.text)) codes.push(node.text);
  });
  return codes;
}

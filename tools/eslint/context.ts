import type { TSESTree } from "@typescript-eslint/utils";
import { bitsOfType, isComparison, typeName, type Widths } from "./types.ts";

/** What the surroundings of an expression say about its type. */
export type Context =
  /** It becomes an integer of so many bits. */
  | { readonly kind: "bits"; readonly bits: number }
  /** There is a type, though not one that the annotations tell. */
  | { readonly kind: "unknown" }
  /** Nothing gives it a type: AssemblyScript takes i32. */
  | { readonly kind: "none" };

const UNKNOWN: Context = { kind: "unknown" };
const NONE: Context = { kind: "none" };

/** The type that AssemblyScript compiles `node` towards: an annotation, an assertion, a parameter, the other operand. */
export function contextOf(node: TSESTree.Node, widths: Widths): Context {
  const parent = node.parent;
  switch (parent?.type) {
    case "VariableDeclarator":
      return annotated(parent.id.typeAnnotation, NONE);
    case "PropertyDefinition":
      return annotated(parent.typeAnnotation, NONE);
    case "TSTypeAssertion":
    case "TSAsExpression":
      return bits(bitsOfType(typeName(parent.typeAnnotation)));
    case "UnaryExpression":
    case "ConditionalExpression":
      return contextOf(parent, widths);
    case "AssignmentExpression":
      return bits(widths.of(parent.left));
    case "CallExpression":
      return bits(widths.ofParameter(parent, parent.arguments.indexOf(node as TSESTree.CallExpressionArgument)));
    case "ReturnStatement":
      return annotated(enclosingFunction(parent)?.returnType, NONE);
    case "BinaryExpression":
      return operandContext(node, parent, widths);
    default:
      return NONE;
  }
}

/** An operand meets the other one: the right is compiled towards the left's type, the left towards what the whole becomes. */
function operandContext(node: TSESTree.Node, parent: TSESTree.BinaryExpression, widths: Widths): Context {
  const isShift = parent.operator === "<<" || parent.operator === ">>" || parent.operator === ">>>";
  if (isShift) return node === parent.left ? contextOf(parent, widths) : UNKNOWN;
  const other = widths.of(node === parent.left ? parent.right : parent.left);
  if (other !== undefined) return bits(other);
  return isComparison(parent.operator) ? UNKNOWN : contextOf(parent, widths);
}

function annotated(annotation: TSESTree.TSTypeAnnotation | undefined, otherwise: Context): Context {
  return annotation === undefined ? otherwise : bits(bitsOfType(typeName(annotation.typeAnnotation)));
}

function bits(count: number | undefined): Context {
  return count === undefined ? UNKNOWN : { kind: "bits", bits: count };
}

type FunctionNode = TSESTree.FunctionDeclaration | TSESTree.FunctionExpression | TSESTree.ArrowFunctionExpression;

function enclosingFunction(node: TSESTree.Node): FunctionNode | undefined {
  for (let up: TSESTree.Node | null | undefined = node; up; up = up.parent) {
    if (/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(up.type)) return up as FunctionNode;
  }
  return undefined;
}

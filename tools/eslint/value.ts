import type { TSESTree } from "@typescript-eslint/utils";

/** The exact value of a constant expression of literals, or undefined. */
export function constantValue(node: TSESTree.Node): bigint | undefined {
  if (node.type === "Literal") return literalValue(node);
  if (node.type === "UnaryExpression") return unaryValue(node);
  if (node.type !== "BinaryExpression") return undefined;
  const left = constantValue(node.left);
  const right = constantValue(node.right);
  return left === undefined || right === undefined ? undefined : binaryValue(node.operator, left, right);
}

/** From the digits: a JavaScript number would have lost those beyond 53 bits. */
function literalValue(node: TSESTree.Literal): bigint | undefined {
  return typeof node.value === "number" && /^(0[xob])?[\da-f_]+$/i.test(node.raw)
    ? BigInt(node.raw.replaceAll("_", ""))
    : undefined;
}

function unaryValue(node: TSESTree.UnaryExpression): bigint | undefined {
  const value = constantValue(node.argument);
  if (value === undefined) return undefined;
  if (node.operator === "-") return -value;
  return node.operator === "~" ? ~value : undefined;
}

function binaryValue(operator: string, left: bigint, right: bigint): bigint | undefined {
  if (operator === "<<") return right >= 0n && right < 128n ? left << right : undefined;
  if (operator === "*") return left * right;
  if (operator === "+") return left + right;
  if (operator === "-") return left - right;
  return operator === "|" ? left | right : undefined;
}

/** Whether `value` is one that i32 holds. */
export function fitsI32(value: bigint): boolean {
  return BigInt.asIntN(32, value) === value;
}

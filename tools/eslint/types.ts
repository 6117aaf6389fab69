import type { ESLintUtils, TSESTree } from "@typescript-eslint/utils";
import ts from "typescript";

/**
 * AssemblyScript's types, read from the annotations: to tsc u8 … u64 are all `number`, so what a name was declared as is the only
 * trace of its width. Undefined: no annotation tells.
 */
export type Services = ReturnType<typeof ESLintUtils.getParserServices>;

/** Bits of the integer types. usize is 32 bits: memory64 does not work. Aliases of addresses are u64. */
const BITS: Readonly<Record<string, number>> = {
  i8: 8,
  u8: 8,
  i16: 16,
  u16: 16,
  bool: 8,
  i32: 32,
  u32: 32,
  isize: 32,
  usize: 32,
  i64: 64,
  u64: 64,
  PhysAddr: 64,
  VirtAddr: 64,
};

export function bitsOfType(name: string | undefined): number | undefined {
  return name === undefined ? undefined : BITS[name];
}

/** Reads widths of expressions of one file. */
export class Widths {
  readonly #services: Services;
  readonly #checker: ts.TypeChecker;

  constructor(services: Services) {
    this.#services = services;
    this.#checker = services.program!.getTypeChecker();
  }

  /** The width that AssemblyScript computes `node` in, if annotations tell. A bare literal has none: it takes that of its context. */
  of(node: TSESTree.Node): number | undefined {
    switch (node.type) {
      case "TSTypeAssertion":
      case "TSAsExpression":
        return bitsOfType(typeName(node.typeAnnotation));
      case "BinaryExpression":
        return isComparison(node.operator) ? 8 : this.#ofOperands(node);
      case "UnaryExpression":
        return node.operator === "!" ? 8 : this.of(node.argument);
      case "CallExpression":
        return this.#ofCall(node);
      case "Identifier":
      case "MemberExpression":
        return bitsOfType(this.#declaredType(node));
      default:
        return undefined;
    }
  }

  /** Width of the parameter that `call` passes its argument `index` to. */
  ofParameter(call: TSESTree.CallExpression, index: number): number | undefined {
    const parameter = this.#signature(call)?.declaration?.parameters[index];
    return parameter !== undefined && ts.isParameter(parameter) ? bitsOfType(parameter.type?.getText()) : undefined;
  }

  /** As the left operand decides unless it is a literal; with a wider right operand, that one does. */
  #ofOperands(node: TSESTree.BinaryExpression): number | undefined {
    const left = this.of(node.left);
    if (node.operator === "<<" || node.operator === ">>" || node.operator === ">>>") return left;
    const right = this.of(node.right);
    if (left === undefined) return isLiteral(node.left) ? right : undefined;
    if (right === undefined) return isLiteral(node.right) ? left : undefined;
    return Math.max(left, right);
  }

  #ofCall(node: TSESTree.CallExpression): number | undefined {
    const named = node.callee.type === "Identifier" ? node.callee.name : "";
    const argument = node.typeArguments?.params[0];
    if (/^(load|min|max|abs)$/.test(named)) return argument && bitsOfType(typeName(argument));
    const type = this.#signature(node)?.declaration?.type;
    return bitsOfType(type?.getText());
  }

  #signature(node: TSESTree.CallExpression): ts.Signature | undefined {
    return this.#checker.getResolvedSignature(this.#services.esTreeNodeToTSNodeMap.get(node) as ts.CallExpression);
  }

  #declaredType(node: TSESTree.Node): string | undefined {
    let symbol = this.#checker.getSymbolAtLocation(this.#services.esTreeNodeToTSNodeMap.get(node));
    if (symbol !== undefined && symbol.flags & ts.SymbolFlags.Alias) symbol = this.#checker.getAliasedSymbol(symbol);
    const declaration = symbol?.valueDeclaration as ts.VariableDeclaration | undefined;
    return declaration?.type?.getText();
  }
}

export function typeName(node: TSESTree.TypeNode): string | undefined {
  return node.type === "TSTypeReference" && node.typeName.type === "Identifier" ? node.typeName.name : undefined;
}

export function isLiteral(node: TSESTree.Node): boolean {
  if (node.type === "UnaryExpression") return isLiteral(node.argument);
  return node.type === "Literal" && typeof node.value === "number";
}

export function isComparison(operator: string): boolean {
  return ["==", "===", "!=", "!==", "<", ">", "<=", ">="].includes(operator);
}

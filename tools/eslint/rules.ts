import { ESLintUtils, type TSESTree } from "@typescript-eslint/utils";
import { contextOf, type Context } from "./context.ts";
import { bitsOfType, isLiteral, typeName, Widths } from "./types.ts";
import { constantValue, fitsI32 } from "./value.ts";

/**
 * AssemblyScript computes in the type of the operands, not in that of the result, and says nothing when bits are lost. These rules
 * find the cases that annotations show. Each was seen to compile silently with asc 0.28.20.
 */
const createRule = ESLintUtils.RuleCreator((name) => `CONTRIBUTING.md#${name}`);

/** `const x = 1 << 40` is 256: without an annotation the literal is i32. */
export const noNarrowShift = createRule({
  name: "no-narrow-shift",
  meta: {
    type: "problem",
    docs: { description: "Shifts of literals must fit the type that they are computed in" },
    messages: {
      lost: "{{text}} is {{value}}, computed in {{bits}} bits: annotate it, as in `const x: u64 = 1 << 40`.",
    },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    const widths = new Widths(ESLintUtils.getParserServices(context));
    return {
      'BinaryExpression[operator="<<"]'(node: TSESTree.BinaryExpression) {
        const value = constantValue(node);
        if (value === undefined || fitsI32(value)) return;
        const bits = bitsOf(contextOf(node, widths));
        if (bits === undefined || BigInt.asUintN(bits, value) === value) return;
        const data = { text: context.sourceCode.getText(node), value: String(value), bits: String(bits) };
        context.report({ node, messageId: "lost", data });
      },
    };
  },
});

/** Bits that a literal is computed in: those of its context, i32 without one, unknown where annotations do not tell. */
function bitsOf(context: Context): number | undefined {
  if (context.kind === "none") return 31;
  return context.kind === "bits" ? context.bits : undefined;
}

/** `<u64>(frame * 4096)` with a u32 `frame` overflows before it widens. */
export const noLateWidening = createRule({
  name: "no-late-widening",
  meta: {
    type: "problem",
    docs: { description: "Widen an operand before multiplying or shifting, not the result" },
    messages: {
      late: "{{text}} is computed in {{bits}} bits and widened after that: write `<u64>{{left}} {{operator}} …`.",
    },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    const widths = new Widths(ESLintUtils.getParserServices(context));
    return {
      ':matches(BinaryExpression[operator="*"], BinaryExpression[operator="<<"])'(node: TSESTree.BinaryExpression) {
        const bits = isLiteral(node.left) ? undefined : widths.of(node);
        if (bits === undefined || bits > 32) return;
        const around = contextOf(node, widths);
        if (around.kind !== "bits" || around.bits !== 64) return;
        const { sourceCode } = context;
        const left = sourceCode.getText(node.left);
        const data = { text: sourceCode.getText(node), left, bits: String(bits), operator: node.operator };
        context.report({ node, messageId: "late", data });
      },
    };
  },
});

/** Enums are i32: bit 31 is negative and bit 63 is lost. */
export const noWideEnum = createRule({
  name: "no-wide-enum",
  meta: {
    type: "problem",
    docs: { description: "Enum members must fit i32" },
    messages: { wide: "An enum is i32 and {{text}} does not fit: use a namespace of `export const NAME: u64`." },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    return {
      TSEnumMember({ initializer }) {
        const value = initializer && constantValue(initializer);
        if (value === undefined || fitsI32(value)) return;
        context.report({
          node: initializer!,
          messageId: "wide",
          data: { text: context.sourceCode.getText(initializer) },
        });
      },
    };
  },
});

/** `sizeof<SomeClass>()` is 4, the size of a pointer. */
export const noSizeofClass = createRule({
  name: "no-sizeof-class",
  meta: {
    type: "problem",
    docs: { description: "sizeof of a class is the size of a pointer" },
    messages: { pointer: "sizeof<{{name}}>() is the size of a pointer: offsetof<{{name}}>() is that of the struct." },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    return {
      'CallExpression[callee.name="sizeof"]'(node: TSESTree.CallExpression) {
        const argument = node.typeArguments?.params[0];
        const name = argument && typeName(argument);
        if (name === undefined || isScalar(name) || isTypeParameter(node, name)) return;
        context.report({ node, messageId: "pointer", data: { name } });
      },
    };
  },
});

function isScalar(name: string): boolean {
  return bitsOfType(name) !== undefined || name === "f32" || name === "f64" || name === "v128";
}

function isTypeParameter(node: TSESTree.Node, name: string): boolean {
  for (let up: TSESTree.Node | null | undefined = node; up; up = up.parent) {
    if (
      "typeParameters" in up &&
      up.typeParameters?.params.some((p) => p.type === "TSTypeParameter" && p.name.name === name)
    ) {
      return true;
    }
  }
  return false;
}

/** asc reads `--use NAME=0x10` as 0, and ignores `--memoryBase 0x200000`. */
export const noHexFlag = createRule({
  name: "no-hex-flag",
  meta: {
    type: "problem",
    docs: { description: "asc's --use and --memoryBase take decimal numbers only" },
    messages: { hex: "asc reads this hexadecimal number as 0: write it in decimal." },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    const check = (node: TSESTree.Node, text: string, before: string | undefined) => {
      const flags = before === undefined ? text : `${before} ${text}`;
      const isLost = /(--use|-u)[ =][\w/]+=0x|--memoryBase[ =]0x/i.test(flags);
      if (isLost) context.report({ node, messageId: "hex" });
    };
    return {
      Literal(node) {
        if (typeof node.value === "string") check(node, node.value, elementBefore(node));
      },
      TemplateLiteral(node) {
        check(node, node.quasis.map((part) => part.value.raw).join(""), elementBefore(node));
      },
    };
  },
});

/** The string that stands before `node` in an array, such as the flag that it is the value of. */
function elementBefore(node: TSESTree.Node): string | undefined {
  if (node.parent?.type !== "ArrayExpression") return undefined;
  const before = node.parent.elements[node.parent.elements.indexOf(node as TSESTree.Expression) - 1];
  return before?.type === "Literal" && typeof before.value === "string" ? before.value : undefined;
}

"""The language of fees: numbers, answers, + - * /, min, max, if and comparisons. Never evaluated as Python.

lebar * tinggi * sisi * 25000
if(jenis = "permanen", 150000, max(50000, luas * 1000))
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, DecimalException, InvalidOperation
from typing import Any, Final, Literal

from django.utils.translation import gettext as _

Type = Literal["number", "text", "truth"]
Value = Decimal | str | bool
LONGEST: Final = 500
DEEPEST: Final = 30
MOST: Final = Decimal(10) ** 12  # rupiah; more is a mistake in the formula or in an answer

_CONTEXT: Final = Context(prec=34)
_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>[0-9]{1,15}(?:\.[0-9]{1,6})?)|(?P<name>[a-z][a-z0-9_]*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*')|(?P<sign><=|>=|!=|[-+*/(),=<>]))"
)
_COMPARE: Final = ("=", "!=", "<", "<=", ">", ">=")


class FormulaError(ValueError):
    """Says in words what is wrong with a formula."""


class _Unknown(Exception):
    """An answer that the formula needs is not there."""


@dataclass(frozen=True, slots=True)
class _Node:
    """`what` is a sign, a function's name, "name" or "constant"."""

    what: str
    type: Type
    parts: tuple["_Node", ...] = ()
    value: Value = ""


@dataclass(frozen=True, slots=True)
class Formula:
    text: str
    root: _Node

    @classmethod
    def parse(cls, text: str, names: Mapping[str, Type]) -> "Formula":
        """Raises FormulaError. `names` are the answers that may be used, each with what it is."""
        if len(text) > LONGEST:
            raise FormulaError(_("The formula is longer than %d characters.") % LONGEST)
        parser = _Parser(text, names)
        root = parser.comparison(0)
        parser.end()
        if root.type != "number":
            raise FormulaError(_("The formula gives no amount."))
        return cls(text, root)

    def names(self) -> set[str]:
        """The answers that it reads."""

        def of(node: _Node) -> set[str]:
            own = {str(node.value)} if node.what == "name" else set()
            return own.union(*map(of, node.parts))

        return of(self.root)

    def amount(self, values: Mapping[str, Any]) -> Decimal | None:
        """Whole rupiah; None while an answer is missing, or where the amount cannot be (divided by zero)."""
        try:
            found = _number(_value(self.root, values))
            whole = found.quantize(Decimal(1), rounding=ROUND_HALF_UP, context=_CONTEXT)
        except (_Unknown, DecimalException, InvalidOperation):
            return None
        return whole + 0 if 0 <= whole <= MOST else None


class _Parser:
    def __init__(self, text: str, names: Mapping[str, Type]) -> None:
        self.names = names
        self.tokens: list[tuple[str, str]] = []
        at, text = 0, text.rstrip()
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None or match.lastgroup is None:
                raise FormulaError(_("“%s” cannot be read in a formula.") % text[at:].strip()[:10])
            self.tokens.append((match.lastgroup, match[match.lastgroup]))
            at = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else ""

    def take(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise FormulaError(_("The formula ends too early."))
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, sign: str) -> None:
        found = self.peek()
        if found != sign:
            words = {"sign": sign, "found": found or _("the end")}
            raise FormulaError(_("“%(sign)s” is expected, not “%(found)s”.") % words)
        self.at += 1

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise FormulaError(_("“%s” is one too many in the formula.") % self.peek())

    def comparison(self, depth: int) -> _Node:
        if depth > DEEPEST:
            raise FormulaError(_("The formula has too many brackets."))
        left = self.sum(depth)
        if self.peek() not in _COMPARE:
            return left
        sign = self.take()[1]
        right = self.sum(depth)
        if left.type != right.type or (left.type == "text" and sign not in ("=", "!=")):
            raise FormulaError(_("Only numbers can be greater or smaller, and only like equals like."))
        return _Node(sign, "truth", (left, right))

    def sum(self, depth: int) -> _Node:
        left = self.product(depth)
        while self.peek() in ("+", "-"):
            left = self._arithmetic(self.take()[1], left, self.product(depth))
        return left

    def product(self, depth: int) -> _Node:
        left = self.atom(depth)
        while self.peek() in ("*", "/"):
            left = self._arithmetic(self.take()[1], left, self.atom(depth))
        return left

    def _arithmetic(self, sign: str, *parts: _Node) -> _Node:
        if any(part.type != "number" for part in parts):
            raise FormulaError(_("“%s” works on numbers only.") % sign)
        return _Node(sign, "number", parts)

    def atom(self, depth: int) -> _Node:
        kind, text = self.take()
        if kind == "number":
            return _Node("constant", "number", value=Decimal(text))
        if kind == "text":
            return _Node("constant", "text", value=text[1:-1])
        if kind == "name":
            if text in ("min", "max", "if"):
                return self.call(text, depth)
            if text not in self.names:
                raise FormulaError(_("“%s” is no question with a number, a choice or yes/no.") % text)
            return _Node("name", self.names[text], value=text)
        if text == "(":
            inner = self.comparison(depth + 1)
            self.expect(")")
            return inner
        if text == "-" and depth < DEEPEST:
            return self._arithmetic("neg", self.atom(depth + 1))
        raise FormulaError(_("“%s” stands at the wrong place in the formula.") % text)

    def call(self, name: str, depth: int) -> _Node:
        self.expect("(")
        parts = [self.comparison(depth + 1)]
        while self.peek() == ",":
            self.take()
            parts.append(self.comparison(depth + 1))
        self.expect(")")
        if name == "if":
            if [part.type for part in parts] != ["truth", "number", "number"]:
                raise FormulaError(_("“if” wants a comparison and two numbers: if(a > 1, 2, 3)."))
        elif any(part.type != "number" for part in parts):
            raise FormulaError(_("“%s” works on numbers only.") % name)
        return _Node(name, "number", tuple(parts))


def _value(node: _Node, values: Mapping[str, Any]) -> Value:
    if node.what == "constant":
        return node.value
    if node.what == "name":
        return _answer(node, values.get(str(node.value)))
    if node.what == "if":
        truth, yes, no = node.parts
        return _value(yes if _value(truth, values) is True else no, values)
    parts = [_value(part, values) for part in node.parts]
    if node.what in ("=", "!="):
        return (parts[0] == parts[1]) is (node.what == "=")
    return _calculate(node.what, [_number(part) for part in parts])


def _answer(node: _Node, answer: Any) -> Value:
    if answer is None or answer == "":
        raise _Unknown
    if node.type == "text":
        return str(answer)
    if isinstance(answer, bool):
        return Decimal(answer)
    found = Decimal(str(answer))
    if not found.is_finite():
        raise _Unknown
    return found


def _number(value: Value) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value)


def _calculate(what: str, n: list[Decimal]) -> Value:
    match what:
        case "+":
            return _CONTEXT.add(n[0], n[1])
        case "-":
            return _CONTEXT.subtract(n[0], n[1])
        case "*":
            return _CONTEXT.multiply(n[0], n[1])
        case "/":
            return _CONTEXT.divide(n[0], n[1])
        case "neg":
            return _CONTEXT.minus(n[0])
        case "min":
            return min(n)
        case "max":
            return max(n)
        case "<":
            return n[0] < n[1]
        case "<=":
            return n[0] <= n[1]
        case ">":
            return n[0] > n[1]
        case _:
            return n[0] >= n[1]

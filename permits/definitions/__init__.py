"""What a type of permit asks, needs, costs and writes: its definition, and the answers to it."""

from permits.definitions.answers import Cleaned, clean
from permits.definitions.definition import WRITTEN, Definition, definition_of, fee_of, is_shown
from permits.definitions.formula import Formula, FormulaError
from permits.definitions.parts import (
    ALL_PURPOSES,
    LETTER_FIELDS,
    Condition,
    DefinitionError,
    DocumentRule,
    LetterText,
    Question,
    QuestionKind,
    TextFormat,
)

__all__ = [
    "ALL_PURPOSES",
    "LETTER_FIELDS",
    "WRITTEN",
    "Cleaned",
    "Condition",
    "Definition",
    "DefinitionError",
    "DocumentRule",
    "Formula",
    "FormulaError",
    "LetterText",
    "Question",
    "QuestionKind",
    "TextFormat",
    "clean",
    "definition_of",
    "fee_of",
    "is_shown",
]

"""Size budgets, checked: a file holds one idea, a function fits a tall screen.

Run as `python -m tests.house`; it prints what is over its budget and exits 1.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

#: Lines of a file. The admired code has a median far below; what is over it holds two ideas.
FILE_LINES = 400

#: Lines of a function, its signature and docstring included.
FUNCTION_LINES = 60

ROOT = Path(__file__).parent.parent


def over_budget() -> Iterator[str]:
    """Name every file and function of the program that is larger than its budget."""
    for folder in ("scanner", "probes"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name, lines = path.relative_to(ROOT), text.count("\n")
            if lines > FILE_LINES:
                yield f"{name}: {lines} lines, more than {FILE_LINES}"
            yield from _long_functions(str(name), ast.parse(text))


def _long_functions(name: str, tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{name}:{node.lineno}: {node.name} has {lines} lines, over {FUNCTION_LINES}"


if __name__ == "__main__":
    found = list(over_budget())
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.exit(1 if found else 0)

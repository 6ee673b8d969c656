"""The signed-off permission: a file becomes a `Scope`, or a refusal that names its lines."""

from scanner.model import AssetClass
from scanner.scope.load import load_scope
from scanner.scope.permission import Consent, Explanation, Rates, Scope, Zone
from scanner.scope.problems import ScopeRefused
from scanner.scope.windows import Window

__all__ = [
    "AssetClass",
    "Consent",
    "Explanation",
    "Rates",
    "Scope",
    "ScopeRefused",
    "Window",
    "Zone",
    "load_scope",
]

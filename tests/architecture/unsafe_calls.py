"""Finds what runs what it reads: imports and calls that no file of this project may hold, under whatever name they are called."""

from __future__ import annotations

import ast
from collections.abc import Iterator

MODULES = {"pickle", "_pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal", "jsonpickle", "pty", "telnetlib", "ftplib"}
BUILTINS = {"eval", "exec", "compile", "__import__"}
CALLS = {
    "yaml": {"load", "load_all", "unsafe_load", "unsafe_load_all", "full_load", "full_load_all", "Loader", "UnsafeLoader"},
    "os": {"system", "popen", "execl", "execle", "execlp", "execv", "execve", "execvp", "execvpe", "spawnl", "spawnv", "spawnvp"},
    "subprocess": {"getoutput", "getstatusoutput"},
    "builtins": BUILTINS,
    "tempfile": {"mktemp"},
    "ssl": {"_create_unverified_context", "_create_default_https_context"},
    "runpy": {"run_path"},
    "code": {"interact", "InteractiveInterpreter"},
}
#: Methods of anything: a frame, a model, an archive.
METHODS = {"read_pickle", "to_pickle", "extractall", "unpack_archive"}
#: Keyword -> the one value that it may have.
KEYWORDS = {"shell": False, "allow_pickle": False, "verify": True}


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Local name -> what it stands for: `o` -> `os`, `s` -> `os.system`."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.asname or name.name.split(".")[0]: name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
    return found


def _is_listed(dotted: str) -> bool:
    module, _, name = dotted.rpartition(".")
    return module.split(".")[0] in CALLS and name in CALLS[module.split(".")[0]]


def _names(node: ast.AST, aliases: dict[str, str]) -> Iterator[str]:
    """Dotted names that are spoken of, also without being called: a reference can be handed on."""
    if isinstance(node, ast.Name):
        yield aliases.get(node.id, node.id)
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield f"{aliases.get(node.value.id, node.value.id)}.{node.attr}"


def _is_wrong_keyword(keyword: ast.keyword) -> bool:
    if keyword.arg not in KEYWORDS:
        return False
    return not (isinstance(keyword.value, ast.Constant) and keyword.value.value is KEYWORDS[keyword.arg])


def unsafe(tree: ast.Module) -> list[str]:
    """`line: what` of everything unsafe in a file."""
    aliases = _aliases(tree)
    found = [f"0: import {name}" for name in aliases.values() if name.split(".")[0] in MODULES or _is_listed(name)]
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        found += [f"{line}: {name}" for name in _names(node, aliases) if _is_listed(name)]
        if isinstance(node, ast.Name) and node.id in BUILTINS:
            found.append(f"{line}: {node.id}")
        if isinstance(node, ast.Attribute) and node.attr in METHODS:
            found.append(f"{line}: .{node.attr}")
        if isinstance(node, ast.Call):
            found += [f"{line}: {keyword.arg}=" for keyword in node.keywords if _is_wrong_keyword(keyword)]
    return found

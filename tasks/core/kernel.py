"""The kernel that walks trees for 16 rows at a time: made from its own text by LLVM in this process, never read from a file."""

from __future__ import annotations

import ctypes
import mmap
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
import numpy.typing as npt

from tasks.core.encoding import Matrix
from tasks.core.forest import Forest
from tasks.core.vectors import Vector

LANES = 16
_IR = Path(__file__).with_name("forest.ll")
_POINTER, _NUMBER = ctypes.c_void_p, ctypes.c_int64
_SIGNATURE = (_POINTER, _NUMBER, _POINTER, _NUMBER, _POINTER, _POINTER, _NUMBER, _POINTER, _NUMBER, *[_POINTER] * 4)
_LOCK = threading.Lock()
#: Rows that one thread takes at a time.
_ROWS = 4096


class KernelError(Exception):
    """The kernel cannot be made on this machine: the words are for a report."""


def is_installed() -> bool:
    """Whether LLVM is there: `loanwatch[fast]`."""
    return find_spec("llvmlite") is not None


def _may_make_code() -> bool:
    """Whether this process may make memory executable; where it may not, LLVM would end it instead of raising."""
    try:
        mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()
    except OSError:
        return False
    return True


def _turn_ir() -> str:
    """16 values of one column put side by side: rows are `n_inputs` doubles apart."""
    lines = ["  %v0 = bitcast <16 x double> zeroinitializer to <16 x double>"]
    for lane in range(LANES):
        lines += [
            f"  %row.{lane} = add i64 %first, {lane}",
            f"  %cell.{lane} = mul i64 %row.{lane}, %n_inputs",
            f"  %cell.at.{lane} = add i64 %cell.{lane}, %input",
            f"  %ptr.{lane} = getelementptr double, ptr %matrix, i64 %cell.at.{lane}",
            f"  %x.{lane} = load double, ptr %ptr.{lane}, align 8",
            f"  %v{lane + 1} = insertelement <16 x double> %v{lane}, double %x.{lane}, i32 {lane}",
        ]
    return "\n".join(lines)


def _node_ir(side: str, counter: str, width: int) -> str:
    """A node's values, threshold and mask, each in 16 lanes."""
    return f"""  %f.at.{side} = getelementptr i32, ptr %feature, i64 %{counter}
  %f.{side} = load i32, ptr %f.at.{side}
  %f64.{side} = sext i32 %f.{side} to i64
  %f16.{side} = mul i64 %f64.{side}, 16
  %x.at.{side} = getelementptr double, ptr %block, i64 %f16.{side}
  %x.{side} = load <16 x double>, ptr %x.at.{side}, align 64
  %t.at.{side} = getelementptr double, ptr %threshold, i64 %{counter}
  %t.one.{side} = load double, ptr %t.at.{side}, align 8
  %t.in.{side} = insertelement <16 x double> poison, double %t.one.{side}, i32 0
  %t.{side} = shufflevector <16 x double> %t.in.{side}, <16 x double> poison, <16 x i32> zeroinitializer
  %c.at.{side} = getelementptr i{width}, ptr %mask, i64 %{counter}
  %c.one.{side} = load i{width}, ptr %c.at.{side}
  %c.in.{side} = insertelement <16 x i{width}> poison, i{width} %c.one.{side}, i32 0
  %c.{side} = shufflevector <16 x i{width}> %c.in.{side}, <16 x i{width}> poison, <16 x i32> zeroinitializer"""


def kernel_ir(width: int) -> str:
    """The kernel's text for masks of so many bits."""
    widen = "bitcast <16 x i64> %leaf to <16 x i64>" if width == 64 else f"zext <16 x i{width}> %leaf to <16 x i64>"
    return Template(_IR.read_text(encoding="ascii")).substitute(
        width=width, widen=widen, turn=_turn_ir(), left=_node_ir("left", "k", width), right=_node_ir("right", "j", width)
    )


@cache
def _engine(width: int) -> Any:
    """The machine code of a width; kept as long as the process, for the code goes with it."""
    import llvmlite.binding as llvm

    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    machine = target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=3, jit=True
    )
    module = llvm.parse_assembly(kernel_ir(width))
    module.verify()
    engine = llvm.create_mcjit_compiler(module, machine)
    engine.finalize_object()
    return engine


def kernel(width: int) -> Any:
    """The kernel as a C function that leaves Python's lock while it runs.

    Raises:
        KernelError: LLVM is not installed or refuses, or this process may not make code.
    """
    if not is_installed():
        raise KernelError("llvmlite is not installed")
    if not _may_make_code():
        raise KernelError("this process may not make memory executable")
    with _LOCK:
        try:
            address = _engine(width).get_function_address("forest")
        except (ImportError, OSError, RuntimeError) as error:
            raise KernelError(f"LLVM made no code: {type(error).__name__}") from None
    return ctypes.CFUNCTYPE(None, *_SIGNATURE)(address)


def _pointer(array: npt.NDArray[Any]) -> int:
    return array.ctypes.data


def _scratch(n_used: int) -> npt.NDArray[np.float64]:
    """Room for one block of columns, at an address that whole vectors may be written to."""
    room = np.empty(n_used * LANES + 8)
    skip = (-room.ctypes.data % 64) // 8
    return room[skip : skip + n_used * LANES]


def _whole(call: Any, forest: Forest, matrix: Matrix, out: Vector) -> None:
    """Rows in whole blocks."""
    scratch = _scratch(max(1, len(forest.used)))
    tables = (forest.feature, forest.threshold, forest.mask, forest.leaves)
    call(
        _pointer(matrix),
        forest.n_inputs,
        _pointer(out),
        len(matrix) // LANES,
        _pointer(scratch),
        _pointer(forest.used),
        len(forest.used),
        _pointer(forest.bounds),
        forest.n_trees,
        *(_pointer(table) for table in tables),
    )


def _part(call: Any, forest: Forest, matrix: Matrix, out: Vector) -> None:
    """Any number of rows; those that fill no block are put into one with zeros."""
    n_whole = len(matrix) // LANES * LANES
    _whole(call, forest, matrix[:n_whole], out[:n_whole])
    if n_whole < len(matrix):
        padded, sums = np.zeros((LANES, forest.n_inputs)), np.empty(LANES)
        padded[: len(matrix) - n_whole] = matrix[n_whole:]
        _whole(call, forest, padded, sums)
        out[n_whole:] = sums[: len(matrix) - n_whole]


def sum_trees(forest: Forest, matrix: Matrix, threads: int | None, call: Any = None) -> Vector:
    """The sum of every row's leaves, the trees added in order: LightGBM's raw score, to the last bit.

    Args:
        forest: the trees.
        matrix: rows x inputs, C-contiguous float64, NaN for missing.
        threads: how many at once; as many as there are cores, where it is left open.
        call: `kernel` of the forest's width, made before; else it is made now.

    Raises:
        KernelError: the kernel cannot be made.
        ValueError: the matrix has another shape or order.
    """
    if matrix.ndim != 2 or matrix.shape[1] != forest.n_inputs or matrix.dtype != np.float64 or not matrix.flags.c_contiguous:
        raise ValueError(f"a C-contiguous float64 matrix of {forest.n_inputs} columns is needed")
    call = call or kernel(forest.width)
    out = np.empty(len(matrix))
    parts = [slice(start, start + _ROWS) for start in range(0, len(matrix), _ROWS)]
    if threads == 1 or len(parts) < 2:
        for part in parts:
            _part(call, forest, matrix[part], out[part])
        return out
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        for done in [pool.submit(_part, call, forest, matrix[part], out[part]) for part in parts]:
            done.result()
    return out

"""Whatever goes wrong in the libraries that read a file ends as a refusal of that file, so that the next delivery goes on.

What the system withholds (a right, a file that is gone, a disk) is another matter: it may be different a moment later, and a
refusal would be remembered with the content for ever.
"""

from __future__ import annotations

import errno
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pyarrow as pa

from warehouse.deliveries.chunks import unreadable
from warehouse.deliveries.folders import TableFile, out_of_reach

#: A panic of Polars is no `Exception`; its message, like those of the others, may quote a cell and is never passed on.
_READER_FAULTS = (
    pa.ArrowException,
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    EOFError,
    zlib.error,
    UnicodeDecodeError,
)
#: Of the errors of the system, those that say what a file is. What readers find damaged has no number of the system at all.
#: All others (a disk, a network, a right, memory) say nothing about the content. An ArrowMemoryError is none of them: a system
#: that gives memory first and takes processes later raises it only where a damaged file asks for an absurd amount.
_OF_CONTENT = {None, errno.ELOOP, errno.EISDIR, errno.EINVAL, errno.ENXIO}


@contextmanager
def refusing_faults(file: TableFile) -> Iterator[None]:
    """Reading and conversion of one delivered file.

    Raises:
        DeliveryRefusedError: `unreadable_file`, naming the class of what went wrong.
        ResourceError: the file is gone, or may not be read.
    """
    try:
        yield
    except pa.lib.ArrowCancelled:
        raise  # a signal, no fault of the file
    except OSError as error:
        if error.errno not in _OF_CONTENT:
            raise out_of_reach(file.path, error) from None
        raise unreadable(file, f"it is damaged ({type(error).__name__})") from None
    except _READER_FAULTS as error:
        raise unreadable(file, f"it is damaged, or of a form that is not known ({type(error).__name__})") from None

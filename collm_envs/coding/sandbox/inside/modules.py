"""The modules that programs and tests can import: loaded once, before any program, and no others.

The list is the same on every machine and in every backend, so that a program's score does not depend on where it runs. Some
names are there because the library loads them late: ``datetime.strptime`` needs ``_strptime``, a codec its own module.
"""

from __future__ import annotations

from importlib import import_module

_NAMES = (
    "__future__ abc array ast base64 binascii bisect calendar cmath codecs collections collections.abc colorsys contextlib "
    "copy csv dataclasses datetime decimal difflib enum fractions functools graphlib hashlib heapq hmac html io itertools json "
    "keyword locale math numbers operator os os.path pprint queue random re reprlib secrets signal statistics string struct "
    "sys textwrap time timeit traceback types typing unicodedata uuid warnings weakref zlib"
)
IMPORTABLE = tuple(_NAMES.split())
_LOADED_LATE = (
    "_strptime encodings.ascii encodings.latin_1 encodings.utf_8 encodings.utf_16 encodings.utf_32 encodings.rot_13 "
    "encodings.hex_codec encodings.base64_codec encodings.unicode_escape encodings.idna encodings.cp1252 linecache opcode"
)


def load() -> None:
    """Import them all; those that this Python was built without are left out."""
    for name in f"{_NAMES} {_LOADED_LATE}".split():
        try:
            import_module(name)
        except ImportError:
            continue

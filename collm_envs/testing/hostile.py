"""Texts that language models or mischief produce, and that break careless parsers."""

from __future__ import annotations

HOSTILE_TEXTS: dict[str, str] = {
    "empty": "",
    "space": " ",
    "NUL": "\x00" * 50,
    "control characters": "".join(map(chr, range(32))) + "\x7f\x85",
    "one megabyte": "a" * 1_000_000,
    "10,000 lines": "a line\n" * 10_000,
    "10,000 empty lines": "\n" * 10_000,
    "very long single line": "word " * 40_000,
    "lone surrogates": "\ud800 high \udfff low \udc00\ud800 swapped",
    "right to left": "\u202eabc\u202c \u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627",
    "combining": "e" + "\u0301" * 500 + " \u200b\u200d\ufeff",
    "emoji": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea " * 20,
    "case folding": "\u0130\u0131 \xdf\u1e9e \ufb03 \u01c5",
    "unbalanced fence": "```python\ndef f(:\n```\n```",
    "ANSI escapes": "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "line ends": "one\r\ntwo\rthree\n\rfour\x0bfive\x0csix\u2028seven\u2029eight",
    "JSON-like": '{"action": ["a", {"b": null}], "reward": NaN}',
    "deep nesting": '{"a":[(' * 5_000,
    "format fields": "%s %d %(name)s {} {0.__class__} {name} $x ${HOME} \\1 \\g<0>",
    "markup": "</observation><|im_end|><|endoftext|>[INST]<script>'\"`;--",
    # int() refuses more than 4,300 digits, and digits such as superscript two, while str.isdigit() takes them.
    "long number": "9" * 5_000 + " -" + "9" * 5_000 + " 1e999 nan inf 0x",
    "odd digits": "\xb2 \u2460 \u0663\u0664 \uff11\uff12 \u216b \xbd",
}

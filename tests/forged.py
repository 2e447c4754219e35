"""Files of weights with another header and a checksum that fits, as other code than ours may write them."""

import json
import zlib
from collections.abc import Callable
from typing import Any


def forged(content: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    """The file with a header that was changed."""
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    change(header)
    return sealed(json.dumps(header, separators=(",", ":")), content[start:])


def sealed(header: str, body: bytes = b"") -> bytes:
    """A file with this header, whose checksum, if it has one, is put right."""
    text = header.encode()
    at = header.find('"crc32":"') + len('"crc32":"')
    if at > len('"crc32":"'):
        text = text[:at] + b"0" * 8 + text[at + 8 :]
    zeros = len(text).to_bytes(8, "little") + text + body
    return zeros.replace(b'"crc32":"00000000"', f'"crc32":"{zlib.crc32(zeros):08x}"'.encode(), 1)

"""Small numbers in few bytes: seven bits a byte, the lowest first, the highest bit says that more follow (LEB128)."""

from __future__ import annotations

from collections.abc import Iterable


def pack(numbers: Iterable[int]) -> bytes:
    """Numbers of at least 0 as bytes."""
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)


def unpack(packed: bytes) -> list[int]:
    """The numbers that were packed.

    Raises:
        ValueError: the last number is cut short.
    """
    numbers, number, shift = [], 0, 0
    for byte in packed:
        number |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            numbers.append(number)
            number = shift = 0
    if shift:
        raise ValueError("packed numbers cut short")
    return numbers

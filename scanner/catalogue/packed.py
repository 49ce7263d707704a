"""Small numbers in few bytes: seven bits a byte, the lowest first, the highest bit says that more follow (LEB128)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def pack(numbers: Iterable[int]) -> bytes:
    """Numbers of at least 0 as bytes."""
    out = bytearray()
    for number in numbers:
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)


class Words:
    """Texts in the order in which they were met; the number of each is its place."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._packed: dict[str, bytes] = {}

    def known(self, texts: Iterable[str]) -> bytes | None:
        """The numbers of ``texts``, packed; None where one of them was not met before."""
        try:
            return b"".join([self._packed[text] for text in texts])
        except KeyError:
            return None

    def pack(self, texts: Sequence[str]) -> bytes:
        """The numbers of ``texts``, packed; those not met before get theirs."""
        for text in texts:
            if text not in self._packed:
                self._packed[text] = pack([len(self.texts)])
                self.texts.append(text)
        return b"".join([self._packed[text] for text in texts])

    def unpack(self, packed: bytes) -> tuple[str, ...]:
        return tuple([self.texts[number] for number in unpack(packed)])


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

"""VTK's XML files of points (.vtp, .vtu): inline, appended, raw, base64, with zlib or LZMA.

The layout is in "VTK XML Formats", https://docs.vtk.org/en/latest/vtk_file_formats/vtkxml_file_format.html.
"""

import base64
import binascii
import lzma
import zlib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import numpy as np
import numpy.typing as npt

from gapro_annotator.arrays import Int64
from gapro_annotator.errors import InputError, reason_of
from gapro_annotator.readers.imported import Source
from gapro_annotator.readers.vtk_arrays import TYPES, VtkData, vtk_source

_KINDS = {"PolyData": "Polys", "UnstructuredGrid": "Cells"}
_FLAT = (5, 7, 9)  # triangle, polygon, quad
_MOST_GAIN = 100
"""Real scans are packed at most so many times smaller; what promises more, beyond a few megabytes, is a bomb."""
_SMALL = 1 << 26


def read_vtp(path: Path) -> Source:
    """Read a VTP or VTU file.

    Raises
    ------
    InputError
        It is missing, cut off, packed in a way that is not read, or has no points.
    """
    try:
        return vtk_source(path, _File(path.read_bytes()).data())
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)}); check the path and its rights") from error
    except (
        ValueError, IndexError, KeyError, OverflowError, Xml.ParseError, zlib.error, lzma.LZMAError, binascii.Error,
        RecursionError,
    ) as error:  # fmt: skip
        raise InputError(f"{path}: is no whole VTK XML file ({reason_of(error)}); export it again") from error


class _File:
    """One file with its appended data."""

    def __init__(self, content: bytes) -> None:
        self._size = len(content)
        text, self._appended, self._raw = _split(content)
        if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
            raise ValueError("it declares entities, which no VTK file needs")
        root = Xml.fromstring(text)  # noqa: S314 - no entities, see above
        if root.tag != "VTKFile" or root.get("type") not in _KINDS:
            raise ValueError(f"its type is {root.get('type')!r}; PolyData and UnstructuredGrid are read")
        self._kind = str(root.get("type"))
        self._order = ">" if root.get("byte_order") == "BigEndian" else "<"
        self._header = np.dtype(f"{self._order}{TYPES[root.get('header_type', 'UInt32').casefold()]}")
        packer = root.get("compressor", "")
        if packer not in ("", "vtkZLibDataCompressor", "vtkLZMADataCompressor"):
            raise ValueError(f"it is packed with {packer}; save it with zlib or unpacked")
        self._unpack = {"": None, "vtkZLibDataCompressor": _inflated, "vtkLZMADataCompressor": _lzma}[packer]
        self._root = root

    def data(self) -> VtkData:
        """Read every piece."""
        pieces = [self._piece(piece) for piece in self._root.iter("Piece")]
        if not pieces:
            raise ValueError("it has no piece")
        shared = set.intersection(*(set(piece.arrays) for piece in pieces))
        widths = {name: {piece.arrays[name].shape[1] for piece in pieces} for name in shared}
        shifts = np.cumsum([0, *(len(piece.points) for piece in pieces)])
        return VtkData(
            np.concatenate([piece.points for piece in pieces]),
            {
                name: np.concatenate([piece.arrays[name] for piece in pieces])
                for name in pieces[0].arrays
                if name in shared and len(widths[name]) == 1
            },
            np.concatenate([piece.polygons + shift for piece, shift in zip(pieces, shifts, strict=False)]),
            np.concatenate([piece.sizes for piece in pieces]),
        )

    def _piece(self, piece: Xml.Element) -> VtkData:
        count = int(piece.get("NumberOfPoints", "0"))
        array = piece.find("Points/DataArray")
        if array is None or count < 0:
            raise ValueError("a piece has no points")
        out = VtkData(self._array(array, count).reshape(count, 3).astype(np.float64))
        for each in piece.iterfind("PointData/DataArray"):
            name = each.get("Name", "")
            if each.get("type", "").casefold() in TYPES:
                out.arrays[name] = self._array(each, count)
        if self._kind == "PolyData":
            out.polygons, out.sizes = self._cells(piece, "Polys", int(piece.get("NumberOfPolys", "0")))
        else:
            corners, sizes = self._cells(piece, "Cells", int(piece.get("NumberOfCells", "0")))
            types = self._named(piece, "Cells", "types", len(sizes))
            flat = np.isin(types, _FLAT)
            out.polygons, out.sizes = corners[np.repeat(flat, sizes)], sizes[flat]
        if out.polygons.size and (int(out.polygons.min()) < 0 or int(out.polygons.max()) >= count):
            raise ValueError(f"a face names a point that is not among the {count:,} of its piece")
        return out

    def _cells(self, piece: Xml.Element, where: str, count: int) -> tuple[Int64, Int64]:
        nothing = np.zeros(0, np.int64)
        if count <= 0 or piece.find(where) is None:
            return nothing, nothing
        ends = self._named(piece, where, "offsets", count)
        sizes = np.diff(ends, prepend=0)
        if (sizes < 0).any():
            raise ValueError("its offsets go backwards")
        return self._named(piece, where, "connectivity", int(ends[-1])), sizes

    def _named(self, piece: Xml.Element, where: str, name: str, count: int) -> Int64:
        for each in piece.iterfind(f"{where}/DataArray"):
            if each.get("Name") == name:
                return self._array(each, count)[:, 0].astype(np.int64)
        raise ValueError(f"{where} lacks {name}")

    def _array(self, element: Xml.Element, rows: int) -> npt.NDArray[Any]:
        """(rows, components) of one DataArray."""
        width = int(element.get("NumberOfComponents", "1") or "1")
        dtype = np.dtype(f"{self._order}{TYPES[element.get('type', '').casefold()]}")
        size = rows * width * dtype.itemsize
        if (
            rows < 0
            or width < 1
            or size > (4 * self._size if self._unpack is None else max(_SMALL, _MOST_GAIN * self._size))
        ):
            raise ValueError(f"{rows:,} rows of {width} numbers announced, the file has {self._size:,} bytes")
        form = element.get("format", "ascii")
        if form == "ascii":
            words = (element.text or "").split()
            if len(words) != rows * width:
                raise ValueError(f"{rows * width:,} numbers announced, {len(words):,} found")
            return (
                np.array(words).astype(dtype.newbyteorder("=")).reshape(rows, width)
                if words
                else np.zeros((rows, width), dtype.newbyteorder("="))
            )
        if form == "binary":
            content = self._decoded((element.text or "").strip().encode("ascii"), size)
        else:
            place = int(element.get("offset", "0"))
            if not 0 <= place <= len(self._appended):
                raise ValueError("an offset lies behind the end")
            block = self._appended[place:]
            content = self._packed(block, size) if self._raw else self._decoded(block, size)
        return np.frombuffer(content, dtype).reshape(rows, width).astype(dtype.newbyteorder("="))

    def _decoded(self, text: bytes, size: int) -> bytes:
        """From base64: the header has an encoding of its own where the data are packed."""
        word = self._header.itemsize
        if self._unpack is None:
            block = base64.b64decode(text[: 4 * -(-(word + size) // 3)])
            return self._packed(block, size)
        count = int(np.frombuffer(base64.b64decode(text[: 4 * -(-word // 3)])[:word], self._header)[0])
        length = 4 * -(-word * (3 + count) // 3)
        if count < 0 or length > len(text):
            raise ValueError("a packed array is cut off")
        head = base64.b64decode(text[:length])
        sizes = np.frombuffer(head, self._header, 3 + count)[3:].astype(np.int64)
        packed = int(sizes.sum()) if count else 0
        if packed < 0 or packed > len(text):
            raise ValueError("a packed array is cut off")
        return self._packed(
            head[: word * (3 + count)] + base64.b64decode(text[length : length + 4 * -(-packed // 3)]), size
        )

    def _packed(self, block: bytes, size: int) -> bytes:
        word = self._header.itemsize
        if self._unpack is None:
            told = int(np.frombuffer(block, self._header, 1)[0])
            if told != size or word + size > len(block):
                raise ValueError(f"{size:,} bytes expected, {told:,} announced, {max(len(block) - word, 0):,} there")
            return block[word : word + size]
        count, whole, last = (int(each) for each in np.frombuffer(block, self._header, 3))
        if count == 0 and size == 0:
            return b""
        expected = (count - 1) * whole + (last or whole)
        if count < 1 or expected != size or (3 + count) * word > len(block):
            raise ValueError(f"{size:,} bytes expected, {expected:,} announced")
        place, parts = (3 + count) * word, list[bytes]()
        for row, length in enumerate(np.frombuffer(block, self._header, count, 3 * word).tolist()):
            wanted = whole if row < count - 1 or not last else last
            part = self._unpack(block[place : place + length], wanted)
            if len(part) != wanted:
                raise ValueError("a packed block has another size than announced")
            parts.append(part)
            place += length
        return b"".join(parts)


def _split(content: bytes) -> tuple[bytes, bytes, bool]:
    """Return the XML without its appended data, these data, and whether they are raw."""
    start = content.find(b"<AppendedData")
    if start < 0:
        return content, b"", False
    open_end = content.find(b">", start)
    mark = content.find(b"_", open_end)
    end = content.rfind(b"</AppendedData>")
    if open_end < 0 or mark < 0 or end < mark:
        raise ValueError("its appended data are cut off")
    raw = b'"raw"' in content[start:open_end]
    return content[:start] + content[end + len(b"</AppendedData>") :], content[mark + 1 : end], raw


def _inflated(block: bytes, size: int) -> bytes:
    return zlib.decompressobj().decompress(block, size)


def _lzma(block: bytes, size: int) -> bytes:
    return lzma.LZMADecompressor(memlimit=1 << 28).decompress(block, size)

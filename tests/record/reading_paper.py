"""Reading a print with Debian's tools: its words, where they stand, what the file is made of."""

import re
import subprocess
import tempfile
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from io import BytesIO
from pathlib import Path

import pikepdf

POINTS_PER_MM = 72 / 25.4
LEFT_MM, RIGHT_MM, TOP_MM, BOTTOM_MM = 20, 210 - 17, 24, 297 - 27
HEIGHT = 297 * POINTS_PER_MM
LARGEST = 27
"""Points; only the letters of the watermark, which are turned, are higher."""

_WORD = re.compile(
    r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>'
)
_PAGE = re.compile(r"<page [^>]*>(.*?)</page>", re.DOTALL)


def _read(words: str) -> str:
    """Letters that were drawn as one are two again."""
    return unicodedata.normalize("NFKC", unescape(words))


@dataclass(frozen=True)
class Word:
    """A word on paper; points from the left and from the top."""

    page: int
    left: float
    top: float
    right: float
    bottom: float
    word: str


@dataclass(frozen=True)
class Paper:
    """A printed record on disk."""

    path: Path

    @classmethod
    def of(cls, pdf: bytes, folder: Path) -> "Paper":
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".pdf", delete=False) as file:
            file.write(pdf)
        return cls(Path(file.name))

    @cached_property
    def pages(self) -> tuple[str, ...]:
        """The text of each page, its spaces made one."""
        said = self._run("pdftotext", "-layout", str(self.path), "-").decode()
        return tuple(" ".join(page.split()) for page in said.split("\f")[:-1])

    @cached_property
    def words(self) -> tuple["Word", ...]:
        """Every word with its place, in the order it was drawn; the watermark is left out."""
        said = self._run("pdftotext", "-raw", "-bbox", str(self.path), "-").decode()
        return tuple(
            Word(number, float(x1), float(y1), float(x2), float(y2), _read(word))
            for number, page in enumerate(_PAGE.findall(said), 1)
            for x1, y1, x2, y2, word in _WORD.findall(page)
            if float(y2) - float(y1) < LARGEST
        )

    @cached_property
    def letters(self) -> str:
        """What stands between head and foot of the pages, without any space.

        So words that were broken at the end of a line, or of a page, are whole.
        """
        return "".join(
            each.word for each in self.words if TOP_MM < each.top / POINTS_PER_MM < BOTTOM_MM
        )

    def says(self, words: str) -> bool:
        return "".join(_read(words).split()) in self.letters

    def outside(self) -> list[str]:
        """The words that leave the margins."""
        left, right = LEFT_MM * POINTS_PER_MM - 1, RIGHT_MM * POINTS_PER_MM + 1
        return [
            f"page {each.page}: {each.word}"
            for each in self.words
            if not (left <= each.left and each.right <= right and 0 <= each.top < HEIGHT)
        ]

    def qpdf(self) -> str:
        return self._run("qpdf", "--check", str(self.path)).decode()

    def grey(self, page: int, dots_per_inch: int) -> list[bytes]:
        """A page as rows of grey values, from the top down."""
        image = self._run(
            "pdftoppm", "-gray", "-r", str(dots_per_inch),
            "-f", str(page), "-l", str(page), str(self.path),
        )  # fmt: skip
        header = re.match(rb"P5\s+(\d+)\s+(\d+)\s+255\s", image)
        assert header is not None
        width, body = int(header[1]), image[header.end() :]
        return [body[at : at + width] for at in range(0, len(body), width)]

    def opened(self) -> pikepdf.Pdf:
        return pikepdf.open(BytesIO(self.path.read_bytes()))

    def _run(self, *command: str) -> bytes:
        return subprocess.run(command, capture_output=True, check=True).stdout
